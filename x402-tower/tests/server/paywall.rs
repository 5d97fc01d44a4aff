//! What browsers get.

use std::{convert::Infallible, sync::Arc};

use alloy_primitives::Address;
use axum::body::Body;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use tower::{Layer as _, ServiceExt as _, service_fn};
use x402_core::{
    Amount, Asset, ResourceInfo, X402Version,
    claim::MemoryClaims,
    error::BoxError,
    header::{PAYMENT_REQUIRED, PAYMENT_RESPONSE, decode_payment_required},
    server::{Gate, Offer, Offers},
    testing::ScriptedFacilitator,
};
use x402_tower::{
    PaymentLayer,
    paywall::{Paywall, PaywallError, PublicTestKey, Text},
    server::Quote,
};

use crate::support::{Shop, call, request, text};

type ShopLayer = PaymentLayer<ScriptedFacilitator, Arc<MemoryClaims>>;

/// What the page may weigh, whatever is switched on.
const LIMIT: usize = 40 * 1024;

fn browser(method: Method) -> Request<Body> {
    let request = Request::builder().method(method).uri("/premium").header("accept", "text/html,*/*;q=0.8");
    request.header("user-agent", "Mozilla/5.0").body(Body::empty()).unwrap()
}

async fn shown(paywall: Paywall) -> (HeaderMap, String) {
    let shop = Shop::new();
    let layer = shop.layer.clone().paywall(paywall);
    let response = call(&shop.over(Arc::clone(&shop.runs), &layer), browser(Method::GET)).await;
    assert_eq!((response.status(), shop.runs()), (StatusCode::PAYMENT_REQUIRED, 0));
    let headers = response.headers().clone();
    (headers, text(response).await)
}

fn test_key() -> PublicTestKey {
    PublicTestKey::dangerous_publish([7; 32])
}

#[tokio::test]
async fn the_page_weighs_less_than_40_kb_with_and_without_the_test_wallet() {
    let (_, page) = shown(Paywall::new()).await;
    let (_, larger) = shown(Paywall::new().dangerous_test_wallet(test_key())).await;
    assert!(page.len() < larger.len() && larger.len() < LIMIT, "{} and {} bytes", page.len(), larger.len());
}

#[tokio::test]
async fn its_headers_let_nothing_in_and_nobody_keep_or_frame_it() {
    let (headers, page) = shown(Paywall::new()).await;
    let policy = headers["content-security-policy"].to_str().unwrap();
    let nonce = policy.split_once("script-src 'nonce-").unwrap().1.split('\'').next().unwrap();
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; \
             worker-src 'self'; img-src data: blob: 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
    );
    assert_eq!(nonce.len(), 32);
    assert_eq!(page.matches(&format!("nonce=\"{nonce}\"")).count(), 2, "the style and the script");
    for (name, value) in [
        ("cache-control", "no-store"),
        ("content-type", "text/html; charset=utf-8"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
    ] {
        assert_eq!(headers[name], value, "{name}");
    }
    assert!(decode_payment_required(&headers[PAYMENT_REQUIRED]).is_ok(), "and the offer, for programs");
}

