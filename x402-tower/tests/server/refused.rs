//! Requests that are not served, and what they are told.

use http::{Method, Request, StatusCode};
use x402_core::{
    Reason, SettleResponse, X402Version,
    facilitator::Reach,
    header::{PAYMENT_REQUIRED, PAYMENT_RESPONSE, decode_payment_required, read_receipt},
    server::RefusalKind,
    testing::ScriptedFacilitator,
};
use x402_tower::server::Refused;

use crate::support::{Shop, call, request, text};

#[tokio::test]
async fn without_payment_the_offer_comes_in_both_versions_and_nothing_runs() {
    let shop = Shop::new();
    let response = call(&shop.app(), request(&[])).await;
    assert_eq!(response.status(), StatusCode::PAYMENT_REQUIRED);
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(response.headers()["content-type"], "application/json");
    let offer = decode_payment_required(&response.headers()[PAYMENT_REQUIRED]).unwrap();
    assert_eq!(offer.error.as_deref(), Some("Payment required"));
    assert!(response.extensions().get::<Refused>().is_none(), "reading the price is no refusal");
    let body = text(response).await;
    assert!(body.starts_with(r#"{"x402Version":1,"error":"X-PAYMENT header is required","accepts":[{"#), "{body}");
    assert_eq!((shop.runs(), shop.facilitator.verify_calls()), (0, 0));
}

#[tokio::test]
async fn a_browser_without_payment_gets_a_page_with_the_offer_in_its_header() {
    let shop = Shop::new();
    let mut browser = request(&[]);
    browser.headers_mut().insert("accept", "text/html,*/*".parse().unwrap());
    browser.headers_mut().insert("user-agent", "Mozilla/5.0".parse().unwrap());
    let response = call(&shop.app(), browser).await;
    assert_eq!(response.status(), StatusCode::PAYMENT_REQUIRED);
    assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
    assert!(response.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    assert!(response.headers().contains_key(PAYMENT_REQUIRED));
    assert!(text(response).await.contains("0.05 USDC"));
}

#[tokio::test]
async fn a_browser_with_a_bad_payment_gets_json() {
    let shop = Shop::new();
    let mut browser = request(&[("payment-signature".parse().unwrap(), "!".parse().unwrap())]);
    browser.headers_mut().insert("accept", "text/html".parse().unwrap());
    browser.headers_mut().insert("user-agent", "Mozilla/5.0".parse().unwrap());
    let response = call(&shop.app(), browser).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert_eq!(response.headers()["content-type"], "application/json");
}

#[tokio::test]
async fn options_passes_unpaid_so_that_preflights_work() {
    let shop = Shop::new();
    let preflight = Request::builder().method(Method::OPTIONS).uri("/premium").body(axum::body::Body::empty()).unwrap();
    assert_eq!(call(&shop.app(), preflight).await.status(), StatusCode::OK);
    assert_eq!(shop.runs(), 1);
    let head = Request::builder().method(Method::HEAD).uri("/premium").body(axum::body::Body::empty()).unwrap();
    assert_eq!(call(&shop.app(), head).await.status(), StatusCode::PAYMENT_REQUIRED, "HEAD is not free");
}

#[tokio::test]
async fn a_refused_settlement_is_a_402_with_a_failed_receipt_and_without_the_content() {
    let shop = Shop::new();
    let network = x402_core::Network::BASE_SEPOLIA;
    shop.facilitator.next_settle(Ok(SettleResponse::failed(Reason::INSUFFICIENT_FUNDS, network, None)));
    let response = call(&shop.app(), request(&[shop.sign(X402Version::V2, 1).await.header()])).await;
    assert_eq!(response.status(), StatusCode::PAYMENT_REQUIRED);
    let receipt = read_receipt(response.headers()).unwrap().unwrap();
    assert_eq!((receipt.success, receipt.error_reason), (false, Some(Reason::INSUFFICIENT_FUNDS)));
    assert!(response.headers().contains_key(PAYMENT_REQUIRED), "with a fresh offer");
    assert!(response.headers().get("set-cookie").is_none(), "nothing of the handler's answer");
    assert!(!text(response).await.contains("premium for"));
}

#[tokio::test]
async fn attack_22_an_unknown_settlement_is_a_503_and_never_a_402() {
    for (case, answer) in [
        ("reset", Err(ScriptedFacilitator::lost(Reach::MaybeSent))),
        ("garbage", Err(ScriptedFacilitator::lost(Reach::Answered))),
        ("lie", Ok(SettleResponse::settled(Default::default(), x402_core::Network::BASE_SEPOLIA, Default::default()))),
    ] {
        let shop = Shop::new();
        shop.facilitator.next_settle(answer);
        let payment = shop.sign(X402Version::V2, 1).await.header();
        for _ in 0..2 {
            let response = call(&shop.app(), request(std::slice::from_ref(&payment))).await;
            assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE, "{case}");
            assert!(response.headers().contains_key("retry-after"));
            assert!(!response.headers().contains_key(PAYMENT_REQUIRED), "no invitation to pay again");
            let receipt = read_receipt(response.headers()).unwrap().unwrap();
            assert_eq!(receipt.error_reason, Some(Reason::SETTLEMENT_PENDING));
        }
        assert_eq!((shop.runs(), shop.facilitator.settle_calls()), (1, 1), "{case}");
    }
}

#[tokio::test]
async fn a_facilitator_that_was_never_reached_is_a_503_and_the_payment_stays_good() {
    let shop = Shop::new();
    shop.facilitator.next_verify(Err(ScriptedFacilitator::lost(Reach::MaybeSent)));
    shop.facilitator.next_settle(Err(ScriptedFacilitator::lost(Reach::NotSent)));
    let payment = shop.sign(X402Version::V2, 1).await.header();
    for _ in ["at verify", "at settle"] {
        let response = call(&shop.app(), request(std::slice::from_ref(&payment))).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(response.headers().contains_key("retry-after"));
        assert!(!response.headers().contains_key(PAYMENT_RESPONSE), "nothing was settled");
        let refused = response.extensions().get::<Refused>().unwrap();
        assert_eq!(refused.kind(), RefusalKind::Unavailable);
        assert!(shop.claims.is_empty());
    }
    assert_eq!(call(&shop.app(), request(&[payment])).await.status(), StatusCode::OK);
}
