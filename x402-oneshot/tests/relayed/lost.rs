//! Executions that get lost.

use alloy_primitives::U256;
use x402_core::{Facilitator as _, facilitator::Reach};

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
