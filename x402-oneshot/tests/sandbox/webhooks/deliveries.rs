//! How often a webhook is tried, and what is kept of that.

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};
use x402_oneshot::sandbox::{DeliveryStatus, Sandbox, SandboxBuilder};

use super::receiver::{MEMO, Receiver, key, pay, told, verifier};
use crate::harness::{Api, NOW};

fn tried(times: usize) -> SandboxBuilder {
    Sandbox::builder().manual_mining().webhook_retries(vec![Duration::ZERO; times - 1])
}

#[tokio::test]
async fn a_transaction_that_is_final_is_told_to_its_methods_callback() {
    let (api, mut receiver) = (Api::start().await, Receiver::start().await);
    let method = told(&api, &receiver.url).await;
    let id = pay(&api, &method, 1).await;
    assert!(api.sandbox.webhooks().deliveries().is_empty());
    api.sandbox.mine();

    let call = receiver.next().await;
    assert_eq!(call.headers["content-type"], "application/json");
    assert!(call.is_signed_by(key(&method)));
    let verified = verifier(&api, &method).verify(call.body.as_bytes()).await.unwrap();
    let execution = verified.event().execution().unwrap();
    assert_eq!(execution.transaction_id.to_string(), id);
    assert_eq!(execution.method_ids[0].to_string(), method["id"]);
    assert_eq!(execution.memo.as_deref(), Some(MEMO));

    call.answer(204);
    let [delivery] = api.sandbox.webhooks().settled().await.try_into().unwrap();
    assert_eq!(delivery.status, DeliveryStatus::Success);
    assert_eq!(delivery.transaction_id.unwrap().to_string(), id);
    assert_eq!(delivery.attempts.len(), 1);
    let [endpoint] = list(&api, &api.business("/webhooks/endpoints")).await.try_into().unwrap();
    assert_eq!(endpoint["verified"], true);
    assert_eq!((&endpoint["lastPing"], &endpoint["lastPingStatus"]), (&json!(NOW), &json!(true)));
}

#[tokio::test]
async fn what_is_not_answered_with_2xx_is_stamped_and_signed_anew_and_tried_again() {
    let (api, mut receiver) = (Api::with(tried(3)).await, Receiver::start().await);
    let method = told(&api, &receiver.url).await;
    pay(&api, &method, 1).await;
    api.sandbox.mine();

    let mut bodies = Vec::new();
    for (second, status) in [500, 302, 200].into_iter().enumerate() {
        let call = receiver.next().await;
        assert!(call.is_signed_by(key(&method)));
        assert_eq!(call.json()["timestamp"], NOW + second as u64);
        bodies.push(call.body.clone());
        let so_far = api.sandbox.webhooks().deliveries();
        let expected = if second == 0 { DeliveryStatus::Unsent } else { DeliveryStatus::Retrying };
        assert_eq!(so_far[0].status, expected);
        api.clock.advance(Duration::from_secs(1));
        let mut answer = Response::new("x".repeat(2000));
        *answer.status_mut() = StatusCode::from_u16(status).unwrap();
        // Whoever followed it would come back here once more.
        answer.headers_mut().insert("location", receiver.url.parse().unwrap());
        call.answer_with(answer);
    }
    let [delivery] = api.sandbox.webhooks().settled().await.try_into().unwrap();
    assert_eq!(delivery.status, DeliveryStatus::Success);

    let endpoint = delivery.endpoint_id;
    let [webhook] = list(&api, &format!("/webhooks/endpoints/{endpoint}/webhooks")).await.try_into().unwrap();
    assert_eq!((&webhook["status"], &webhook["eventName"]), (&json!("Success"), &json!("TransactionExecutionSuccess")));
    let content: Value = serde_json::from_str(webhook["content"].as_str().unwrap()).unwrap();
    let sent: Value = serde_json::from_str(&bodies[0]).unwrap();
    assert_eq!(content, sent["data"]);

    let attempts = list(&api, &format!("/webhooks/{}/attempts", webhook["id"].as_str().unwrap())).await;
    assert_eq!(attempts.len(), 3);
    for ((attempt, body), status) in attempts.iter().zip(&bodies).zip([500, 302, 200]) {
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!((&attempt["signature"], &attempt["timestamp"]), (&body["signature"], &body["timestamp"]));
        assert_eq!((&attempt["webhookId"], &attempt["apiVersion"]), (&webhook["id"], &json!(0)));
        assert_eq!(attempt["httpResponse"], status);
        assert_eq!(attempt["clientResponse"].as_str().unwrap().len(), 1000);
    }
    assert_ne!(attempts[0]["signature"], attempts[1]["signature"]);
}

#[tokio::test]
async fn what_nobody_takes_is_given_up() {
    let (api, receiver) = (Api::with(tried(2)).await, Receiver::start().await);
    let url = receiver.answer(503);
    pay(&api, &told(&api, &url).await, 1).await;
    api.sandbox.mine();
    let [delivery] = api.sandbox.webhooks().settled().await.try_into().unwrap();
    assert_eq!(delivery.status, DeliveryStatus::Failed);
    let statuses: Vec<_> = delivery.attempts.iter().map(|attempt| attempt.status).collect();
    assert_eq!(statuses, [Some(503), Some(503)]);
    assert_eq!(delivery.attempts[1].answer, "this is 503");
    let [endpoint] = list(&api, &api.business("/webhooks/endpoints")).await.try_into().unwrap();
    assert_eq!((&endpoint["verified"], &endpoint["lastPingStatus"]), (&json!(false), &json!(false)));
}

