//! Prices that depend on the request.

use std::{convert::Infallible, sync::Arc};

use axum::body::Body;
use http::{Request, Response, StatusCode, request::Parts};
use tower::{Layer, ServiceExt, service_fn};
use x402_core::{
    Asset, Network, X402Version,
    client::{Offered, Payer, SignedPayment, read_offer},
    error::BoxError,
    server::{Gate, Offer, Offers},
    testing::ScriptedFacilitator,
};
use x402_tower::{PaymentLayer, server::Quote};

use crate::support::{URL, buyer, text};

fn offers(price: &str) -> Offers {
    let usdc = Asset::usdc(&Network::BASE).unwrap();
    let offer = Offer::exact(&usdc, &price.parse().unwrap(), alloy_primitives::Address::repeat_byte(7)).unwrap();
    Offers::new(URL, [offer]).unwrap()
}

/// Free for members, dearer for `/large`, and unknown for `/broken`.
async fn call(request: Request<Body>) -> Response<Body> {
    let pricing = |head: &Parts| {
        let quote: Result<Quote, BoxError> = match head.uri.path() {
            "/broken" => Err("postgres://user:pw@db is down".into()),
            _ if head.headers.contains_key("x-member") => Ok(Quote::Free),
            "/large" => Ok(offers("$0.50").into()),
            _ => Ok(offers("$0.05").into()),
        };
        std::future::ready(quote)
    };
    let layer = PaymentLayer::priced(Gate::new(ScriptedFacilitator::willing()), pricing);
    let service = service_fn(|_: Request<Body>| async { Ok::<_, Infallible>(Response::new(Body::from("content"))) });
    layer.layer(service).oneshot(request).await.unwrap().map(Body::new)
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

async fn sign(response: &Response<Body>) -> SignedPayment {
    let offered: Offered = read_offer(response.headers(), b"").unwrap();
    let payer = Payer::new(buyer());
    let choice = payer.choose(&offered).unwrap();
    payer.sign(&offered, choice).await.unwrap()
}

#[tokio::test]
async fn each_request_has_its_own_price_and_the_payment_must_be_that() {
    let (small, large) = (call(get("/small")).await, call(get("/large")).await);
    let (cheap, dear) = (sign(&small).await, sign(&large).await);
    assert_eq!(cheap.choice().amount().to_string(), "50000");
    assert_eq!(dear.choice().amount().to_string(), "500000");
    for (path, payment, status) in [
        ("/small", &cheap, StatusCode::OK),
        ("/large", &dear, StatusCode::OK),
        ("/large", &cheap, StatusCode::PAYMENT_REQUIRED),
    ] {
        let (name, value) = payment.header();
        let mut request = get(path);
        request.headers_mut().insert(name, value);
        assert_eq!(call(request).await.status(), status, "{path}");
    }
}

#[tokio::test]
async fn free_passes_untouched() {
    let mut request = get("/large");
    request.headers_mut().insert("x-member", "1".parse().unwrap());
    let response = call(request).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(!response.headers().contains_key("cache-control"));
    assert_eq!(text(response).await, "content");
}

#[tokio::test]
async fn a_price_that_cannot_be_had_is_a_503_and_never_free() {
    let response = call(get("/broken")).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.headers().contains_key("retry-after"));
    assert!(!text(response).await.contains("postgres"), "the cause is not the client's business");
}

#[tokio::test]
async fn attack_25_a_price_that_changed_refuses_the_payment() {
    let stock = Arc::new(std::sync::atomic::AtomicU64::new(50_000));
    let pricing = {
        let stock = Arc::clone(&stock);
        move |_: &Parts| {
            let units = stock.load(std::sync::atomic::Ordering::SeqCst);
            let usdc = Asset::usdc(&Network::BASE).unwrap();
            let pay_to = alloy_primitives::Address::repeat_byte(7);
            let offer = Offer::exact_amount(&usdc, x402_core::Amount::from_atomic(units), pay_to).unwrap();
            let offers = Offers::new(URL, [offer]).unwrap();
            async move { Ok::<_, BoxError>(Quote::from(offers)) }
        }
    };
    let layer = PaymentLayer::priced(Gate::new(ScriptedFacilitator::willing()), pricing);
    let service =
        layer.layer(service_fn(|_: Request<Body>| async { Ok::<_, Infallible>(Response::new(Body::empty())) }));
    let unpaid = service.clone().oneshot(get("/")).await.unwrap().map(Body::new);
    let (name, value) = sign(&unpaid).await.header();
    stock.store(60_000, std::sync::atomic::Ordering::SeqCst);
    let mut request = get("/");
    request.headers_mut().insert(name, value);
    let response = service.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::PAYMENT_REQUIRED);
    let fresh = read_offer(response.headers(), b"").unwrap();
    assert_eq!(fresh.version, X402Version::V2);
    assert_eq!(fresh.required.accepts[0].amount.to_string(), "60000", "with the new price");
}
