//! The `payment-identifier` extension.

use axum::body::Body;
use http::{HeaderName, HeaderValue, Request, StatusCode};
use serde_json::{Value, json};
use x402_core::{
    X402Version, header,
    server::Identifiers,
    testing::ScriptedFacilitator,
    wire::{decode_payment_payload, encode_payment_payload},
};

use crate::support::{Shop, call, request, text};

const ID: &str = "pay_0123456789abcdef";

fn shop(identifiers: Identifiers) -> Shop {
    Shop::set_up(ScriptedFacilitator::willing(), |gate| gate, |offers| offers.payment_identifiers(identifiers))
}

/// A payment with this `info` echoed, or none of the extension.
async fn payment(shop: &Shop, nonce: u8, info: Option<Value>) -> (HeaderName, HeaderValue) {
    let signed = shop.sign(X402Version::V2, nonce).await;
    let mut document: Value = serde_json::from_slice(&encode_payment_payload(signed.payload())).unwrap();
    match info {
        Some(info) => document["extensions"]["payment-identifier"]["info"] = info,
        None => drop(document.as_object_mut().unwrap().remove("extensions")),
    }
    let payload = decode_payment_payload(&serde_json::to_vec(&document).unwrap()).unwrap();
    (header::PAYMENT_SIGNATURE, header::encode_payment(&payload))
}

fn named(id: &str) -> Option<Value> {
    Some(json!({ "required": false, "id": id }))
}

#[tokio::test]
async fn it_is_declared_with_its_schema() {
    let shop = shop(Identifiers::Optional);
    let response = call(&shop.app(), request(&[])).await;
    let offer = header::decode_payment_required(&response.headers()[header::PAYMENT_REQUIRED]).unwrap();
    let extensions = offer.extensions.unwrap();
    assert_eq!(extensions["payment-identifier"]["info"], json!({ "required": false }));
    assert_eq!(extensions["payment-identifier"]["schema"]["properties"]["id"]["minLength"], 16);
}

#[tokio::test]
async fn the_same_payment_gets_the_stored_response_and_nothing_runs_again() {
    let shop = shop(Identifiers::Optional);
    let payment = payment(&shop, 1, named(ID)).await;
    let first = call(&shop.app(), request(std::slice::from_ref(&payment))).await;
    assert_eq!(first.status(), StatusCode::OK);
    let receipt = first.headers()[header::PAYMENT_RESPONSE].clone();
    let content = text(first).await;
    for _ in 0..3 {
        let again = call(&shop.app(), request(std::slice::from_ref(&payment))).await;
        assert_eq!(again.status(), StatusCode::OK);
        assert_eq!(again.headers()[header::PAYMENT_RESPONSE], receipt);
        assert_eq!(text(again).await, content);
    }
    assert_eq!((shop.runs(), shop.facilitator.settle_calls()), (1, 1));
}

#[tokio::test]
async fn another_payment_of_the_same_name_is_a_conflict() {
    let shop = shop(Identifiers::Optional);
    let first = payment(&shop, 1, named(ID)).await;
    call(&shop.app(), request(&[first])).await;
    let second = payment(&shop, 2, named(ID)).await;
    let response = call(&shop.app(), request(&[second])).await;
    assert_eq!(response.status(), StatusCode::CONFLICT);
    assert!(!response.headers().contains_key("retry-after"), "waiting does not help");
    assert!(!response.headers().contains_key(header::PAYMENT_REQUIRED));
    assert_eq!((shop.runs(), shop.facilitator.verify_calls()), (1, 1));
}

#[tokio::test]
async fn a_name_is_bound_to_method_and_path() {
    let shop = shop(Identifiers::Optional);
    let first = payment(&shop, 1, named(ID)).await;
    call(&shop.app(), request(&[first])).await;
    let (name, value) = payment(&shop, 2, named(ID)).await;
    let elsewhere = Request::get("/premium?page=2").header(name, value).body(Body::empty()).unwrap();
    assert_eq!(call(&shop.app(), elsewhere).await.status(), StatusCode::OK, "another request, another scope");
}

#[tokio::test]
async fn without_a_name_a_required_one_is_a_400_and_an_optional_one_is_not_missed() {
    for (identifiers, status) in
        [(Identifiers::Required, StatusCode::BAD_REQUEST), (Identifiers::Optional, StatusCode::OK)]
    {
        let shop = shop(identifiers);
        let payment = payment(&shop, 1, None).await;
        let response = call(&shop.app(), request(&[payment])).await;
        assert_eq!(response.status(), status, "{identifiers:?}");
    }
    let shop = shop(Identifiers::Required);
    let v1 = shop.sign(X402Version::V1, 1).await.header();
    assert_eq!(call(&shop.app(), request(&[v1])).await.status(), StatusCode::BAD_REQUEST, "v1 cannot name");
    assert_eq!(shop.facilitator.verify_calls(), 0);
}

#[tokio::test]
async fn what_is_no_name_is_refused() {
    let shop = shop(Identifiers::Optional);
    for id in ["short", &"x".repeat(129), "0123456789 abcdef", "0123456789abcdeä"] {
        let payment = payment(&shop, 1, named(id)).await;
        assert_eq!(call(&shop.app(), request(&[payment])).await.status(), StatusCode::BAD_REQUEST, "{id}");
    }
    let number = payment(&shop, 1, Some(json!({ "required": false, "id": 12_345_678_901_234_567_u64 }))).await;
    assert_eq!(call(&shop.app(), request(&[number])).await.status(), StatusCode::BAD_REQUEST);
    let contradiction = payment(&shop, 1, Some(json!({ "required": true, "id": ID }))).await;
    let response = call(&shop.app(), request(&[contradiction])).await;
    assert_eq!(response.status(), StatusCode::PAYMENT_REQUIRED);
    assert!(text(response).await.contains("extension_echo_mismatch"));
}

#[tokio::test]
async fn a_failed_attempt_does_not_use_the_name_up() {
    let shop = shop(Identifiers::Optional);
    let payment = payment(&shop, 1, named(ID)).await;
    let fail = (HeaderName::from_static("x-answer"), HeaderValue::from_static("500"));
    call(&shop.app(), request(&[payment.clone(), fail])).await;
    assert_eq!(call(&shop.app(), request(&[payment])).await.status(), StatusCode::OK);
}
