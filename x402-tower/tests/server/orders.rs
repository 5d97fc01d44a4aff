//! Settling before, after and beside the handler.

use http::{HeaderName, HeaderValue, StatusCode};
use x402_core::{
    Network, Reason, SettleResponse, X402Version, claim::ClaimState, header::PAYMENT_RESPONSE, header::read_receipt,
    testing::ScriptedFacilitator,
};
use x402_tower::server::Order;

use crate::support::{App, Shop, call, request, text, until};

fn app(shop: &Shop, order: Order) -> App {
    shop.over(shop.runs.clone(), &shop.layer.clone().order(order))
}

fn failing() -> (HeaderName, HeaderValue) {
    (HeaderName::from_static("x-answer"), HeaderValue::from_static("500"))
}

#[tokio::test]
async fn before_settles_first_and_tells_the_handler() {
    let shop = Shop::new();
    let payment = shop.sign(X402Version::V2, 1).await.header();
    let response = call(&app(&shop, Order::Before), request(&[payment])).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(response.headers().contains_key(PAYMENT_RESPONSE));
    assert_eq!(shop.state(1), Some(ClaimState::Delivered));
}

#[tokio::test]
async fn attack_7_before_a_refused_settlement_runs_no_handler() {
    let shop = Shop::new();
    let refused = SettleResponse::failed(Reason::INSUFFICIENT_FUNDS, Network::BASE_SEPOLIA, None);
    shop.facilitator.next_settle(Ok(refused));
    let payment = shop.sign(X402Version::V2, 1).await.header();
    let response = call(&app(&shop, Order::Before), request(&[payment])).await;
    assert_eq!(response.status(), StatusCode::PAYMENT_REQUIRED);
    assert_eq!(shop.runs(), 0);
}

#[tokio::test]
async fn before_a_handler_that_fails_leaves_the_payment_good_for_another_try() {
    let shop = Shop::new();
    let app = app(&shop, Order::Before);
    let payment = shop.sign(X402Version::V2, 1).await.header();
    let response = call(&app, request(&[payment.clone(), failing()])).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let receipt = read_receipt(response.headers()).unwrap().unwrap();
    assert!(receipt.success, "the payer is told that it has paid");
    assert!(matches!(shop.state(1), Some(ClaimState::Settled(_))));
    let response = call(&app, request(&[payment])).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!((shop.runs(), shop.facilitator.settle_calls()), (2, 1), "and does not pay again");
}

#[tokio::test]
async fn background_answers_at_once_and_settles_beside() {
    let shop = Shop::with(ScriptedFacilitator::willing().hesitating(50));
    let app = app(&shop, Order::Background);
    let payment = shop.sign(X402Version::V2, 1).await.header();
    let response = call(&app, request(std::slice::from_ref(&payment))).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(!response.headers().contains_key(PAYMENT_RESPONSE), "there is no receipt yet");
    assert_eq!(response.headers()["cache-control"], "private");
    assert_eq!(shop.facilitator.settles_answered(), 0);
    assert!(text(response).await.contains("premium for"));
    shop.layer.shared_settlements().drain().await;
    assert_eq!(shop.state(1), Some(ClaimState::Delivered));
    assert_eq!(call(&app, request(&[payment])).await.status(), StatusCode::PAYMENT_REQUIRED, "used");
}

#[tokio::test]
async fn background_a_refused_settlement_is_remembered() {
    let shop = Shop::new();
    let refused = SettleResponse::failed(Reason::INSUFFICIENT_FUNDS, Network::BASE_SEPOLIA, None);
    shop.facilitator.next_settle(Ok(refused));
    let payment = shop.sign(X402Version::V2, 1).await.header();
    call(&app(&shop, Order::Background), request(&[payment])).await;
    until(|| shop.state(1) == Some(ClaimState::Rejected(Reason::INSUFFICIENT_FUNDS))).await;
}

#[tokio::test]
async fn background_a_failed_handler_is_not_charged() {
    let shop = Shop::new();
    let payment = shop.sign(X402Version::V2, 1).await.header();
    call(&app(&shop, Order::Background), request(&[payment, failing()])).await;
    shop.layer.shared_settlements().drain().await;
    assert_eq!(shop.facilitator.settle_calls(), 0);
}
