//! The same seed, the same clock, the same calls: the same bytes.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use x402_core::UnixSeconds;
use x402_oneshot::sandbox::faults::{Answer, Fault, Lifecycle};
use x402_oneshot::sandbox::{Sandbox, SandboxClock};

use crate::harness::{Api, NOW, Overload};
use crate::webhooks::receiver::{Receiver, pay, told};

/// Every byte that a sandbox answers to a good hour's work.
async fn trace(seed: u64) -> Vec<Vec<u8>> {
    let clock = SandboxClock::at(UnixSeconds::from_secs(NOW));
    let api = Api::at(Sandbox::builder().manual_mining().seed(seed).manual_clock(clock.clone())).await;
    let faults = api.sandbox.faults();
    faults.on("GET", "*").percent(30, Fault::Answer(Answer::error(503, "RedisError").retry_after_seconds(1)));
    faults.next_transaction(&Lifecycle::new().pending(1).retrying(1));

    let mut trace = Vec::new();
    let mut ask = async |method: &str, path: &str, body: &str| {
        let (answer, end) = api.raw(method, path, body).await;
        end.unwrap();
        trace.push(answer);
    };
    ask("POST", "/token", &api.grant().to_string()).await;
    let declaration = api.declaration("transferWithAuthorization", Overload::Bytes.inputs());
    ask("POST", &api.business("/methods"), &declaration.to_string()).await;
    let (_, method) = api.ask(Method::POST, &api.business("/methods"), Some(declaration)).await;
    let method = method["id"].as_str().unwrap().to_owned();
    let params = Overload::Bytes.params(&api.authorization(), api.sandbox.buyer_key().expose());
    let body = json!({"params": params, "memo": "m"}).to_string();
    ask("POST", &format!("/methods/{method}/test"), &body).await;
    ask("POST", &format!("/methods/{method}/execute"), &body).await;
    let transaction = format!("/transactions/{}", api.sandbox.transactions()[0].id);
    for _ in 0..8 {
        clock.advance(Duration::from_secs(2));
        ask("GET", &transaction, "").await;
        api.sandbox.mine();
        ask("GET", &api.business("/transactions"), "").await;
        ask("GET", &api.business("/wallets"), "").await;
        ask("GET", &api.business("/methods"), "").await;
    }
    trace
}

#[tokio::test]
async fn two_runs_answer_byte_for_byte_alike() {
    let (first, second) = (trace(7).await, trace(7).await);
    for (first, second) in first.iter().zip(&second) {
        assert_eq!(String::from_utf8_lossy(first), String::from_utf8_lossy(second));
    }
    assert_eq!(first, second);
    let text = first.iter().map(|answer| String::from_utf8_lossy(answer)).collect::<String>();
    for sign in ["HTTP/1.1 503 ", "date: Sun, 15 Jun 2025 15:06:42 GMT", "Retrying", "Completed"] {
        assert!(text.contains(sign), "the trace has no {sign}");
    }
    assert_ne!(first, trace(8).await);
}

#[tokio::test]
async fn faults_take_nothing_from_the_stream_of_ids() {
    let ids = async |percent: u8| {
        let api = Api::with(Sandbox::builder().manual_mining().seed(7)).await;
        api.sandbox.faults().on("GET", "/x402/supported").percent(percent, Fault::Answer(Answer::empty(503)));
        for _ in 0..3 {
            api.raw("GET", "/x402/supported", "").await.1.unwrap();
        }
        api.create_overload(Overload::Bytes).await
    };
    assert_eq!(ids(0).await, ids(100).await);
}

#[tokio::test]
async fn webhooks_take_nothing_from_it_either_however_often_they_are_tried() {
    let ids = async |all_attempts: bool| {
        let retries = [Duration::ZERO; 5];
        let api = Api::with(Sandbox::builder().manual_mining().seed(7).webhook_retries(retries)).await;
        let method = told(&api, &Receiver::start().await.answer(500)).await;
        pay(&api, &method, 1).await;
        api.sandbox.mine();
        if all_attempts {
            assert_eq!(api.sandbox.webhooks().settled().await[0].attempts.len(), 6);
        }
        api.create_overload(Overload::Bytes).await
    };
    assert_eq!(ids(false).await, ids(true).await);
}