#[tokio::test]
async fn the_nonce_is_new_for_each_response_and_all_else_is_the_same() {
    let shop = Shop::new();
    let mut pages = Vec::new();
    for _ in 0..2 {
        let response = call(&shop.app(), browser(Method::GET)).await;
        let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
        let nonce = policy.split("nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        pages.push((text(response).await.replace(&nonce, ""), nonce));
    }
    assert_eq!(pages[0].0, pages[1].0);
    assert_ne!(pages[0].1, pages[1].1);
}

#[tokio::test]
async fn it_is_self_contained_and_has_no_inline_handlers() {
    let (_, page) = shown(Paywall::new().dangerous_test_wallet(test_key())).await;
    assert_eq!(page.matches("<script").count(), 2);
    assert_eq!(page.matches("</script").count(), 2);
    for not_there in [" src=\"http", " onclick=", " onload=", " style=\"", "@import", "url(", "<!--", "{{"] {
        assert!(!page.contains(not_there), "{not_there}");
    }
}

#[tokio::test]
async fn only_get_and_head_get_a_page_since_the_page_pays_with_get() {
    let shop = Shop::new();
    for (method, content_type) in [
        (Method::GET, "text/html; charset=utf-8"),
        (Method::HEAD, "text/html; charset=utf-8"),
        (Method::POST, "application/json"),
    ] {
        let response = call(&shop.app(), browser(method.clone())).await;
        assert_eq!(response.status(), StatusCode::PAYMENT_REQUIRED);
        assert_eq!(response.headers()["content-type"], content_type, "{method}");
    }
}

#[tokio::test]
async fn without_a_paywall_a_browser_gets_json_as_all_do() {
    let shop = Shop::new();
    let layer = shop.layer.clone().without_paywall();
    let response = call(&shop.over(Arc::clone(&shop.runs), &layer), browser(Method::GET)).await;
    assert_eq!(response.headers()["content-type"], "application/json");
    let mut worker = Request::get("/premium").body(Body::empty()).unwrap();
    worker.headers_mut().insert("service-worker", "script".parse().unwrap());
    let response = call(&shop.over(Arc::clone(&shop.runs), &layer), worker).await;
    assert_eq!(response.status(), StatusCode::PAYMENT_REQUIRED);
}

#[tokio::test]
async fn the_worker_that_hands_documents_over_is_the_same_for_all_and_gives_nothing_away() {
    let shop = Shop::new();
    let mut worker = Request::get("/premium").body(Body::empty()).unwrap();
    worker.headers_mut().insert("service-worker", "script".parse().unwrap());
    let response = call(&shop.app(), worker).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "text/javascript; charset=utf-8");
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert!(text(response).await.contains("registration.unregister()"));
    assert_eq!((shop.runs(), shop.facilitator.verify_calls()), (0, 0));
}

#[tokio::test]
async fn name_logo_colour_language_and_words_are_options() {
    let paywall = Paywall::new()
        .app_name("Ann & Bob")
        .logo("data:image/png;base64,AAAA")
        .unwrap()
        .accent_color("#FFee00")
        .unwrap()
        .language("de")
        .text(Text::Heading, "Bitte <zahlen>")
        .text(Text::Pay, "{price} zahlen");
    let (_, page) = shown(paywall).await;
    for part in [
        "<html lang=\"de\" dir=\"ltr\">",
        "<title>Bitte &lt;zahlen&gt; · Ann &amp; Bob</title>",
        "<h1>Bitte &lt;zahlen&gt;</h1>",
        "src=\"data:image/png;base64,AAAA\"",
        "--accent: #FFee00; --on-accent: #000;",
        "[\"pay\",\"{price} zahlen\"]",
        "0.05 USDC",
        "<bdi>Base Sepolia</bdi> · <bdi>eip155:84532</bdi>",
        "https://shop.example/premium",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("class=\"sandbox\"") && page.contains("\"test_key\":null"));
}

#[test]
fn options_that_cannot_be_are_errors() {
    for color in ["", "red", "#fff", "#12345g", "#1234567", "#000;}"] {
        assert_eq!(Paywall::new().accent_color(color).unwrap_err(), PaywallError::Color, "{color}");
    }
    for logo in ["", "https://x.example/a.png", "data:text/html,x", "javascript:1"] {
        assert_eq!(Paywall::new().logo(logo).unwrap_err(), PaywallError::Logo, "{logo}");
    }
    assert!(!format!("{:?}", Paywall::new().dangerous_test_wallet(test_key())).contains("0707"));
}

#[tokio::test]
async fn a_test_wallet_is_in_the_page_only_when_asked_for_and_clearly_marked() {
    let (_, page) = shown(Paywall::new()).await;
    assert!(!page.contains("function ecdsa") && !page.contains("class=\"sandbox\""));
    let (_, page) = shown(Paywall::new().dangerous_test_wallet(test_key())).await;
    assert!(page.contains("function ecdsa") && page.contains("class=\"sandbox\""));
    assert!(page.contains(&format!("\"test_key\":\"0x{}\"", "07".repeat(32))));
}

