//! Clients that leave, and services that fail, in the middle.

use std::{convert::Infallible, future::pending, pin::pin, sync::Arc, task::Poll};

use axum::body::Body;
use http::{Request, Response, StatusCode};
use tower::{Layer, Service, ServiceExt, service_fn};
use x402_core::{
    Facilitator, FacilitatorRequest, SettleResponse, SupportedResponse, VerifyResponse, X402Version, claim::ClaimState,
    facilitator::FacilitatorError, server::Gate, testing::ScriptedFacilitator,
};
use x402_tower::{PaymentLayer, server::Order};

use crate::support::{Shop, call, request, text, until};

const ORDERS: [Order; 3] = [Order::After, Order::Before, Order::Background];

/// Polls a future so many times, then drops it: the client hung up.
async fn hang_up_after<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    for _ in 0..polls {
        let once = std::future::poll_fn(|context| Poll::Ready(future.as_mut().poll(context)));
        if let Poll::Ready(output) = once.await {
            return Some(output);
        }
        tokio::task::yield_now().await;
    }
    None
}

#[tokio::test]
async fn wherever_the_client_hangs_up_money_and_claim_agree_and_the_content_can_be_fetched() {
    for (order, polls) in ORDERS.into_iter().flat_map(|order| (0..20).map(move |polls| (order, polls))) {
        let shop = Shop::with(ScriptedFacilitator::willing().hesitating(5));
        let payment = shop.sign(X402Version::V2, 1).await.header();
        let layer = shop.layer.clone().order(order);
        let app = || shop.over(Arc::clone(&shop.runs), &layer);
        let mut service = app();
        let answered = hang_up_after(polls, service.call(request(std::slice::from_ref(&payment)))).await.is_some();
        // Once the facilitator was asked the settlement goes on without the client, to its end.
        until(|| shop.facilitator.settle_calls() == shop.facilitator.settles_answered()).await;
        let settled = shop.facilitator.settle_calls();
        let again = loop {
            let again = call(&app(), request(std::slice::from_ref(&payment))).await;
            // The settlement's task may be about to write down how it ended.
            if again.status() != StatusCode::CONFLICT {
                break again;
            }
            tokio::task::yield_now().await;
        };
        match answered {
            true => {
                assert_eq!(again.status(), StatusCode::PAYMENT_REQUIRED, "{order:?}: served once, after {polls} polls")
            }
            false => {
                assert_eq!(again.status(), StatusCode::OK, "{order:?}: after {polls} polls, settled {settled}");
                assert!(text(again).await.contains("premium for"));
            }
        }
        layer.shared_settlements().drain().await;
        assert_eq!(shop.facilitator.settle_calls(), 1, "{order:?}: one transfer, after {polls} polls");
        assert_eq!(shop.state(1), Some(ClaimState::Delivered));
    }
}

#[tokio::test]
async fn a_service_that_is_dropped_or_fails_releases_the_payment() {
    let shop = Shop::new();
    let payment = shop.sign(X402Version::V2, 1).await.header();
    let never = service_fn(|_: Request<Body>| pending::<Result<Response<Body>, Infallible>>());
    let mut stuck = shop.layer.layer(never);
    assert!(hang_up_after(10, stuck.call(request(std::slice::from_ref(&payment)))).await.is_none());
    assert!(shop.claims.is_empty());

    let broken = service_fn(|_: Request<Body>| async { Err::<Response<Body>, _>("broken") });
    let error = shop.layer.layer(broken).oneshot(request(std::slice::from_ref(&payment))).await.unwrap_err();
    assert_eq!(error, "broken", "the service's error is kept");
    assert!(shop.claims.is_empty());

    let panics = service_fn(|_: Request<Body>| async {
        let response: Result<Response<Body>, Infallible> = Ok(Response::default());
        assert!(response.is_err(), "on purpose");
        response
    });
    let mut panicking = shop.layer.layer(panics);
    let call = panicking.call(request(&[payment]));
    assert!(tokio::spawn(call).await.is_err());
    assert!(shop.claims.is_empty());
    assert_eq!(shop.facilitator.settle_calls(), 0);
}

#[tokio::test]
async fn a_facilitator_that_panics_while_settling_leaves_the_payment_unknown_and_the_server_up() {
    /// Willing to verify, and broken.
    struct Broken(ScriptedFacilitator);
    impl Facilitator for Broken {
        async fn verify(&self, request: &FacilitatorRequest) -> Result<VerifyResponse, FacilitatorError> {
            self.0.verify(request).await
        }

        async fn settle(&self, _: &FacilitatorRequest) -> Result<SettleResponse, FacilitatorError> {
            panic!("on purpose")
        }

        async fn supported(&self) -> Result<SupportedResponse, FacilitatorError> {
            self.0.supported().await
        }
    }

    let shop = Shop::new();
    let gate = Gate::new(Broken(shop.facilitator.clone())).claims(Arc::clone(&shop.claims)).clock(shop.clock.clone());
    let service = service_fn(|_: Request<Body>| async { Ok::<_, Infallible>(Response::new(Body::from("content"))) });
    let service = PaymentLayer::new(gate, shop.offers.clone()).layer(service);
    let payment = shop.sign(X402Version::V2, 1).await.header();
    for _ in 0..2 {
        let response = service.clone().oneshot(request(std::slice::from_ref(&payment))).await.unwrap();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(shop.state(1), Some(ClaimState::Unknown(None)));
    }
}

#[tokio::test]
async fn a_service_that_was_polled_ready_is_the_one_that_is_called() {
    let shop = Shop::new();
    /// Fails if it is called without having been polled ready.
    #[derive(Debug, Default)]
    struct Picky {
        ready: bool,
    }
    impl Clone for Picky {
        fn clone(&self) -> Self {
            Self::default()
        }
    }
    impl Service<Request<Body>> for Picky {
        type Response = Response<Body>;
        type Error = &'static str;
        type Future = std::future::Ready<Result<Response<Body>, &'static str>>;

        fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> Poll<Result<(), &'static str>> {
            self.ready = true;
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: Request<Body>) -> Self::Future {
            let ready = std::mem::take(&mut self.ready);
            std::future::ready(if ready { Ok(Response::default()) } else { Err("not ready") })
        }
    }
    let mut service = shop.layer.layer(Picky::default());
    for nonce in 1..3 {
        let payment = shop.sign(X402Version::V2, nonce).await.header();
        let response = service.ready().await.unwrap().call(request(&[payment])).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
    }
}
