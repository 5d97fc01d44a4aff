//! The unpaid path allocates what its response is made of, and nothing else.

use std::{
    convert::Infallible,
    future::{Future, Ready, ready},
    pin::pin,
    task::{Context, Poll, Waker},
};

use allocation_counter::{AllocationInfo, measure};
use benches::{
    routes,
    shop::{InstantFacilitator, Shop},
};
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::Full;
use tower_layer::Layer;
use tower_service::Service;
use x402_core::server::Gate;
use x402_tower::PaymentLayer;

/// A service that must not be called.
#[derive(Clone)]
struct Closed;

impl Service<Request<()>> for Closed {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        let mut response = Response::default();
        *response.status_mut() = StatusCode::IM_A_TEAPOT;
        ready(Ok(response))
    }
}

/// What the layer allocates to refuse this request.
fn by_the_layer(shop: &Shop, request: Request<()>) -> AllocationInfo {
    let mut service = PaymentLayer::new(Gate::new(InstantFacilitator), shop.offers().clone()).layer(Closed);
    let mut context = Context::from_waker(Waker::noop());
    let mut request = Some(request);
    measure(|| {
        let request = request.take().expect("it is measured once");
        assert!(service.poll_ready(&mut context).is_ready());
        let Poll::Ready(Ok(response)) = pin!(service.call(request)).poll(&mut context) else {
            panic!("a refusal is ready at once");
        };
        assert_eq!(response.status(), StatusCode::PAYMENT_REQUIRED);
    })
}

/// What it takes to make that response by hand.
fn by_hand(shop: &Shop) -> AllocationInfo {
    let (head, body) = routes::unpaid(shop).into_parts();
    measure(|| {
        let response = routes::by_hand(&head.headers, &body).map(Full::new);
        assert_eq!(response.status(), StatusCode::PAYMENT_REQUIRED);
    })
}

#[test]
fn an_unpaid_request_allocates_its_response_and_nothing_else() {
    let shop = Shop::open();
    let response = by_hand(&shop);
    let layer = by_the_layer(&shop, Request::new(()));
    assert_eq!(response.count_total, 2, "the two halves of the header map");
    assert_eq!(layer.count_total, response.count_total);
    assert!(layer.bytes_total <= response.bytes_total, "{layer:?} {response:?}");
}

#[test]
fn the_headers_that_clients_send_cost_an_unpaid_request_nothing() {
    let shop = Shop::open();
    let mut request = Request::new(());
    request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("*/*"));
    request.headers_mut().insert(header::USER_AGENT, HeaderValue::from_static("curl/8.14.1"));
    assert_eq!(by_the_layer(&shop, request).count_total, by_hand(&shop).count_total);
}
