//! The same page behind a price, and for nothing.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    Router,
    body::Body,
    routing::{MethodRouter, get},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body_util::BodyExt;
use tower_layer::Layer;
use tower_service::Service;
use x402_core::{
    Facilitator,
    server::{Gate, Refusal},
};
use x402_tower::PaymentLayer;

use crate::{
    held::Held,
    shop::{InstantFacilitator, Shop},
};

/// Where the page is.
pub const PATH: &str = "/premium";

const PAGE: &str = "<!doctype html>\n<title>Premium content</title>\n<h1>Premium content</h1>\n";

/// The page, sold.
pub fn sold(shop: &Shop) -> Router {
    sold_by(shop, InstantFacilitator)
}

/// The page, sold through this facilitator.
pub fn sold_by(shop: &Shop, facilitator: impl Facilitator + 'static) -> Router {
    let layer = PaymentLayer::new(Gate::new(facilitator), shop.offers().clone());
    route(get(|| async { PAGE }).layer(layer))
}

/// The page, given away after a wait as long as a settlement's.
pub fn free_after(held: Held) -> Router {
    route(get(move || {
        let held = held.clone();
        async move {
            held.wait().await;
            PAGE
        }
    }))
}

/// The page, given away.
pub fn free() -> Router {
    route(get(|| async { PAGE }))
}

/// A handler that answers a static text as long as the shop's unpaid 402, and nothing else.
///
/// # Panics
///
/// If the 402 is not text.
pub fn static_text(shop: &Shop) -> Router {
    let body = unpaid(shop).into_body();
    let text: &'static str = String::from_utf8(body.into()).expect("JSON is text").leak();
    route(get(move || async move { text }))
}

/// A handler that answers with the status, headers and body of the shop's unpaid 402.
pub fn static_402(shop: &Shop) -> Router {
    let (head, body) = unpaid(shop).into_parts();
    route(get(move || {
        let answer = by_hand(&head.headers, &body).map(Body::from);
        async move { answer }
    }))
}

/// A layer that refuses everything with the response of the shop's unpaid 402, made beforehand, and does nothing else:
/// what any layer costs.
pub fn shut(shop: &Shop) -> Router {
    route(get(|| async { PAGE }).layer(Shut(unpaid(shop))))
}

/// See [`shut`].
#[derive(Clone, Debug)]
struct Shut(Response<Bytes>);

impl<S> Layer<S> for Shut {
    type Service = ShutService<S>;

    fn layer(&self, inner: S) -> ShutService<S> {
        ShutService { _inner: inner, response: Arc::new(self.0.clone()) }
    }
}

#[derive(Clone, Debug)]
struct ShutService<S> {
    _inner: S,
    response: Arc<Response<Bytes>>,
}

impl<S, B> Service<Request<B>> for ShutService<S> {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<B>) -> Self::Future {
        ready(Ok(Response::clone(&self.response).map(Body::from)))
    }
}

/// Makes a 402 without the library.
#[must_use]
pub fn by_hand(headers: &HeaderMap, body: &Bytes) -> Response<Bytes> {
    let mut response = Response::new(body.clone());
    *response.status_mut() = StatusCode::PAYMENT_REQUIRED;
    for (name, value) in headers {
        response.headers_mut().insert(name.clone(), value.clone());
    }
    response
}

/// The shop's answer to a request without payment.
#[must_use]
pub fn unpaid(shop: &Shop) -> Response<Bytes> {
    shop.offers().refuse(&Refusal::unpaid())
}

/// A request for the page.
#[must_use]
pub fn request() -> Request<Body> {
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = http::Uri::from_static(PATH);
    request
}

/// A request for the page with a payment.
#[must_use]
pub fn paying(header: HeaderName, payment: HeaderValue) -> Request<Body> {
    let mut request = request();
    request.headers_mut().insert(header, payment);
    request
}

/// Asks the routes in the same process, reads the body to its end, and says the status and the body's length.
///
/// # Panics
///
/// If the body breaks off.
pub async fn ask(routes: &mut Router, request: Request<Body>) -> (StatusCode, usize) {
    let response = match routes.call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    let status = response.status();
    let mut body = response.into_body();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        length += frame.expect("it is all in memory").data_ref().map_or(0, Bytes::len);
    }
    (status, length)
}

fn route(page: MethodRouter) -> Router {
    // `with_state` does once what each request would do else; `axum::serve` calls it too.
    Router::new().route(PATH, page).with_state(())
}
