//! What the sender is told.

use std::convert::Infallible;
use std::future::ready;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use tower::{Service, ServiceExt};
use x402_tower::webhook::{Rejection, WebhookService};

use crate::support::{answer, polite, post, request};

#[tokio::test]
async fn a_webhook_that_is_vouched_for_reaches_the_handler_and_is_answered_with_200() {
    let (events, mut received) = tokio::sync::mpsc::unbounded_channel();
    let service = WebhookService::new(polite, move |event: Bytes| ready(events.send(event).map_err(Into::into)));
    assert_eq!(answer(&service, post("please")).await.status(), 200);
    assert_eq!(received.recv().await.unwrap(), "please");
}

#[tokio::test]
async fn attack_30_a_bad_signature_is_401_and_never_500_so_that_nobody_is_asked_to_send_it_again() {
    let service = WebhookService::new(polite, |_| async { panic!("the handler is not to see it") });
    let response = answer(&service, post("now!")).await;
    assert_eq!(response.status(), 401);
    assert_eq!(response.extensions().get(), Some(&Rejection::unproved()));
}

#[tokio::test]
async fn every_refusal_has_its_status_and_what_is_not_the_senders_fault_is_503() {
    for (status, expected) in [
        (StatusCode::BAD_REQUEST, 400),
        (StatusCode::UNAUTHORIZED, 401),
        (StatusCode::PAYLOAD_TOO_LARGE, 413),
        (StatusCode::GONE, 410),
        (StatusCode::SERVICE_UNAVAILABLE, 503),
        (StatusCode::INTERNAL_SERVER_ERROR, 503),
        // A verifier that refuses with a success must not be taken for one.
        (StatusCode::OK, 503),
    ] {
        let refuse = move |_: Request<Bytes>| ready(Err::<(), Rejection>(status.into()));
        let service = WebhookService::new(refuse, |()| async { Ok(()) });
        assert_eq!(answer(&service, post("")).await.status(), expected, "{status}");
    }
    assert_eq!(Rejection::malformed().status(), 400);
    assert_eq!(Rejection::too_large().status(), 413);
    assert_eq!(Rejection::unavailable().to_string(), "webhook answered with 503 Service Unavailable");
}

#[tokio::test]
async fn another_method_is_405_and_told_which_is_allowed() {
    let service = WebhookService::new(polite, |_| async { Ok(()) });
    for method in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE, Method::OPTIONS, Method::PATCH] {
        let response = answer(&service, request(method, "please")).await;
        assert_eq!(response.status(), 405);
        assert_eq!(response.headers()["allow"], "POST");
    }
}

#[tokio::test]
async fn the_verifier_gets_headers_and_the_body_as_they_came() {
    let verifier = |request: Request<Bytes>| {
        let fits = request.headers()["x-signature"] == "7" && request.body() == " { \"a\" : 1.0 }\n";
        ready(if fits { Ok(request.uri().path().to_owned()) } else { Err(Rejection::unproved()) })
    };
    let service = WebhookService::new(verifier, |path| async move {
        if path == "/hook" { Ok(()) } else { Err("another path".into()) }
    });
    let mut request = post(" { \"a\" : 1.0 }\n");
    *request.uri_mut() = "/hook".parse().unwrap();
    request.headers_mut().insert("x-signature", "7".parse().unwrap());
    assert_eq!(answer(&service, request).await.status(), 200);
}

#[tokio::test]
async fn axum_mounts_it_as_a_route() {
    let service = WebhookService::new(polite, |_| async { Ok(()) });
    let app = axum::Router::<()>::new().route_service("/hook", service);
    let request = Request::post("/hook").body(axum::body::Body::from("please")).unwrap();
    assert_eq!(app.oneshot(request).await.unwrap().status(), 200);
}

#[test]
fn it_is_shared_between_threads_and_never_fails() {
    fn shape<S>(_: &S)
    where
        S: Service<Request<crate::bodies::NotSync>, Error = Infallible> + Clone + Send + Sync + 'static,
        S::Future: Send,
    {
    }
    shape(&WebhookService::new(polite, |_| async { Ok(()) }));
}
