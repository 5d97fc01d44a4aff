//! Settlement: an execution, waited for.

use std::collections::BTreeSet;

use alloy_primitives::U256;
use x402_core::{
    Asset, Facilitator as _, Network, Reason, Scheme, Settlement, X402Version,
    facilitator::{FacilitatorErrorKind, Reach},
};
use x402_oneshot::sandbox::{
    Sandbox, SandboxStatus,
    faults::{Edit, Fault},
};

use crate::{
    books::Books,
    support::{Payment, SELLER, builder, impatient, relayed},
};

const VERSIONS: [X402Version; 2] = [X402Version::V2, X402Version::V1];

#[tokio::test]
async fn a_settlement_moves_exactly_the_price_and_shows_its_transaction() {
    let sandbox = builder().start().await.unwrap();
    let facilitator = relayed(&sandbox).await;
    let request = Payment::by_buyer_of(&sandbox).request().await;
    let before = sandbox.balance_of(sandbox.buyer_address());
    let answer = facilitator.settle(&request).await.unwrap();
    let judged = Settlement::judge(&answer, &Network::BASE_SEPOLIA, sandbox.buyer_address());
    let Settlement::Settled(receipt) = judged else { panic!("{judged:?}") };
    let transactions = sandbox.transactions();
    assert_eq!(transactions.len(), 1);
    assert_eq!(transactions[0].status, SandboxStatus::Completed);
    assert_eq!(transactions[0].hash, Some(receipt.transaction));
    assert_eq!(sandbox.balance_of(SELLER), U256::from(50_000));
    assert_eq!(before - sandbox.balance_of(sandbox.buyer_address()), U256::from(50_000));
}

#[tokio::test]
async fn round_trips_verify_is_one_and_settle_is_one_and_the_wait() {
    let sandbox = builder().start().await.unwrap();
    let facilitator = relayed(&sandbox).await;
    let request = Payment::by_buyer_of(&sandbox).request().await;
    let set_up = sandbox.requests().total();
    facilitator.verify(&request).await.unwrap();
    assert_eq!(sandbox.requests().total(), set_up + 1);
    facilitator.settle(&request).await.unwrap();
    let requests = sandbox.requests();
    assert_eq!(requests.of("POST", "/methods/{id}/execute"), 1);
    let waits = requests.of("GET", "/transactions/{id}");
    assert!(waits >= 1);
    assert_eq!(requests.total(), set_up + 2 + waits, "nothing but the execution and the wait");
    assert_eq!(requests.of("POST", "/token"), 1);
}

#[tokio::test]
async fn a_transfer_that_reverts_is_refused_with_its_reason() {
    let sandbox = builder().start().await.unwrap();
    let facilitator = relayed(&sandbox).await;
    let poor = Payment { value: 1_000_000_001, ..Payment::by_buyer_of(&sandbox) };
    let answer = facilitator.settle(&poor.request().await).await.unwrap();
    assert_eq!((answer.success, answer.error_reason), (false, Some(Reason::INSUFFICIENT_FUNDS)));
}

#[tokio::test]
async fn attack_2_a_nonce_found_spent_at_settlement_is_unknown_and_not_refused() {
    let sandbox = builder().start().await.unwrap();
    let facilitator = relayed(&sandbox).await;
    let request = Payment::by_buyer_of(&sandbox).request().await;
    facilitator.settle(&request).await.unwrap();
    let again = facilitator.settle(&request).await.unwrap();
    let judged = Settlement::judge(&again, &Network::BASE_SEPOLIA, sandbox.buyer_address());
    assert_eq!(judged, Settlement::Unknown(None));
    assert_eq!(sandbox.balance_of(SELLER), U256::from(50_000), "paid once");
}

