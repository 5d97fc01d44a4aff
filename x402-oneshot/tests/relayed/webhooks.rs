//! Settlements that are confirmed by webhook.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use axum::{Router, body::Bytes, extract::State, http::StatusCode, routing::post};
use serde_json::json;
use tokio::net::TcpListener;
use x402_core::{Facilitator as _, Reason, UnixSeconds, testing::ManualClock};
use x402_oneshot::{
    api::{Reports, WaitPolicy},
    facilitator::{Listener, Relayed},
    sandbox::{Sandbox, WebhookFault, WebhookShape, faults::When},
    webhook::{Signer, Verifier},
};

use crate::support::{Payment, relayed_builder, usdc, wait};

type Slot = Arc<OnceLock<Listener>>;

/// As a server would: whatever is posted is heard, and the status is the listener's.
async fn receive(State(listener): State<Slot>, body: Bytes) -> StatusCode {
    let Some(listener) = listener.get() else { return StatusCode::SERVICE_UNAVAILABLE };
    listener.hear(&body).await.map_or_else(|error| error.status(), |_| StatusCode::OK)
}

/// A facilitator behind a server that takes its webhooks.
async fn listening(sandbox: &Sandbox, wait: WaitPolicy) -> Relayed {
    let slot = Slot::default();
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/1shot", socket.local_addr().unwrap());
    let routes = Router::new().route("/1shot", post(receive)).with_state(Arc::clone(&slot));
    tokio::spawn(async move { axum::serve(socket, routes).await });
    let facilitator = relayed_builder(sandbox).token(usdc()).callback_url(url).wait(wait).connect().await.unwrap();
    slot.set(facilitator.listener().unwrap()).unwrap();
    facilitator
}

fn questions(sandbox: &Sandbox) -> u64 {
    sandbox.requests().of("GET", "/transactions/{id}")
}

async fn sandbox() -> Sandbox {
    Sandbox::builder().block_time(Duration::from_millis(100)).webhook_retries([]).start().await.unwrap()
}

/// A webhook that does not come is a question after an hour: the test would never end.
fn patient() -> WaitPolicy {
    let hour = Duration::from_secs(60 * 60);
    WaitPolicy::new().interval(hour).deadline(2 * hour)
}

#[tokio::test]
async fn round_trips_a_settlement_that_is_reported_is_not_asked_about() {
    let sandbox = sandbox().await;
    let facilitator = listening(&sandbox, patient()).await;
    for (nonce, shape) in [(1, WebhookShape::Legacy), (2, WebhookShape::Relayer)] {
        sandbox.webhooks().set_shape(shape);
        let request = Payment { nonce, ..Payment::by_buyer_of(&sandbox) }.request().await;
        let answer = facilitator.settle(&request).await.unwrap();
        assert!(answer.success);
        let hash = sandbox.transactions().last().unwrap().hash.unwrap();
        assert_eq!(answer.transaction, hash.to_string());
    }
    assert_eq!(questions(&sandbox), 0);
    assert_eq!(sandbox.requests().of("POST", "/methods/{id}/execute"), 2);
    assert_eq!(sandbox.requests().of("GET", "/methods/{id}"), 1, "for the key, once");
}

#[tokio::test]
async fn a_webhook_that_is_faster_than_the_answer_to_the_execution_counts() {
    let sandbox = sandbox().await;
    let facilitator = listening(&sandbox, patient()).await;
    sandbox.webhooks().inject(WebhookFault::Early, When::Times(1));
    let request = Payment::by_buyer_of(&sandbox).request().await;
    assert!(facilitator.settle(&request).await.unwrap().success);
    assert_eq!(questions(&sandbox), 0);
}

#[tokio::test]
async fn a_failure_that_is_reported_is_looked_into_once_and_refused_with_its_reason() {
    let sandbox = sandbox().await;
    let facilitator = listening(&sandbox, patient()).await;
    let poor = Payment { value: 1_000_000_001, ..Payment::by_buyer_of(&sandbox) }.request().await;
    let answer = facilitator.settle(&poor).await.unwrap();
    assert_eq!((answer.success, answer.error_reason), (false, Some(Reason::INSUFFICIENT_FUNDS)));
    assert_eq!(questions(&sandbox), 1);
}

#[tokio::test]
async fn a_forged_webhook_reports_nothing_and_the_settlement_is_asked_about() {
    let sandbox = sandbox().await;
    let facilitator = listening(&sandbox, wait()).await;
    sandbox.webhooks().inject(WebhookFault::BadSignature, When::Always);
    let request = Payment::by_buyer_of(&sandbox).request().await;
    assert!(facilitator.settle(&request).await.unwrap().success);
    assert!(questions(&sandbox) >= 1);
    let delivered = sandbox.webhooks().settled().await;
    assert_eq!(delivered[0].attempts[0].status, Some(401), "{delivered:?}");
}

#[tokio::test]
async fn attack_12_a_reported_success_whose_events_show_that_nothing_moved_is_unknown() {
    let sandbox = Sandbox::builder().manual_mining().start().await.unwrap();
    let reports = Reports::new();
    let builder = relayed_builder(&sandbox).token(usdc()).wait(patient()).reports(reports.clone());
    let facilitator = builder.connect().await.unwrap();
    let request = Payment::by_buyer_of(&sandbox).request().await;
    let settling = tokio::spawn(async move { facilitator.settle(&request).await.unwrap() });
    while sandbox.transactions().is_empty() {
        tokio::task::yield_now().await;
    }
    let body = json!({ "eventName": "TransactionExecutionSuccess", "timestamp": 1_767_225_600, "data": {
        "transactionId": sandbox.transactions()[0].id,
        "transactionReceipt": { "status": 1, "hash": format!("0x{}", "22".repeat(32)) },
        "logs": [{ "name": "AuthorizationAlreadyUsed", "args": [] }],
    }});
    let signer = Signer::from_seed([7; 32]);
    let body = signer.sign(body.as_object().unwrap().clone()).unwrap();
    let verifier = Verifier::builder(signer.public_key()).clock(ManualClock::at(UnixSeconds::from_secs(1_767_225_600)));
    let _ = Listener::new(verifier.build(), reports).hear(body.as_bytes()).await.unwrap();
    let answer = settling.await.unwrap();
    assert_eq!((answer.success, answer.error_reason), (false, Some(Reason::SETTLEMENT_PENDING)));
    assert_eq!(questions(&sandbox), 0);
}

#[tokio::test]
async fn many_settlements_at_once_each_hear_of_their_own() {
    let sandbox = sandbox().await;
    let facilitator = listening(&sandbox, patient()).await;
    let mut settling = tokio::task::JoinSet::new();
    for nonce in 1..=20 {
        let request = Payment { nonce, ..Payment::by_buyer_of(&sandbox) }.request().await;
        let facilitator = facilitator.clone();
        settling.spawn(async move { facilitator.settle(&request).await.unwrap() });
    }
    let mut hashes: Vec<_> = settling.join_all().await.into_iter().map(|answer| answer.transaction).collect();
    hashes.sort();
    hashes.dedup();
    assert_eq!((hashes.len(), questions(&sandbox)), (20, 0));
}
