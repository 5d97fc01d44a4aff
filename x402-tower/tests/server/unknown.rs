//! Settlements whose outcome is unknown, until it is known.

use std::time::Duration;

use alloy_primitives::B256;
use http::StatusCode;
use x402_core::{
    Network, Reason, SettleResponse, X402Version, claim::ClaimState, facilitator::Reach, header::PAYMENT_REQUIRED,
    testing::ScriptedFacilitator,
};

use crate::support::{Shop, buyer, call, request, text};

fn settled() -> SettleResponse {
    SettleResponse::settled(B256::repeat_byte(9), Network::BASE_SEPOLIA, buyer().address())
}

async fn lost(shop: &Shop, nonce: u8) {
    shop.facilitator.next_settle(Err(ScriptedFacilitator::lost(Reach::MaybeSent)));
    let payment = shop.sign(X402Version::V2, nonce).await.header();
    assert_eq!(call(&shop.app(), request(&[payment])).await.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(shop.state(nonce), Some(ClaimState::Unknown(None)));
}

/// With paused time a sleep ends as soon as nothing else is to be done.
async fn wait_until(what: impl Fn() -> bool) {
    while !what() {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_server_asks_on_by_itself_and_the_content_is_then_there_without_running_the_handler_again() {
    let shop = Shop::new();
    lost(&shop, 1).await;
    assert_eq!(shop.layer.shared_settlements().unknown(), 1);
    shop.facilitator.next_reconcile(Err(ScriptedFacilitator::lost(Reach::MaybeSent)));
    shop.facilitator.next_reconcile(Ok(SettleResponse::failed(
        Reason::SETTLEMENT_PENDING,
        Network::BASE_SEPOLIA,
        None,
    )));
    shop.facilitator.next_reconcile(Ok(settled()));
    wait_until(|| matches!(shop.state(1), Some(ClaimState::Settled(_)))).await;
    assert_eq!(shop.facilitator.reconcile_calls(), 3);
    let payment = shop.sign(X402Version::V2, 1).await.header();
    let response = call(&shop.app(), request(&[payment])).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(text(response).await.contains("premium for"));
    assert_eq!((shop.runs(), shop.facilitator.settle_calls()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn while_the_server_asks_the_payer_is_told_to_wait_and_never_to_pay() {
    let shop = Shop::new();
    lost(&shop, 1).await;
    let payment = shop.sign(X402Version::V2, 1).await.header();
    let response = call(&shop.app(), request(&[payment])).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(!response.headers().contains_key(PAYMENT_REQUIRED));
    assert_eq!(shop.facilitator.reconcile_calls(), 0, "one asks, and it is not the payer's request");
}

#[tokio::test(start_paused = true)]
async fn an_outcome_that_turns_out_refused_is_a_402_and_the_response_is_thrown_away() {
    let shop = Shop::new();
    lost(&shop, 1).await;
    assert_eq!(shop.layer.shared_settlements().parked(), 1);
    let refused = SettleResponse::failed(Reason::INVALID_TRANSACTION_STATE, Network::BASE_SEPOLIA, None);
    shop.facilitator.next_reconcile(Ok(refused));
    wait_until(|| shop.layer.shared_settlements().unknown() == 0).await;
    assert_eq!(shop.layer.shared_settlements().parked(), 0);
    let payment = shop.sign(X402Version::V2, 1).await.header();
    let response = call(&shop.app(), request(&[payment])).await;
    assert_eq!(response.status(), StatusCode::PAYMENT_REQUIRED);
    assert!(text(response).await.contains("invalid_transaction_state"));
}

#[tokio::test(start_paused = true)]
async fn asking_slows_down_and_ends_after_the_authorization_has_expired() {
    let shop = Shop::new();
    lost(&shop, 1).await;
    wait_until(|| shop.facilitator.reconcile_calls() >= 6).await;
    assert_eq!(shop.layer.shared_settlements().unknown(), 1, "as long as the payment is good it is asked about");
    shop.clock.advance(Duration::from_secs(3600));
    wait_until(|| shop.layer.shared_settlements().unknown() == 0).await;
    assert_eq!(shop.state(1), Some(ClaimState::Unknown(None)));
}

#[tokio::test(start_paused = true)]
async fn after_the_server_has_stopped_asking_whoever_presents_the_payment_asks() {
    let shop = Shop::new();
    lost(&shop, 1).await;
    shop.layer.shared_settlements().drain().await;
    shop.facilitator.next_reconcile(Ok(settled()));
    let payment = shop.sign(X402Version::V2, 1).await.header();
    assert_eq!(call(&shop.app(), request(&[payment])).await.status(), StatusCode::OK);
    assert_eq!((shop.facilitator.reconcile_calls(), shop.facilitator.settle_calls()), (1, 1));
    assert_eq!(shop.runs(), 1, "and gets what was parked");
}