#[tokio::test]
async fn an_url_where_nobody_listens_is_a_failure_and_says_so() {
    let api = Api::with(tried(1)).await;
    let port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let id = pay(&api, &told(&api, &format!("http://localhost:{port}/")).await, 1).await;
    api.sandbox.mine();
    let id: uuid::Uuid = id.parse().unwrap();
    let [delivery] = api.sandbox.webhooks().delivered(id).await.try_into().unwrap();
    assert_eq!(delivery.status, DeliveryStatus::Failed);
    assert_eq!((delivery.attempts[0].status, delivery.attempts[0].answer.as_str()), (None, "no connection"));
}

#[tokio::test]
async fn what_does_not_lead_to_this_machine_is_not_sent_and_not_tried_again() {
    let api = Api::with(tried(3)).await;
    // An address of a documentation network, which nobody has.
    pay(&api, &told(&api, "https://192.0.2.1/hook").await, 1).await;
    api.sandbox.mine();
    let [delivery] = api.sandbox.webhooks().settled().await.try_into().unwrap();
    assert_eq!(delivery.status, DeliveryStatus::Failed);
    let [attempt] = delivery.attempts.try_into().unwrap();
    assert_eq!(attempt.answer, "not sent: the sandbox delivers to this machine only");
    assert_eq!(attempt.status, None);
}

#[tokio::test]
async fn an_answer_without_end_is_a_failure() {
    let (api, mut receiver) = (Api::with(tried(1)).await, Receiver::start().await);
    pay(&api, &told(&api, &receiver.url).await, 1).await;
    api.sandbox.mine();
    receiver.next().await.answer_with(Response::new("x".repeat(1_000_000)));
    let [delivery] = api.sandbox.webhooks().settled().await.try_into().unwrap();
    assert_eq!((delivery.status, delivery.attempts[0].status), (DeliveryStatus::Failed, None));
    assert_eq!(delivery.attempts[0].answer, "the answer is too long");
}

#[tokio::test]
async fn a_receiver_that_takes_its_time_holds_up_neither_blocks_nor_other_webhooks() {
    let (api, mut slow, fast) = (Api::start().await, Receiver::start().await, Receiver::start().await);
    let (to_slow, to_fast) = (told(&api, &slow.url).await, told(&api, &fast.answer(200)).await);
    pay(&api, &to_slow, 1).await;
    api.sandbox.mine();
    let held = slow.next().await;

    let id: uuid::Uuid = pay(&api, &to_fast, 2).await.parse().unwrap();
    api.sandbox.mine();
    let [delivery] = api.sandbox.webhooks().delivered(id).await.try_into().unwrap();
    assert_eq!(delivery.status, DeliveryStatus::Success);
    assert_eq!(api.sandbox.webhooks().deliveries()[0].status, DeliveryStatus::Unsent);
    held.answer(200);
    let all = api.sandbox.webhooks().settled().await;
    assert!(all.iter().all(|delivery| delivery.status == DeliveryStatus::Success));
}

#[tokio::test]
async fn a_sandbox_that_is_dropped_hangs_up_and_delivers_nothing_more() {
    let (api, mut receiver) = (Api::with(tried(9)).await, Receiver::start().await);
    let method = told(&api, &receiver.url).await;
    pay(&api, &method, 1).await;
    api.sandbox.mine();
    let call = receiver.next().await;
    drop(api);
    call.hung_up().await;
}

#[tokio::test]
async fn the_next_attempt_is_signed_with_the_new_key_once_it_is_rotated() {
    let (api, mut receiver) = (Api::with(tried(2)).await, Receiver::start().await);
    let method = told(&api, &receiver.url).await;
    pay(&api, &method, 1).await;
    api.sandbox.mine();
    let before = receiver.next().await;
    assert!(api.sandbox.webhooks().rotate(&receiver.url));
    assert!(before.is_signed_by(key(&method)));
    before.answer(401);

    let after = receiver.next().await;
    let rotated = api.get(&format!("/methods/{}", method["id"].as_str().unwrap())).await;
    assert!(after.is_signed_by(key(&rotated)));
    assert!(!after.is_signed_by(key(&method)));
    assert!(!api.sandbox.webhooks().rotate("http://localhost/unknown"));
}

#[tokio::test]
async fn an_endpoint_that_is_deleted_is_told_nothing_more() {
    let (api, mut receiver) = (Api::with(tried(2)).await, Receiver::start().await);
    pay(&api, &told(&api, &receiver.url).await, 1).await;
    api.sandbox.mine();
    let call = receiver.next().await;
    let endpoint = api.sandbox.webhooks().deliveries()[0].endpoint_id;
    let (status, answer) = api.ask(reqwest::Method::DELETE, &format!("/webhooks/endpoints/{endpoint}"), None).await;
    assert_eq!((status, answer), (200, json!({"success": true})));
    call.answer(500);
    let [delivery] = api.sandbox.webhooks().settled().await.try_into().unwrap();
    assert_eq!((delivery.status, delivery.attempts.len()), (DeliveryStatus::Failed, 1));
    assert!(list(&api, &api.business("/webhooks/triggers")).await.is_empty());
}

pub(super) async fn list(api: &Api, path: &str) -> Vec<Value> {
    api.get(path).await["response"].as_array().unwrap().clone()
}
