//! Requests that are paid for.

use std::sync::{Arc, atomic::AtomicUsize};

use http::{HeaderName, HeaderValue, StatusCode};
use x402_core::{
    Network, X402Version,
    claim::ClaimState,
    header::{PAYMENT_RESPONSE, X_PAYMENT_RESPONSE, read_receipt},
};

use crate::support::{Shop, buyer, call, request, text};

#[tokio::test]
async fn both_versions_pay_on_one_route_and_get_the_receipt_of_their_version() {
    for (version, header, network) in
        [(X402Version::V1, X_PAYMENT_RESPONSE, "base-sepolia"), (X402Version::V2, PAYMENT_RESPONSE, "eip155:84532")]
    {
        let shop = Shop::new();
        let payment = shop.sign(version, 1).await.header();
        let response = call(&shop.app(), request(&[payment])).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert!(response.headers().contains_key(&header), "{version}");
        let receipt = read_receipt(response.headers()).unwrap().unwrap();
        assert!(receipt.success);
        assert_eq!(receipt.network, Some(Network::BASE_SEPOLIA), "{network}");
        assert_eq!(receipt.payer.clone().unwrap(), buyer().address());
        assert_eq!(response.headers()["cache-control"], "private");
        let cookies: Vec<_> = response.headers().get_all("set-cookie").iter().collect();
        assert_eq!(cookies, ["a=1", "b=2"], "duplicate headers are kept");
        assert_eq!(response.headers()["x-sees-payment"], "false", "the service is not shown the signature");
        assert_eq!(text(response).await, format!("premium for {}", buyer().address()));
        assert_eq!((shop.facilitator.verify_calls(), shop.facilitator.settle_calls()), (1, 1));
    }
}

#[tokio::test]
async fn attack_3_a_payment_is_served_once() {
    let shop = Shop::new();
    let payment = shop.sign(X402Version::V2, 1).await;
    assert_eq!(call(&shop.app(), request(&[payment.header()])).await.status(), StatusCode::OK);
    let again = call(&shop.app(), request(&[payment.header()])).await;
    assert_eq!(again.status(), StatusCode::PAYMENT_REQUIRED);
    assert!(text(again).await.contains("invalid_exact_evm_nonce_already_used"));
    assert_eq!((shop.runs(), shop.facilitator.settle_calls()), (1, 1));
}

#[tokio::test]
async fn attack_4_twenty_copies_at_once_run_the_handler_once() {
    let shop = Shop::with(x402_core::testing::ScriptedFacilitator::willing().hesitating(20));
    let payment = shop.sign(X402Version::V2, 1).await.header();
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let (app, request) = (shop.app(), request(std::slice::from_ref(&payment)));
            tokio::spawn(async move { call(&app, request).await.status() })
        })
        .collect();
    let mut statuses = Vec::new();
    for call in calls {
        statuses.push(call.await.unwrap());
    }
    let count = |status| statuses.iter().filter(|got| **got == status).count();
    assert_eq!((count(StatusCode::OK), count(StatusCode::CONFLICT)), (1, 19), "{statuses:?}");
    assert_eq!((shop.runs(), shop.facilitator.verify_calls(), shop.facilitator.settle_calls()), (1, 1, 1));
}

#[tokio::test]
async fn attack_5_a_payment_for_one_route_does_not_open_another() {
    let shop = Shop::new();
    let other = Arc::new(AtomicUsize::new(0));
    let payment = shop.sign(X402Version::V1, 1).await.header();
    assert_eq!(call(&shop.app(), request(std::slice::from_ref(&payment))).await.status(), StatusCode::OK);
    let elsewhere = shop.over(Arc::clone(&other), &shop.layer);
    assert_eq!(call(&elsewhere, request(&[payment])).await.status(), StatusCode::PAYMENT_REQUIRED);
    assert_eq!(other.load(std::sync::atomic::Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_failed_handler_charges_nobody_and_its_answer_is_untouched() {
    let shop = Shop::new();
    let payment = shop.sign(X402Version::V2, 1).await.header();
    let fail = (HeaderName::from_static("x-answer"), HeaderValue::from_static("404"));
    let response = call(&shop.app(), request(&[payment.clone(), fail])).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert!(!response.headers().contains_key(PAYMENT_RESPONSE));
    assert!(!response.headers().contains_key("cache-control"));
    assert_eq!(shop.facilitator.settle_calls(), 0);
    assert!(shop.claims.is_empty(), "the claim is released");
    assert_eq!(call(&shop.app(), request(&[payment])).await.status(), StatusCode::OK, "and can be presented again");
}

#[tokio::test]
async fn the_service_may_be_shown_the_payment_header_marked_sensitive() {
    let shop = Shop::new();
    let layer = shop.layer.clone().keep_payment_headers();
    let app = shop.over(Arc::clone(&shop.runs), &layer);
    let payment = shop.sign(X402Version::V2, 1).await.header();
    assert_eq!(call(&app, request(&[payment])).await.headers()["x-sees-payment"], "true");
}

#[tokio::test]
async fn a_delivered_payment_is_remembered_as_such() {
    let shop = Shop::new();
    let payment = shop.sign(X402Version::V2, 9).await;
    call(&shop.app(), request(&[payment.header()])).await;
    assert_eq!(shop.state(9), Some(ClaimState::Delivered));
}
