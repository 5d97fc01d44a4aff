//! Executions that get lost.

use alloy_primitives::U256;
use x402_core::{Facilitator as _, Reason, SettleResponse, facilitator::Reach};
use x402_oneshot::{
    Client,
    sandbox::{
        Sandbox,
        faults::{Edit, Fault},
    },
};

use crate::{
    flaky::{Flaky, Loss},
    support::{Payment, SELLER, builder, config, method_of, over},
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
async fn a_lost_execution_is_looked_for_by_memo_wallet_and_time() {
    let sandbox = builder().start().await.unwrap();
    let flaky = Flaky::new(sandbox.base_url(), Loss::Answer);
    let asked = flaky.asked();
    let facilitator = over(&sandbox, flaky).await;
    let payment = Payment::by_buyer_of(&sandbox).request().await;
    asked.lock().unwrap().clear();
    assert!(facilitator.settle(&payment).await.unwrap().success);
    let asked = std::mem::take(&mut *asked.lock().unwrap());
    let query: Vec<(String, String)> = asked.first().unwrap().split('&').map(pair).collect();
    let value = |name: &str| &query.iter().find(|(key, _)| key == name).unwrap().1;
    assert_eq!(value("walletId"), &sandbox.wallet_id().to_string());
    assert!(value("memo").contains(&format!("{}", sandbox.buyer_address())), "{query:?}");
    let (since, created) = (value("createdAfter").parse::<u64>().unwrap(), created(&sandbox).await);
    // Clocks differ by minutes.
    assert!(since + 240 < created && created < since + 600, "{since} {created}");
}

fn pair(text: &str) -> (String, String) {
    let (name, value) = text.split_once('=').unwrap();
    (name.to_owned(), value.to_owned())
}

async fn created(sandbox: &Sandbox) -> u64 {
    let client = Client::new(config(sandbox)).unwrap();
    let listed = client.transactions().list(sandbox.business_id()).send().await.unwrap();
    listed.response[0].created_seconds.unwrap()
}

/// Or else the payer would be told that the payment failed while the one that was lost moves the money.
#[tokio::test]
async fn an_earlier_execution_that_failed_is_not_taken_for_the_lost_one() {
    let sandbox = builder().start().await.unwrap();
    let facilitator = crate::support::relayed(&sandbox).await;
    let poor = Payment { value: 1_000_000_001, ..Payment::by_buyer_of(&sandbox) }.request().await;
    assert!(!facilitator.settle(&poor).await.unwrap().success);
    sandbox.faults().on("POST", "/methods/{id}/execute").once(Fault::Reset { after: false });
    let error = facilitator.settle(&poor).await.unwrap_err();
    assert!(error.may_have_settled());
}

#[tokio::test]
async fn an_execution_from_long_before_is_not_taken_for_the_lost_one() {
    let sandbox = builder().start().await.unwrap();
    let facilitator = crate::support::relayed(&sandbox).await;
    let request = Payment::by_buyer_of(&sandbox).request().await;
    assert!(facilitator.settle(&request).await.unwrap().success);
    let long_ago = Edit::replace("/response/0/created", created(&sandbox).await - 3_600);
    sandbox.faults().on("POST", "/methods/{id}/execute").once(Fault::Reset { after: false });
    sandbox.faults().on("GET", "/business/{id}/transactions").once(Fault::Edit(vec![long_ago]));
    let error = facilitator.settle(&request).await.unwrap_err();
    assert!(error.may_have_settled());
    // One from just now is.
    sandbox.faults().on("POST", "/methods/{id}/execute").once(Fault::Reset { after: false });
    assert!(facilitator.settle(&request).await.unwrap().success);
}

/// A crash, a new start, and another method: the payment is the same.
#[tokio::test]
async fn reconciling_finds_an_execution_by_a_method_that_is_gone() {
    let sandbox = builder().start().await.unwrap();
    let request = Payment::by_buyer_of(&sandbox).request().await;
    let first = crate::support::relayed(&sandbox).await;
    assert!(first.settle(&request).await.unwrap().success);
    sandbox.faults().forget_method(method_of(&first));
    let second = crate::support::relayed(&sandbox).await;
    assert_ne!(method_of(&first), method_of(&second));
    assert!(second.reconcile(&request, None).await.unwrap().success);
}

/// Two transfers are signed with one nonce, of which the token makes one; and one is shown to two servers that know nothing
/// of each other.
#[tokio::test]
async fn an_execution_settles_what_was_signed_for_what_is_sold_and_nothing_else_of_its_nonce() {
    let sandbox = builder().start().await.unwrap();
    let facilitator = crate::support::relayed(&sandbox).await;
    let payment = || Payment { value: 1, ..Payment::by_buyer_of(&sandbox) };
    assert!(facilitator.settle(&payment().request().await).await.unwrap().success);
    for other in [
        Payment { value: 50_000, ..payment() },
        Payment { valid_before: 4_000_000_001, ..payment() },
        Payment { valid_after: 1, ..payment() },
        Payment { resource: "https://shop.example/other", ..payment() },
    ] {
        let request = other.request().await;
        assert!(!facilitator.settle(&request).await.unwrap().success);
        let answer = facilitator.reconcile(&request, None).await.unwrap();
        assert_eq!(answer.error_reason, Some(Reason::SETTLEMENT_PENDING), "{answer:?}");
    }
    assert!(facilitator.reconcile(&payment().request().await, None).await.unwrap().success);
    assert_eq!(sandbox.balance_of(SELLER), U256::from(1));
}

#[tokio::test]
async fn another_tokens_execution_of_the_same_memo_settles_nothing() {
    let sandbox = builder().start().await.unwrap();
    let facilitator = crate::support::relayed(&sandbox).await;
    let request = Payment::by_buyer_of(&sandbox).request().await;
    assert!(facilitator.settle(&request).await.unwrap().success);
    for edit in [
        Edit::replace("/response/*/contractAddress", "0x808456652fdb597867f38412077A9182bf77359F"),
        Edit::replace("/response/*/chainId", 8453),
        Edit::replace("/response/*/memo", "x402 payer="),
    ] {
        sandbox.faults().on("GET", "/business/{id}/transactions").once(Fault::Edit(vec![edit.clone()]));
        let answer = facilitator.reconcile(&request, None).await.unwrap();
        assert_eq!(answer.error_reason, Some(Reason::SETTLEMENT_PENDING), "{edit:?}");
    }
}

/// A payer can sign one nonce twice: for a cent, and for what it is asked the next time.
#[tokio::test]
async fn attack_3_an_execution_of_another_authorization_with_the_same_nonce_settles_nothing() {
    let sandbox = builder().start().await.unwrap();
    let facilitator = crate::support::relayed(&sandbox).await;
    let cheap = Payment { value: 1, ..Payment::by_buyer_of(&sandbox) }.request().await;
    let dear = Payment::by_buyer_of(&sandbox).request().await;
    assert!(facilitator.settle(&cheap).await.unwrap().success);
    let pending = Some(Reason::SETTLEMENT_PENDING);
    assert_eq!(facilitator.reconcile(&dear, None).await.unwrap().error_reason, pending);
    // Settled without being verified, its nonce is spent, and nothing says that we were paid.
    assert_eq!(facilitator.settle(&dear).await.unwrap().error_reason, pending);
    assert_eq!(facilitator.reconcile(&dear, None).await.unwrap().error_reason, pending);
    // Nor does it count for one whose answer is lost.
    sandbox.faults().on("POST", "/methods/{id}/execute").once(Fault::Reset { after: false });
    assert!(facilitator.settle(&dear).await.unwrap_err().may_have_settled());
    assert!(facilitator.reconcile(&cheap, None).await.unwrap().success);
    assert_eq!(sandbox.balance_of(SELLER), U256::from(1));
}

#[tokio::test]
async fn a_row_that_cannot_be_read_leaves_open_what_it_hides_and_nothing_else() {
    let sandbox = builder().start().await.unwrap();
    let facilitator = crate::support::relayed(&sandbox).await;
    let request = Payment::by_buyer_of(&sandbox).request().await;
    assert!(facilitator.settle(&request).await.unwrap().success);
    assert!(!facilitator.settle(&request).await.unwrap().success, "reverted");
    let mut known = Vec::new();
    for row in 0..2 {
        let edit = Edit::replace(format!("/response/{row}/id"), "unreadable");
        sandbox.faults().on("GET", "/business/{id}/transactions").once(Fault::Edit(vec![edit]));
        known.push(facilitator.reconcile(&request, None).await.is_ok_and(|answer| answer.success));
    }
    known.sort_unstable();
    assert_eq!(known, [false, true]);
}

/// It may move the money yet.
#[tokio::test]
async fn an_execution_that_is_pending_outweighs_one_that_failed_wherever_it_stands() {
    let sandbox = builder().start().await.unwrap();
    let facilitator = crate::support::relayed(&sandbox).await;
    let poor = Payment { value: 1_000_000_001, ..Payment::by_buyer_of(&sandbox) }.request().await;
    for _ in 0..2 {
        assert!(!facilitator.settle(&poor).await.unwrap().success);
    }
    let both_failed = facilitator.reconcile(&poor, None).await.unwrap();
    assert_ne!(both_failed.error_reason, Some(Reason::SETTLEMENT_PENDING));
    for place in [0, 1] {
        let edit = Edit::replace(format!("/response/{place}/status"), "Submitted");
        sandbox.faults().on("GET", "/business/{id}/transactions").once(Fault::Edit(vec![edit]));
        let answer = facilitator.reconcile(&poor, None).await.unwrap();
        assert_eq!(answer.error_reason, Some(Reason::SETTLEMENT_PENDING), "{place}");
    }
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
    let facilitator = crate::support::impatient(&sandbox).await;
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