#[tokio::test]
async fn attack_11_whatever_is_sold_is_inert_in_every_place_of_the_page() {
    let ill = "</script><script>1</script><!--\"'`{{nonce}}{{script}}\u{2028}";
    let token = Asset::new(84532, Address::repeat_byte(6), ill, ill, "2", 6);
    let mut resource = ResourceInfo::new(format!("https://x.example/{ill}"));
    resource.description = Some(ill.to_owned());
    let offer = Offer::exact_amount(&token, Amount::from_atomic(1), Address::repeat_byte(7)).unwrap();
    let offers = Offers::new(resource, [offer]).unwrap();
    let options = Paywall::new().app_name(ill).language(ill).logo(format!("data:image/png,{ill}")).unwrap();
    let options = Text::ALL.iter().fold(options, |options, text| options.text(*text, ill));
    // The price of this one is asked each time.
    let pricing = move |_: &http::request::Parts| {
        let offers = offers.clone();
        async move { Ok::<_, BoxError>(Quote::Priced(offers)) }
    };
    let service = service_fn(|_: Request<Body>| async { Ok::<_, Infallible>(Response::new(Body::empty())) });
    let service =
        PaymentLayer::priced(Gate::new(ScriptedFacilitator::willing()), pricing).paywall(options).layer(service);
    let response = service.oneshot(browser(Method::GET)).await.unwrap();
    let nonces = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    let nonce = nonces.split("nonce-").nth(1).unwrap().split('\'').next().unwrap();
    let page = text(response.map(Body::new)).await;
    assert_eq!((page.matches("<script").count(), page.matches("</script").count()), (2, 2));
    let data = page.split_once("id=\"data\">").unwrap().1.split_once("</script>").unwrap().0;
    assert!(!page.contains("<!--") && !data.contains(['<', '>', '&', '\u{2028}']), "{data}");
    assert_eq!(page.matches(nonce).count(), 2, "nobody else gets the nonce");
}

#[tokio::test]
async fn a_page_of_ones_own_gets_the_offers_and_the_nonce_under_the_same_policy() {
    let paywall = Paywall::custom(|offers, nonce| format!("<p id=\"{nonce}\">{}</p>", offers.resource().url));
    let (headers, page) = shown(paywall.app_name("not ours to name")).await;
    let nonce = page.split('"').nth(1).unwrap();
    assert!(headers["content-security-policy"].to_str().unwrap().contains(&format!("script-src 'nonce-{nonce}'")));
    assert_eq!(page, format!("<p id=\"{nonce}\">https://shop.example/premium</p>"));
}

#[tokio::test]
async fn the_page_runs_the_way_its_language_does() {
    for (language, direction) in [("en", "ltr"), ("ar", "rtl"), ("he-IL", "rtl"), ("FA", "rtl"), ("are", "ltr")] {
        let (_, page) = shown(Paywall::new().language(language)).await;
        assert!(page.contains(&format!("<html lang=\"{language}\" dir=\"{direction}\">")), "{language}");
    }
}

const ELSEWHERE: &str = "https://files.example/a?b";

/// A paid request whose service answers with a redirect to another origin, as object stores are linked to.
async fn redirected(shop: &Shop, layer: ShopLayer, nonce: u8, by_page: bool) -> Response<Body> {
    let moved = service_fn(|_: Request<Body>| async {
        let response = Response::builder().status(StatusCode::SEE_OTHER).header("location", ELSEWHERE);
        Ok::<_, Infallible>(response.body(Body::empty()).unwrap())
    });
    let payment = shop.sign(X402Version::V2, nonce).await.header();
    let mut request = request(&[payment]);
    if by_page {
        request.headers_mut().insert("x402-page", "1".parse().unwrap());
    }
    layer.layer(moved).oneshot(request).await.unwrap().map(Body::new)
}

#[tokio::test]
async fn a_redirect_that_was_bought_is_told_to_the_page_and_left_alone_for_others() {
    let shop = Shop::new();
    let told = redirected(&shop, shop.layer.clone(), 1, true).await;
    assert_eq!((told.status(), told.headers()["x402-location"].to_str().unwrap()), (StatusCode::OK, ELSEWHERE));
    assert!(told.headers().contains_key(PAYMENT_RESPONSE) && !told.headers().contains_key("location"));
    for (nonce, layer, by_page) in [(2, shop.layer.clone(), false), (3, shop.layer.clone().without_paywall(), true)] {
        let left = redirected(&shop, layer, nonce, by_page).await;
        assert_eq!((left.status(), left.headers()["location"].to_str().unwrap()), (StatusCode::SEE_OTHER, ELSEWHERE));
        assert!(left.headers().contains_key(PAYMENT_RESPONSE) && !left.headers().contains_key("x402-location"));
    }
    assert_eq!(shop.facilitator.settle_calls(), 3);
}
