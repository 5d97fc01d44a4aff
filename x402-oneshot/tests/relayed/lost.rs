//! Executions that get lost.

use alloy_primitives::U256;
use x402_core::{Facilitator as _, Reason, SettleResponse, facilitator::Reach};
use x402_oneshot::sandbox::Sandbox;

use crate::{
    flaky::{Flaky, Loss},
    support::{Payment, SELLER, builder, over},
};

#[tokio::test]
async fn an_execution_whose_answer_is_lost_is_found_by_its_memo_and_not_sent_again() {
    let sandbox = builder().start().await.unwrap();
    let facilitator = over(&sandbox, Flaky::new(sandbox.base_url(), Loss::Answer)).await;
    let answer = facilitator.settle(&Payment::by_buyer_of(&sandbox).request().await).await.unwrap();
    assert!(answer.success);
    assert_eq!(sandbox.requests().of("POST", "/methods/{id}/execute"), 1);
    assert_eq!(sandbox.balance_of(SELLER), U256::from(50_000));
}

#[tokio::test]
async fn an_execution_that_may_have_been_sent_and_is_not_found_stays_unknown() {
    let sandbox = builder().start().await.unwrap();
    let facilitator = over(&sandbox, Flaky::new(sandbox.base_url(), Loss::Request)).await;
    let error = facilitator.settle(&Payment::by_buyer_of(&sandbox).request().await).await.unwrap_err();
    assert_eq!(error.reach(), Reach::MaybeSent);
    assert_eq!(sandbox.requests().of("POST", "/methods/{id}/execute"), 0, "and is not sent again");
}

#[tokio::test]
async fn a_server_that_is_not_there_was_not_sent_anything() {
    let sandbox = builder().start().await.unwrap();
    let facilitator = crate::support::relayed(&sandbox).await;
    let request = Payment::by_buyer_of(&sandbox).request().await;
    let address: std::net::SocketAddr =
        sandbox.base_url().trim_start_matches("http://").trim_end_matches("/v0").parse().unwrap();
    drop(sandbox);
    // Wait until the port is closed.
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    // The first call may still find the pooled connection, and lose it; the next finds nobody.
    let _ = facilitator.verify(&request).await.unwrap_err();
    let error = facilitator.settle(&request).await.unwrap_err();
    assert_eq!(error.reach(), Reach::NotSent);
    assert!(!error.may_have_settled());
}

#[tokio::test]
async fn reconciling_finds_what_became_of_an_execution_and_moves_nothing() {
    let sandbox = Sandbox::builder().manual_mining().start().await.unwrap();
    let facilitator = crate::support::relayed(&sandbox).await;
    let request = Payment::by_buyer_of(&sandbox).request().await;
    let reconcile = async || facilitator.reconcile(&request, None).await.unwrap();
    let pending = |answer: &SettleResponse| answer.error_reason == Some(Reason::SETTLEMENT_PENDING);
    assert!(pending(&reconcile().await), "never executed");
    facilitator.settle(&request).await.unwrap_err();
    assert!(pending(&reconcile().await), "not mined");
    sandbox.mine();
    let answer = reconcile().await;
    assert!(answer.success);
    assert_eq!(answer.transaction, sandbox.transactions()[0].hash.unwrap().to_string());
    assert_eq!(sandbox.requests().of("POST", "/methods/{id}/execute"), 1);
    assert_eq!(sandbox.balance_of(SELLER), U256::from(50_000));
}

#[tokio::test]
async fn reconciling_a_reverted_execution_refuses() {
    let sandbox = builder().start().await.unwrap();
    let facilitator = crate::support::relayed(&sandbox).await;
    let poor = Payment { value: 1_000_000_001, ..Payment::by_buyer_of(&sandbox) }.request().await;
    facilitator.settle(&poor).await.unwrap();
    let answer = facilitator.reconcile(&poor, None).await.unwrap();
    assert_eq!((answer.success, answer.error_reason), (false, Some(Reason::INSUFFICIENT_FUNDS)));
}

#[tokio::test]
async fn reconciling_after_a_second_execution_still_finds_the_first() {
    let sandbox = builder().start().await.unwrap();
    let facilitator = crate::support::relayed(&sandbox).await;
    let request = Payment::by_buyer_of(&sandbox).request().await;
    facilitator.settle(&request).await.unwrap();
    // A second one, as after a crash that forgot the first, finds the nonce spent.
    assert!(!facilitator.settle(&request).await.unwrap().success);
    assert!(facilitator.reconcile(&request, None).await.unwrap().success);
}
