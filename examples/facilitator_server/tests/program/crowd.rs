//! More than there is room for.

use std::sync::Arc;

use axum::{Json, Router, routing::post};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Semaphore};
use x402_core::X402Version;

use crate::{caller::Caller, payment::Payment, server::Server};

const HASH: &str = "0x1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdef";

/// A facilitator that finds every payment valid, and settles one each time it is allowed to.
struct Upstream {
    url: String,
    asked: Arc<Semaphore>,
    allowed: Arc<Semaphore>,
}

impl Upstream {
    async fn start(network: &'static str) -> Self {
        let (asked, allowed) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let (count, gate) = (Arc::clone(&asked), Arc::clone(&allowed));
        let settle = move || async move {
            count.add_permits(1);
            gate.acquire().await.unwrap().forget();
            Json(json!({ "success": true, "transaction": HASH, "network": network }))
        };
        let app = Router::new()
            .route("/verify", post(|| async { Json(json!({ "isValid": true })) }))
            .route("/settle", post(settle));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async { axum::serve(listener, app).await });
        Self { url, asked, allowed }
    }

    async fn is_asked(&self) {
        self.asked.acquire().await.unwrap().forget();
    }
}

/// A facilitator with room for one.
async fn narrow(upstream: &Upstream) -> Server {
    Server::start(&[("FACILITATOR_URL", &upstream.url), ("MAX_IN_FLIGHT", "1")]).await
}

async fn body(nonce: u8) -> Value {
    Payment::of(X402Version::V2, nonce).body().await
}

#[tokio::test]
async fn attack_31_beyond_its_room_nothing_is_settled_and_a_later_try_is_asked_for() {
    let (one, other) = (body(1).await, body(2).await);
    let upstream = Upstream::start("eip155:84532").await;
    let server = narrow(&upstream).await;
    let caller = Caller::of(&server);
    let first = {
        let (caller, one) = (caller.clone(), one.clone());
        tokio::spawn(async move { caller.post("/settle", &one).await })
    };
    upstream.is_asked().await;

    let refused = caller.http.post(caller.url("/settle")).body(other.to_string()).send().await.unwrap();
    assert_eq!(refused.status(), 503);
    assert!(refused.headers().contains_key("retry-after"));
    let json: Value = serde_json::from_slice(&refused.bytes().await.unwrap()).unwrap();
    assert!(json["error"].is_string() && json.get("success").is_none(), "no verdict: {json}");
    assert_eq!(caller.post("/verify", &other).await.0, 200, "who asks has room of his own");

    upstream.allowed.add_permits(2);
    let (status, answer) = first.await.unwrap();
    assert_eq!((status, &answer["success"]), (200, &json!(true)), "{answer}");
    assert_eq!(upstream.asked.available_permits(), 0, "nothing was sent for the one that was refused");
    let (status, answer) = caller.post("/settle", &other).await;
    assert_eq!((status, &answer["success"]), (200, &json!(true)), "{answer}");
}

#[tokio::test]
async fn a_caller_that_hangs_up_makes_no_room_before_its_settlement_ends() {
    let (one, other) = (body(1).await, body(2).await);
    let upstream = Upstream::start("eip155:84532").await;
    let server = narrow(&upstream).await;
    let caller = Caller::of(&server);
    tokio::select! {
        answer = caller.post("/settle", &one) => panic!("nobody allowed it: {answer:?}"),
        () = upstream.is_asked() => {}
    }
    assert_eq!(caller.post("/settle", &other).await.0, 503);
    upstream.allowed.add_permits(2);
    let (status, answer) = loop {
        match caller.post("/settle", &other).await {
            (503, _) => tokio::task::yield_now().await,
            answered => break answered,
        }
    };
    assert_eq!((status, &answer["success"]), (200, &json!(true)), "{answer}");
}
