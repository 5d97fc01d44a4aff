//! How often the token is fetched, counted by the sandbox.

use x402_core::Facilitator as _;
use x402_oneshot::Client;

use crate::support::{Payment, builder, config, relayed};

fn fetched(sandbox: &x402_oneshot::sandbox::Sandbox) -> u64 {
    sandbox.requests().of("POST", "/token")
}

#[tokio::test]
async fn a_hundred_first_calls_at_once_fetch_one_token_and_later_ones_none() {
    let sandbox = builder().start().await.unwrap();
    let client = Client::new(config(&sandbox)).unwrap();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let (client, business) = (client.clone(), sandbox.business_id());
        calls.spawn(async move { client.wallets().list(business).send().await.unwrap() });
    }
    assert_eq!(calls.join_all().await.len(), 100);
    assert_eq!(sandbox.requests().of("GET", "/business/{id}/wallets"), 100);
    assert_eq!(fetched(&sandbox), 1);
}

#[tokio::test]
async fn payments_fetch_no_token_while_it_is_valid_and_one_when_it_is_not() {
    let sandbox = builder().start().await.unwrap();
    let facilitator = relayed(&sandbox).await;
    assert_eq!(fetched(&sandbox), 1, "to set the account up");
    for nonce in 1..=5 {
        let request = Payment { nonce, ..Payment::by_buyer_of(&sandbox) }.request().await;
        assert!(facilitator.verify(&request).await.unwrap().is_valid);
        assert!(facilitator.settle(&request).await.unwrap().success);
    }
    assert_eq!(fetched(&sandbox), 1);
    sandbox.faults().revoke_tokens();
    let request = Payment { nonce: 6, ..Payment::by_buyer_of(&sandbox) }.request().await;
    assert!(facilitator.settle(&request).await.unwrap().success);
    assert_eq!(fetched(&sandbox), 2);
}
