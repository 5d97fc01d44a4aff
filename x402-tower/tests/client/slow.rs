//! Servers that answer, and whose answer does not end.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body::{Body, Frame};
use http_body_util::Full;
use tower::{Layer, Service, service_fn};
use x402_core::client::PaymentFailure;
use x402_tower::client::{ClientError, PayLayer};

use crate::{
    shop::payment,
    support::{asks, budget, get, hasty, payer, price},
};

/// What there is of a body.
#[derive(Clone, Copy, Debug)]
enum Slow {
    Endless,
    BrokenOff,
    Short,
}

#[derive(Debug, thiserror::Error)]
#[error("broken off")]
struct Broken;

impl Body for Slow {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        match *self {
            Self::Endless => Poll::Pending,
            Self::BrokenOff => Poll::Ready(Some(Err(Broken))),
            Self::Short => Poll::Ready(None),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn attack_19_an_offer_that_does_not_end_is_given_up_on() {
    for body in [Slow::Endless, Slow::BrokenOff] {
        let server = service_fn(move |_: Request<Full<Bytes>>| async move {
            let mut response = Response::new(body);
            *response.status_mut() = StatusCode::PAYMENT_REQUIRED;
            Ok::<_, Infallible>(response)
        });
        let error = PayLayer::new(payer()).layer(server).call(get()).await.unwrap_err();
        assert!(matches!(error, ClientError::OfferIncomplete), "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn attack_22_a_refusal_that_does_not_end_is_no_answer_and_the_same_payment_is_presented_again() {
    let presented = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&presented);
    let server = service_fn(move |request: Request<Full<Bytes>>| {
        let is_paid = payment(request.headers()).is_some();
        count.fetch_add(usize::from(is_paid), Ordering::Relaxed);
        async move {
            let (parts, _) = asks([price(10_000)]).into_parts();
            Ok::<_, Infallible>(Response::from_parts(parts, if is_paid { Slow::Endless } else { Slow::Short }))
        }
    });
    let budget = budget("$1");
    let error = hasty(payer().budget(budget.clone())).layer(server).call(get()).await.unwrap_err();
    let ClientError::Payment(failure) = error else { panic!("{error:?}") };
    assert!(matches!(*failure, PaymentFailure::Unknown { .. }), "{failure:?}");
    assert!(presented.load(Ordering::Relaxed) > 1, "it was presented again");
    assert_eq!(budget.spending().open(), "0.01");
}

#[tokio::test(start_paused = true)]
async fn attack_22_a_server_that_does_not_answer_is_presented_the_payment_again_by_default_too() {
    let presented = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&presented);
    let server = service_fn(move |request: Request<Full<Bytes>>| {
        let is_first = payment(request.headers()).is_some() && count.fetch_add(1, Ordering::Relaxed) == 0;
        let is_paid = payment(request.headers()).is_some();
        async move {
            if is_first {
                std::future::pending::<()>().await;
            }
            let answer = if is_paid { crate::support::served() } else { asks([price(10_000)]) };
            Ok::<_, Infallible>(answer)
        }
    });
    assert!(PayLayer::new(payer()).layer(server).call(get()).await.is_ok());
    assert_eq!(presented.load(Ordering::Relaxed), 2);
}
