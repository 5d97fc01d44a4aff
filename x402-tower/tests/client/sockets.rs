//! reqwest over real sockets: redirects, headers, connections.

use axum::{
    Router,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header::LOCATION},
    response::IntoResponse,
    routing::{get, post},
};
use std::sync::Arc;
use tokio::net::TcpListener;
use x402_core::client::{Budget, Limits, Served};
use x402_tower::client::{ClientError, reqwest::PayClient};

use crate::{
    shop::{Shown, payment, serve, shop},
    support::{asks, budget, payer, price},
};

/// With whatever TLS reqwest was built with in this build; rustls then wants a provider.
fn client(budget: Budget) -> PayClient<alloy_signer_local::PrivateKeySigner> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    PayClient::new(payer().limits(Limits::default().any_resource()).budget(budget)).unwrap()
}

#[tokio::test]
async fn three_lines_pay_and_the_response_is_reqwests_own() {
    let shown = Shown::default();
    let url = serve(Router::new().route("/premium", post(shop)).with_state(Arc::clone(&shown))).await;
    let budget = budget("$1");
    let client = client(budget.clone());
    let response = client.send(client.post(format!("{url}/premium")).body("a question")).await.unwrap();
    assert_eq!(response.url().path(), "/premium");
    assert!(response.extensions().get::<Served>().unwrap().receipt.is_some());
    assert_eq!(response.text().await.unwrap(), "premium: a question");
    assert_eq!((shown.lock().unwrap().len(), budget.spending().settled()), (1, "0.01".to_owned()));
}

#[tokio::test]
async fn a_stream_is_sent_once_with_the_payment_for_what_was_probed() {
    let shown = Shown::default();
    let url = serve(Router::new().route("/premium", post(shop)).with_state(Arc::clone(&shown))).await;
    let client = client(budget("$1"));
    let stream = reqwest::Body::wrap(http_body_util::Full::new(bytes::Bytes::from("a stream")));
    let request = client.post(format!("{url}/premium")).body(stream).build().unwrap();
    let quote = client.probe(&request).await.unwrap().unwrap();
    let response = client.execute_quoted(request, quote).await.unwrap();
    assert!(response.extensions().get::<Served>().unwrap().receipt.is_some());
    assert_eq!(response.text().await.unwrap(), "premium: a stream");
    assert_eq!(shown.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn attack_28_a_redirect_to_another_origin_never_sees_the_payment() {
    let thief = Shown::default();
    let elsewhere = serve(Router::new().fallback(shop).with_state(Arc::clone(&thief))).await;
    // One redirects everybody, the other those who pay.
    let location = HeaderValue::try_from(format!("{elsewhere}/loot")).unwrap();
    let redirect = move || (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, location.clone())]);
    let first = redirect.clone();
    let paid = move |headers: HeaderMap| async move {
        match payment(&headers) {
            None => asks([price(10_000)]).into_response(),
            Some(_) => redirect().into_response(),
        }
    };
    let app = Router::new().route("/first", get(move || async move { first() })).route("/paid", get(paid));
    let url = serve(app).await;
    for (path, counted) in [("first", "0"), ("paid", "0.01")] {
        let budget = budget("$1");
        let client = client(budget.clone());
        let response = client.send(client.get(format!("{url}/{path}"))).await.unwrap();
        assert_eq!(response.status(), StatusCode::TEMPORARY_REDIRECT, "{path}");
        assert_eq!(budget.spending().open(), counted, "{path}");
    }
    assert!(thief.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_cannot_connect_has_sent_nothing_and_the_budget_has_it_back() {
    // A shop that asks once, and is gone when it is to be paid.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let once = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        drop(listener);
        let (parts, _) = asks([price(10_000)]).into_parts();
        let mut answer = "HTTP/1.1 402 Payment Required\r\nconnection: close\r\ncontent-length: 0\r\n".to_owned();
        for (name, value) in &parts.headers {
            answer.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
        }
        answer.push_str("\r\n");
        let mut request = [0; 1024];
        let _ = tokio::io::AsyncReadExt::read(&mut socket, &mut request).await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut socket, answer.as_bytes()).await.unwrap();
    });
    let budget = budget("$1");
    let client = client(budget.clone());
    let error = client.send(client.get(&url)).await.unwrap_err();
    once.await.unwrap();
    assert!(matches!(&error, ClientError::Payment(failure) if !failure.may_have_paid()), "{error:?}");
    assert_eq!(budget.spending().remaining(), "1");
}

#[tokio::test]
async fn attack_19_huge_headers_are_refused_by_the_connection() {
    let huge = HeaderValue::from_bytes(&vec![b'x'; 1 << 20]).unwrap();
    let app =
        Router::new().route(
            "/",
            get(move || async move {
                (StatusCode::PAYMENT_REQUIRED, [(HeaderName::from_static("payment-required"), huge)])
            }),
        );
    let url = serve(app).await;
    let budget = budget("$1");
    let client = client(budget.clone());
    let error = client.send(client.get(&url)).await.unwrap_err();
    assert!(!error.may_have_paid(), "{error:?}");
    assert_eq!(budget.spending().remaining(), "1");
}
