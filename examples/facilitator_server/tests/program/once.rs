//! A payment settles once.

use serde_json::{Value, json};
use tokio::task::JoinSet;
use x402_core::X402Version;

use crate::{
    books::Books,
    caller::Caller,
    payment::{Payment, VERSIONS, buyer},
    redis,
    server::Server,
};

/// Asks these callers in turn, so many times at once; every answer.
async fn settle_at_once(callers: &[Caller], body: &Value, count: usize) -> Vec<(u16, Value)> {
    let mut asked = JoinSet::new();
    for caller in callers.iter().cycle().take(count) {
        let (caller, body) = (caller.clone(), body.clone());
        asked.spawn(async move { caller.post("/settle", &body).await });
    }
    asked.join_all().await
}

#[tokio::test]
async fn attack_4_where_repeats_are_answered_copies_are_one_transfer_with_one_answer() {
    let server = Server::start(&[("REPEATS", "answer"), ("SANDBOX_BLOCK_TIME_MS", "300")]).await;
    let (caller, books) = (Caller::of(&server), Books::of(&server));
    for (nonce, version) in (1..).zip(VERSIONS) {
        let body = Payment::of(version, nonce).body().await;
        let mut answers = settle_at_once(std::slice::from_ref(&caller), &body, 50).await;
        answers.push(caller.post("/settle", &body).await);
        assert!(answers.iter().all(|(status, answer)| *status == 200 && answer["success"] == true), "{answers:?}");
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
        assert_eq!(books.transactions().await.len(), usize::from(nonce));
        let spent = json!({
            "isValid": false, "invalidReason": "invalid_exact_evm_nonce_already_used",
            "payer": buyer().address().to_string(),
        });
        assert_eq!(caller.post("/verify", &body).await, (200, spent), "a server that verifies first serves it once");
    }
}

#[tokio::test]
async fn attack_4_one_copy_is_told_that_it_settled() {
    let server = Server::start(&[("SANDBOX_BLOCK_TIME_MS", "300")]).await;
    let (caller, books) = (Caller::of(&server), Books::of(&server));
    let body = Payment::of(X402Version::V2, 1).body().await;
    let mut answers = settle_at_once(std::slice::from_ref(&caller), &body, 20).await;
    answers.push(caller.post("/settle", &body).await);
    let (settled, spent): (Vec<_>, Vec<_>) = answers.into_iter().partition(|(_, answer)| answer["success"] == true);
    assert_eq!(settled.len(), 1);
    let reason = "invalid_exact_evm_nonce_already_used";
    assert!(spent.iter().all(|(status, answer)| *status == 200 && answer["errorReason"] == reason), "{spent:?}");
    assert_eq!(books.transactions().await.len(), 1);
}

#[tokio::test]
async fn attack_5_the_same_payment_for_another_resource_is_spent() {
    let server = Server::sandboxed().await;
    let (caller, books) = (Caller::of(&server), Books::of(&server));
    let mut body = Payment::of(X402Version::V1, 1).body().await;
    assert_eq!(caller.post("/settle", &body).await.1["success"], true);
    body["paymentRequirements"]["resource"] = "https://shop.example/gold".into();
    let (status, answer) = caller.post("/settle", &body).await;
    assert_eq!((status, &answer["success"]), (200, &json!(false)));
    assert_eq!(answer["errorReason"], "invalid_exact_evm_nonce_already_used");
    assert_eq!(books.transactions().await.len(), 1);
}

#[tokio::test]
async fn attack_4_two_servers_with_one_redis_settle_it_once() {
    let Some(redis) = redis::Server::start() else { return };
    let url = redis.url();
    let sharing = [
        ("REDIS_URL", url.as_str()),
        ("REDIS_LEASE_MS", "3000"),
        ("REPEATS", "answer"),
        ("SANDBOX_BLOCK_TIME_MS", "300"),
    ];
    let one = Server::start(&sharing).await;
    let other = Server::start(&[&one.account()[..], &sharing].concat()).await;
    let (callers, books) = ([Caller::of(&one), Caller::of(&other)], Books::of(&one));
    let body = Payment::of(X402Version::V2, 1).body().await;
    let mut answers = settle_at_once(&callers, &body, 20).await;
    for caller in &callers {
        answers.push(caller.post("/settle", &body).await);
    }
    answers.dedup();
    assert!(answers.len() == 1 && answers[0].1["success"] == true, "{answers:?}");
    assert_eq!(books.transactions().await.len(), 1);
}
