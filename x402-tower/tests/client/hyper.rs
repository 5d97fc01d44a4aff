//! hyper-util's client over real sockets.

use std::sync::Arc;

use axum::{Router, routing::post};
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use hyper_util::{
    client::legacy::{Client, Error, connect::HttpConnector},
    rt::TokioExecutor,
};
use tokio::net::TcpListener;
use tower::{Layer, Service, ServiceExt};
use x402_core::{
    X402Version,
    client::{Budget, Limits, PaymentFailure, Served},
};
use x402_tower::client::{ClientError, PayLayer};

use crate::{
    shop::{Shown, serve, shop},
    support::{budget, payer, price, text},
};

fn client() -> Client<HttpConnector, Full<Bytes>> {
    Client::builder(TokioExecutor::new()).build_http()
}

fn layer(budget: &Budget) -> PayLayer<alloy_signer_local::PrivateKeySigner> {
    PayLayer::new(payer().limits(Limits::default().any_resource()).budget(budget.clone()))
}

fn question(url: &str) -> Request<Full<Bytes>> {
    Request::post(url).body(Full::from("a question")).unwrap()
}

#[tokio::test]
async fn hyper_utils_client_pays_and_sends_the_body_again() {
    let shown = Shown::default();
    let url = serve(Router::new().route("/premium", post(shop)).with_state(Arc::clone(&shown))).await;
    let budget = budget("$1");
    let mut client = layer(&budget).layer(client());
    for count in 1..=2 {
        let response = client.ready().await.unwrap().call(question(&format!("{url}/premium"))).await.unwrap();
        assert!(response.extensions().get::<Served>().unwrap().receipt.is_some());
        assert_eq!(text(response).await, "premium: a question");
        assert_eq!(shown.lock().unwrap().len(), count);
    }
    let shown = shown.lock().unwrap();
    assert_ne!(shown[0], shown[1], "each request is paid for by itself");
    assert_eq!(budget.spending().settled(), "0.02");
}

#[tokio::test]
async fn what_hyper_util_cannot_connect_was_not_sent_and_the_budget_has_it_back() {
    // Nobody listens there any more.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/premium", listener.local_addr().unwrap());
    drop(listener);
    let budget = budget("$1");
    let layer = layer(&budget).unsent_if(|error| error.downcast_ref::<Error>().is_some_and(Error::is_connect));
    let error = layer.layer(client()).oneshot(question(&url)).await.unwrap_err();
    assert!(matches!(error, ClientError::Inner(_)), "{error:?}");
    // The price is known from elsewhere, so that the first thing sent is the payment.
    let quoted = layer.layer(tower::service_fn(|_: Request<Full<Bytes>>| async {
        Ok::<_, Error>(crate::support::asks([price(10_000)]))
    }));
    let quote = quoted.clone().probe(&question(&url)).await.unwrap().unwrap();
    assert_eq!(quote.offered().version, X402Version::V2);
    let mut request = question(&url);
    request.extensions_mut().insert(quote);
    let error = layer.layer(client()).oneshot(request).await.unwrap_err();
    assert!(
        matches!(&error, ClientError::Payment(failure) if matches!(**failure, PaymentFailure::NotSent { .. })),
        "{error:?}"
    );
    assert_eq!(budget.spending().remaining(), "1");
}
