//! reqwest, told to follow redirects.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use alloy_signer_local::PrivateKeySigner;
use axum::{
    Router,
    body::Bytes,
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{AUTHORIZATION, COOKIE, LOCATION},
    },
    response::IntoResponse,
    routing::{any, get, post},
};
use reqwest::Body;
use x402_core::client::{Budget, Choice, Limits, NoChoice, Offered, Origin, Payer, Served};
use x402_tower::client::{ClientError, PayLayer, Progress, reqwest::PayClient};

use crate::{
    shop::{Shown, payment, serve, shop},
    support::{asks, budget, payer, price, served},
};

fn following(payer: Payer<PrivateKeySigner>) -> PayClient<PrivateKeySigner> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    PayClient::new(payer.limits(Limits::default().any_resource())).unwrap().follow_redirects()
}

fn with(budget: &Budget) -> PayClient<PrivateKeySigner> {
    following(payer().budget(budget.clone()))
}

fn to(status: StatusCode, location: &str) -> (StatusCode, [(HeaderName, HeaderValue); 1]) {
    (status, [(LOCATION, HeaderValue::try_from(location).unwrap())])
}

/// A shop at `/premium`, and whom it was paid by.
async fn open_shop() -> (String, Shown) {
    let shown = Shown::default();
    let app = Router::new().route("/premium", any(shop)).with_state(Arc::clone(&shown));
    (serve(app).await, shown)
}

/// Another origin, which sends everybody on to `location`.
async fn signpost(status: StatusCode, location: String) -> String {
    serve(Router::new().fallback(move || async move { to(status, &location) })).await
}

#[tokio::test]
async fn a_request_without_a_payment_is_followed_and_whoever_asks_is_paid_as_itself() {
    let (there, shown) = open_shop().await;
    let here = signpost(StatusCode::FOUND, format!("{there}/premium")).await;
    let budget = budget("$1").per_origin("$0.01".parse().unwrap()).unwrap();
    let client = with(&budget);
    let response = client.send(client.get(format!("{here}/moved"))).await.unwrap();
    assert!(response.extensions().get::<Served>().unwrap().receipt.is_some());
    assert_eq!(response.url().as_str(), format!("{there}/premium"));
    assert_eq!(shown.lock().unwrap().len(), 1);
    let [here, there] = [here, there].map(|origin| budget.spent_at(&Origin::parse(&origin).unwrap()));
    assert_eq!([here.as_str(), there.as_str()], ["0", "0.01"]);
}

#[tokio::test]
async fn attack_28_redirect_to_another_origin_is_judged_as_that_origin() {
    let (thief, shown) = open_shop().await;
    let here = signpost(StatusCode::TEMPORARY_REDIRECT, format!("{thief}/premium")).await;
    // Who pays one server only does not pay another that it points to.
    let trusted = Origin::parse(&here).unwrap();
    let pinned = payer().policy(move |_: &Choice, offered: &Offered| match offered.asked.as_ref() == Some(&trusted) {
        true => Ok(()),
        false => Err("another server".into()),
    });
    let client = following(pinned);
    let error = client.send(client.get(&here)).await.unwrap_err();
    assert!(matches!(error, ClientError::NoChoice(NoChoice::Policy(_))), "{error:?}");
    // And what is paid for is a resource of the host that asks: the offer is for one of shop.example's.
    let client = PayClient::new(payer()).unwrap().follow_redirects();
    let error = client.send(client.get(&here)).await.unwrap_err();
    assert!(matches!(error, ClientError::NoChoice(NoChoice::ForeignResource { .. })), "{error:?}");
    assert!(shown.lock().unwrap().is_empty());
}

#[tokio::test]
async fn attack_28_redirect_of_a_paid_request_is_its_answer_with_the_receipt() {
    let (thief, loot) = open_shop().await;
    for location in [format!("{thief}/premium"), "/free".to_owned()] {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let paid = move |headers: HeaderMap| async move {
            count.fetch_add(1, Ordering::Relaxed);
            match payment(&headers) {
                None => asks([price(10_000)]).into_response(),
                Some(_) => (served().into_parts().0.headers, to(StatusCode::SEE_OTHER, &location)).into_response(),
            }
        };
        let url = serve(Router::new().route("/paid", get(paid)).route("/free", get(|| async { "free" }))).await;
        let budget = budget("$1");
        let client = with(&budget);
        let response = client.send(client.get(format!("{url}/paid"))).await.unwrap();
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        assert!(response.extensions().get::<Served>().unwrap().receipt.is_some());
        assert_eq!((asked.load(Ordering::Relaxed), budget.spending().settled()), (2, "0.01".to_owned()));
    }
    assert!(loot.lock().unwrap().is_empty());
}