/// Some tokens do not revert then.
#[tokio::test]
async fn attack_12_a_completed_transaction_whose_events_show_no_transfer_of_ours_is_unknown() {
    let sandbox = builder().start().await.unwrap();
    let facilitator = relayed(&sandbox).await;
    let spent = Edit::replace("/logs", serde_json::json!([{ "name": "AuthorizationAlreadyUsed", "args": [] }]));
    let less = Edit::replace("/logs/1/args/2", "49999");
    for (nonce, edit) in [(1, spent), (2, less)] {
        sandbox.faults().on("GET", "/transactions/{id}").always(Fault::Edit(vec![edit]));
        let request = Payment { nonce, ..Payment::by_buyer_of(&sandbox) }.request().await;
        let answer = facilitator.settle(&request).await.unwrap();
        let judged = Settlement::judge(&answer, &Network::BASE_SEPOLIA, sandbox.buyer_address());
        assert_eq!(judged, Settlement::Unknown(None));
        sandbox.faults().clear();
    }
}

#[tokio::test]
async fn an_execution_that_calls_another_contract_or_chain_settles_nothing() {
    for edit in [
        Edit::replace("/contractAddress", "0x808456652fdb597867f38412077A9182bf77359F"),
        Edit::replace("/chainId", 8453),
    ] {
        let sandbox = builder().start().await.unwrap();
        let facilitator = relayed(&sandbox).await;
        sandbox.faults().on("POST", "/methods/{id}/execute").always(Fault::Edit(vec![edit]));
        let error = facilitator.settle(&Payment::by_buyer_of(&sandbox).request().await).await.unwrap_err();
        assert_eq!((error.kind(), error.reach()), (FacilitatorErrorKind::BadAnswer, Reach::Answered));
    }
}

#[tokio::test]
async fn a_transaction_that_is_never_final_is_unknown_at_the_deadline() {
    let sandbox = Sandbox::builder().manual_mining().start().await.unwrap();
    let facilitator = impatient(&sandbox).await;
    let request = Payment::by_buyer_of(&sandbox).request().await;
    let error = facilitator.settle(&request).await.unwrap_err();
    assert_eq!((error.kind(), error.reach()), (FacilitatorErrorKind::Timeout, Reach::MaybeSent));
    assert!(error.may_have_settled());
}

#[tokio::test]
async fn another_token_is_refused_before_anything_is_sent() {
    let sandbox = builder().start().await.unwrap();
    let nothing = x402_oneshot::facilitator::Relayed::builder(
        x402_oneshot::Client::new(crate::support::config(&sandbox)).unwrap(),
        sandbox.business_id(),
    );
    let facilitator = nothing.connect().await.unwrap();
    let error = facilitator.settle(&Payment::by_buyer_of(&sandbox).request().await).await.unwrap_err();
    assert_eq!((error.kind(), error.reach()), (FacilitatorErrorKind::Configuration, Reach::NotSent));
    assert_eq!(sandbox.requests().total(), 0);
}

#[tokio::test]
async fn it_supports_both_versions_on_the_networks_of_its_tokens() {
    let sandbox = builder().start().await.unwrap();
    let supported = relayed(&sandbox).await.supported().await.unwrap();
    for version in [X402Version::V1, X402Version::V2] {
        assert!(supported.supports(version, &Scheme::EXACT, &Network::BASE_SEPOLIA));
        assert!(!supported.supports(version, &Scheme::EXACT, &Network::BASE));
    }
}

#[tokio::test]
async fn it_supports_each_network_once_and_in_order_however_many_tokens_are_settled_there() {
    let twin = |token: &Asset| Asset::new(token.network().chain_id().unwrap(), SELLER, "TWO", "Two", "1", 6);
    let tokens: Vec<_> = Asset::all_known().flat_map(|token| [twin(&token), token]).collect();
    let supported = Books::default().facilitator_for(tokens.clone()).await.supported().await.unwrap();
    let listed: Vec<_> = supported.kinds.into_iter().map(|kind| (kind.network, kind.version)).collect();
    let networks: BTreeSet<_> = tokens.iter().map(Asset::network).collect();
    let expected: Vec<_> = networks.into_iter().flat_map(|at| VERSIONS.map(|version| (at.clone(), version))).collect();
    assert_eq!(listed, expected);
}
