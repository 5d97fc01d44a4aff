//! What is behind it gives no answer, or not the last one.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Json, Router, routing::post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use x402_core::X402Version;

use crate::{
    caller::Caller,
    payment::{Payment, VERSIONS, buyer},
    server::Server,
};

const HASH: &str = "0x1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdef";

/// A facilitator that finds every payment valid, and settles it when it is asked for the third time.
async fn slow_upstream(network: &'static str) -> (String, Arc<AtomicUsize>) {
    let asked = Arc::<AtomicUsize>::default();
    let count = Arc::clone(&asked);
    let settle = move || async move {
        let is_over = count.fetch_add(1, Ordering::SeqCst) >= 2;
        let reason = if is_over { Value::Null } else { json!("settlement_pending") };
        Json(json!({ "success": is_over, "errorReason": reason, "transaction": HASH, "network": network }))
    };
    let app = Router::new()
        .route("/verify", post(|| async { Json(json!({ "isValid": true })) }))
        .route("/settle", post(settle));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, app).await });
    (url, asked)
}

#[tokio::test]
async fn attack_22_an_unknown_outcome_is_pending_and_asked_about_when_it_is_settled_again() {
    for version in VERSIONS {
        let payment = Payment::of(version, 1);
        let (upstream, asked) = slow_upstream(payment.network()).await;
        let server = Server::start(&[("FACILITATOR_URL", &upstream), ("REPEATS", "answer")]).await;
        assert_eq!(server.facts()[1], format!("facilitator: {upstream}"));
        let (caller, body, payer) = (Caller::of(&server), payment.body().await, buyer().address().to_string());
        let network = payment.network();
        let pending = json!({
            "success": false, "errorReason": "settlement_pending", "transaction": HASH, "network": network,
            "payer": payer,
        });
        assert_eq!(caller.post("/settle", &body).await, (200, pending));
        assert_eq!(caller.post("/verify", &body).await.1["isValid"], true, "settling it is how to learn");
        let settled = json!({ "success": true, "transaction": HASH, "network": network, "payer": payer });
        for _ in 0..2 {
            assert_eq!(caller.post("/settle", &body).await, (200, settled.clone()));
        }
        assert_eq!(asked.load(Ordering::SeqCst), 3, "what is known is not asked about");
    }
}

#[tokio::test]
async fn an_unplugged_upstream_settles_nothing_and_the_payment_stays_good() {
    let sandbox = Server::sandboxed().await;
    let server = Server::start(&sandbox.account()).await;
    let (caller, body) = (Caller::of(&server), Payment::of(X402Version::V2, 1).body().await);
    sandbox.signal("KILL");
    sandbox.ended().await;
    let response = caller.http.post(caller.url("/verify")).body(body.to_string()).send().await.unwrap();
    assert_eq!(response.status(), 503);
    assert!(response.headers().contains_key("retry-after"));
    let text = response.text().await.unwrap();
    assert!(text.contains("error") && !text.contains("127.0.0.1"), "{text}");
    let (status, answer) = caller.post("/settle", &body).await;
    assert_eq!((status, &answer["success"]), (200, &json!(false)));
    assert_eq!(answer["errorReason"], "unexpected_verify_error", "nothing was sent, so nothing can be pending");
}