#[tokio::test]
async fn attack_28_redirect_of_a_payment_of_the_callers_own_is_not_followed() {
    let (thief, loot) = open_shop().await;
    let here = signpost(StatusCode::PERMANENT_REDIRECT, format!("{thief}/premium")).await;
    let client = following(payer());
    for name in ["payment-signature", "x-payment"] {
        let response = client.send(client.get(&here).header(name, "of my own")).await.unwrap();
        assert_eq!(response.status(), StatusCode::PERMANENT_REDIRECT);
    }
    assert!(loot.lock().unwrap().is_empty());
}

#[tokio::test]
async fn attack_28_redirect_takes_no_credentials_to_another_origin() {
    let seen = |headers: HeaderMap| async move {
        let names = [AUTHORIZATION, COOKIE, HeaderName::from_static("x-trace")];
        names.map(|name| u8::from(headers.contains_key(name)).to_string()).concat()
    };
    let there = serve(Router::new().route("/seen", get(seen))).await;
    let elsewhere = format!("{there}/seen");
    let app = Router::new()
        .route("/seen", get(seen))
        .route("/same", get(|| async { to(StatusCode::FOUND, "/seen") }))
        .route("/other", get(move || async move { to(StatusCode::FOUND, &elsewhere) }));
    let here = serve(app).await;
    let client = following(payer());
    for (path, expected) in [("same", "111"), ("other", "001")] {
        let request = client.get(format!("{here}/{path}")).bearer_auth("secret").header(COOKIE, "a=b");
        let response = client.send(request.header("x-trace", "7")).await.unwrap();
        assert_eq!(response.text().await.unwrap(), expected, "{path}");
    }
}

#[tokio::test]
async fn attack_25_endless_redirects_end_after_ten() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let url = serve(Router::new().fallback(move || async move {
        let next = count.fetch_add(1, Ordering::Relaxed);
        to(StatusCode::FOUND, &format!("/{next}"))
    }))
    .await;
    let told = Arc::new(AtomicUsize::new(0));
    let layer = PayLayer::new(payer()).watch({
        let told = Arc::clone(&told);
        move |progress| {
            told.fetch_add(usize::from(matches!(progress, Progress::Redirected(_))), Ordering::Relaxed);
        }
    });
    let client = PayClient::build(reqwest::Client::builder(), layer).unwrap().follow_redirects();
    let response = client.send(client.get(&url)).await.unwrap();
    assert_eq!(response.status(), StatusCode::FOUND);
    assert_eq!((asked.load(Ordering::Relaxed), told.load(Ordering::Relaxed)), (11, 10));
}

#[tokio::test]
async fn a_body_goes_on_with_307_and_one_that_there_is_only_once_stays_where_it_is() {
    let app = Router::new()
        .route("/echo", any(|method: http::Method, body: String| async move { format!("{method} {body}") }))
        .route("/307", post(|_: Bytes| async { to(StatusCode::TEMPORARY_REDIRECT, "/echo") }))
        .route("/303", post(|_: Bytes| async { to(StatusCode::SEE_OTHER, "/echo") }));
    let url = serve(app).await;
    let client = following(payer());
    let once = || Body::wrap(http_body_util::Full::new(Bytes::from("once")));
    for (path, body, expected) in [
        ("307", Body::from("twice"), Some("POST twice")),
        ("303", Body::from("twice"), Some("GET ")),
        ("303", once(), Some("GET ")),
        ("307", once(), None),
    ] {
        let response = client.send(client.post(format!("{url}/{path}")).body(body)).await.unwrap();
        match expected {
            Some(expected) => assert_eq!(response.text().await.unwrap(), expected, "{path}"),
            None => assert_eq!(response.status(), StatusCode::TEMPORARY_REDIRECT),
        }
    }
}
