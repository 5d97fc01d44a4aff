//! Content whose payer has gone.

use std::{convert::Infallible, sync::Arc, sync::atomic::Ordering};

use axum::body::Body;
use http::{Request, Response, StatusCode};
use tower::{Layer, Service, service_fn};
use x402_core::{X402Version, claim::ClaimState, server::Identifiers, testing::ScriptedFacilitator};
use x402_tower::server::Settlements;

use crate::support::{Shop, call, request, text, until};

/// Starts a request, lets it come to its settlement, and hangs up.
async fn hang_up_while_settling(shop: &Shop, nonce: u8) {
    let (mut app, payment) = (shop.app(), shop.sign(X402Version::V2, nonce).await.header());
    let calls = shop.facilitator.settle_calls();
    let serving = tokio::spawn(async move { app.call(request(&[payment])).await });
    until(|| shop.facilitator.settle_calls() > calls).await;
    serving.abort();
    assert!(serving.await.unwrap_err().is_cancelled(), "it was still settling");
    until(|| matches!(shop.state(nonce), Some(ClaimState::Settled(_)))).await;
}

#[tokio::test]
async fn the_parked_response_is_handed_to_whoever_presents_the_payment_and_the_handler_runs_once() {
    let shop = Shop::with(ScriptedFacilitator::willing().hesitating(1000));
    hang_up_while_settling(&shop, 1).await;
    assert_eq!(shop.layer.shared_settlements().parked(), 1);
    let payment = shop.sign(X402Version::V2, 1).await.header();
    let response = call(&shop.app(), request(std::slice::from_ref(&payment))).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(response.headers().contains_key("payment-response"));
    assert!(text(response).await.contains("premium for"));
    assert_eq!((shop.runs(), shop.facilitator.settle_calls()), (1, 1));
    assert_eq!(shop.layer.shared_settlements().parked(), 0);
    assert_eq!(call(&shop.app(), request(&[payment])).await.status(), StatusCode::PAYMENT_REQUIRED, "once");
}

#[tokio::test]
async fn a_response_that_was_not_parked_is_made_again_without_a_second_transfer() {
    let mut shop = Shop::with(ScriptedFacilitator::willing().hesitating(1000));
    shop.layer = shop.layer.clone().settlements(Settlements::with_parking(0));
    hang_up_while_settling(&shop, 1).await;
    let payment = shop.sign(X402Version::V2, 1).await.header();
    assert_eq!(call(&shop.app(), request(&[payment])).await.status(), StatusCode::OK);
    assert_eq!((shop.runs(), shop.facilitator.settle_calls()), (2, 1));
}

#[tokio::test]
async fn an_upgrade_belongs_to_its_connection_and_is_neither_parked_nor_kept_under_a_name() {
    let shop = Shop::set_up(
        ScriptedFacilitator::willing().hesitating(1000),
        |gate| gate,
        |offers| offers.payment_identifiers(Identifiers::Optional),
    );
    let payment = shop.sign(X402Version::V2, 1).await.header();
    let upgrade = || {
        let mut request = request(std::slice::from_ref(&payment));
        request.headers_mut().insert("x-answer", "101".parse().unwrap());
        request
    };
    let mut app = shop.app();
    let serving = tokio::spawn({
        let upgrade = upgrade();
        async move { app.call(upgrade).await }
    });
    until(|| shop.facilitator.settle_calls() > 0).await;
    serving.abort();
    until(|| matches!(shop.state(1), Some(ClaimState::Settled(_)))).await;
    assert_eq!(shop.layer.shared_settlements().parked(), 0);
    assert_eq!(call(&shop.app(), upgrade()).await.status(), StatusCode::SWITCHING_PROTOCOLS);
    assert_eq!((shop.runs(), shop.facilitator.settle_calls()), (2, 1), "on the new connection, for the same money");
    assert_eq!(call(&shop.app(), upgrade()).await.status(), StatusCode::PAYMENT_REQUIRED, "once");
}

#[tokio::test]
async fn a_settled_payment_is_owed_its_content_after_it_has_expired_too() {
    let shop = Shop::with(ScriptedFacilitator::willing().hesitating(1000));
    hang_up_while_settling(&shop, 1).await;
    let payment = shop.sign(X402Version::V2, 1).await.header();
    shop.clock.advance(std::time::Duration::from_secs(400));
    assert_eq!(call(&shop.app(), request(&[payment])).await.status(), StatusCode::OK);
    let late = shop.sign(X402Version::V2, 2).await.header();
    shop.clock.advance(std::time::Duration::from_secs(400));
    assert_eq!(call(&shop.app(), request(&[late])).await.status(), StatusCode::PAYMENT_REQUIRED, "never seen");
}

#[tokio::test]
async fn the_head_waits_for_settlement_and_the_body_then_streams() {
    /// A body whose second half comes when it is let.
    fn halves(gate: Arc<tokio::sync::Notify>) -> Body {
        let stream = http_body_util::channel_of(gate);
        Body::new(stream)
    }
    mod http_body_util {
        use std::{
            pin::Pin,
            sync::Arc,
            task::{Context, Poll},
        };

        use bytes::Bytes;
        use http_body::{Body, Frame};
        use tokio::sync::Notify;

        pub(super) struct Halves {
            part: u8,
            let_go: Pin<Box<dyn Future<Output = ()> + Send>>,
        }

        pub(super) fn channel_of(gate: Arc<Notify>) -> Halves {
            Halves { part: 0, let_go: Box::pin(async move { gate.notified().await }) }
        }

        impl Body for Halves {
            type Data = Bytes;
            type Error = std::convert::Infallible;

            fn poll_frame(
                mut self: Pin<&mut Self>,
                cx: &mut Context<'_>,
            ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
                match self.part {
                    0 => {
                        self.part = 1;
                        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"first ")))))
                    }
                    1 => match self.let_go.as_mut().poll(cx) {
                        Poll::Ready(()) => {
                            self.part = 2;
                            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"second")))))
                        }
                        Poll::Pending => Poll::Pending,
                    },
                    _ => Poll::Ready(None),
                }
            }
        }
    }

    let shop = Shop::new();
    let gate = Arc::new(tokio::sync::Notify::new());
    let service = service_fn({
        let (gate, runs) = (Arc::clone(&gate), Arc::clone(&shop.runs));
        move |_: Request<Body>| {
            runs.fetch_add(1, Ordering::SeqCst);
            let body = halves(Arc::clone(&gate));
            async move { Ok::<_, Infallible>(Response::new(body)) }
        }
    });
    let payment = shop.sign(X402Version::V2, 1).await.header();
    // The head comes although the body has not ended: it is not buffered.
    let response = shop.layer.layer(service).call(request(&[payment])).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(shop.facilitator.settle_calls(), 1);
    gate.notify_one();
    assert_eq!(text(response.map(Body::new)).await, "first second");
}
