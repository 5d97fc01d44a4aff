//! The shape that lets every framework mount the layer.

use std::{
    cell::Cell,
    convert::Infallible,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame};
use tower::{Layer, Service, service_fn};
use x402_core::testing::ScriptedFacilitator;
use x402_tower::{PaymentLayer, PaymentService, body::ResponseBody};

use crate::support::Shop;

/// A body that may be sent to another thread and not shared, as axum's.
struct NotSync(PhantomData<Cell<()>>);

impl Body for NotSync {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        Poll::Ready(None)
    }
}

fn is_send<T: Send>(_: &T) {}
fn is_sync<T: Sync>() {}
fn is_unpin<T: Unpin>() {}

#[tokio::test]
async fn neither_request_nor_response_body_need_be_sync_and_the_future_is_send() {
    let shop = Shop::new();
    let service = service_fn(|_: Request<NotSync>| async { Ok::<_, Infallible>(Response::new(NotSync(PhantomData))) });
    let mut service = shop.layer.layer(service);
    let future = service.call(Request::new(NotSync(PhantomData)));
    is_send(&future);
    assert_eq!(future.await.unwrap().status(), 402);
}

#[test]
fn the_body_keeps_sync_unpin_and_the_error_of_the_services_body() {
    is_sync::<ResponseBody<http_body_util::Full<Bytes>>>();
    is_unpin::<ResponseBody<http_body_util::Full<Bytes>>>();
    is_sync::<PaymentService<(), ScriptedFacilitator>>();
    is_sync::<PaymentLayer<ScriptedFacilitator>>();
    fn error_of<B: Body<Error = std::io::Error>>() {}
    error_of::<ResponseBody<NotSync>>();
}

#[tokio::test]
async fn layers_outside_that_answer_in_the_services_stead_have_an_empty_body() {
    // As tower-http's `CorsLayer` does, whose place is outside of ours.
    fn preflight<B: Default>() -> Response<B> {
        Response::default()
    }
    let body = preflight::<ResponseBody<NotSync>>().into_body();
    assert!(body.is_end_stream() && body.size_hint().exact() == Some(0));
}

#[tokio::test]
async fn grpc_failures_behind_a_200_are_not_charged() {
    let shop = Shop::new();
    let payment = shop.sign(x402_core::X402Version::V2, 1).await.header();
    let unimplemented = service_fn(|_: Request<axum::body::Body>| async {
        let response = Response::builder().header("grpc-status", "12").body(axum::body::Body::empty());
        Ok::<_, Infallible>(response.unwrap())
    });
    let response = shop.layer.layer(unimplemented).call(crate::support::request(&[payment])).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(shop.facilitator.settle_calls(), 0);
}
