//! The headers by which a facilitator knows us.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, header};
use x402_core::{
    Facilitator as _,
    facilitator::{FacilitatorErrorKind, Reach},
};
use x402_oneshot::facilitator::{AuthHeaders, Endpoint, Remote};

use crate::support::{Script, V2, answer, request, settled};

fn over(script: &Script, auth: impl AuthHeaders + 'static) -> Remote {
    script.remote_of(Remote::builder("https://f.example").unwrap().auth(auth))
}

async fn per_endpoint(endpoint: Endpoint) -> Result<HeaderMap, header::InvalidHeaderValue> {
    let token = HeaderValue::from_str(&format!("Bearer {endpoint:?}"))?;
    Ok(HeaderMap::from_iter([
        (header::AUTHORIZATION, token),
        (header::CONTENT_TYPE, HeaderValue::from_static("text/plain")),
    ]))
}

#[tokio::test]
async fn each_call_carries_the_headers_of_its_endpoint_marked_sensitive() {
    let script =
        Script::of([answer(200, r#"{"isValid":true}"#), answer(200, settled()), answer(200, r#"{"kinds":[]}"#)]);
    let remote = over(&script, per_endpoint);
    remote.verify(&request(V2)).await.unwrap();
    remote.settle(&request(V2)).await.unwrap();
    remote.supported().await.unwrap();
    for (seen, token) in script.seen().iter().zip(["Bearer Verify", "Bearer Settle", "Bearer Supported"]) {
        assert_eq!(seen.headers["authorization"], token);
        assert!(seen.headers["authorization"].is_sensitive());
        assert_eq!(seen.headers["accept"], "application/json", "ours stay");
    }
    assert_eq!(script.seen()[0].headers["content-type"], "application/json", "and win");
}

#[tokio::test]
async fn a_callback_that_fails_means_that_nothing_is_sent() {
    let script = Script::of([]);
    let remote = over(&script, |_| async { Err::<HeaderMap, _>("the token service is down") });
    for error in
        [remote.settle(&request(V2)).await.unwrap_err(), remote.verify(&request(V2)).await.map(|_| ()).unwrap_err()]
    {
        assert_eq!((error.kind(), error.reach()), (FacilitatorErrorKind::Unavailable, Reach::NotSent));
    }
    assert!(script.seen().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_callback_that_hangs_counts_against_the_timeout_and_nothing_is_sent() {
    let script = Script::of([]);
    let builder = Remote::builder("https://f.example").unwrap().settle_timeout(Duration::from_secs(3)).unwrap();
    let remote = script.remote_of(builder.auth(|_| std::future::pending::<Result<HeaderMap, std::io::Error>>()));
    let started = tokio::time::Instant::now();
    let error = remote.settle(&request(V2)).await.unwrap_err();
    assert_eq!((error.kind(), error.reach()), (FacilitatorErrorKind::Timeout, Reach::NotSent));
    assert_eq!(started.elapsed().as_secs(), 3);
}
