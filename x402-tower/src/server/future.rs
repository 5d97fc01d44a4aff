//! The future.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::Response;
use pin_project_lite::pin_project;

use crate::body::ResponseBody;

type Answer<B, E> = Result<Response<ResponseBody<B>>, E>;

pin_project! {
    /// The response future of [`PaymentService`](super::PaymentService).
    ///
    /// A request that passes, or is refused for want of a payment, costs no allocation here; a paid one costs one.
    pub struct ResponseFuture<F, B, E> {
        #[pin]
        kind: Kind<F, B, E>,
    }
}

pin_project! {
    #[project = KindProj]
    enum Kind<F, B, E> {
        Free { #[pin] future: F },
        Refused { response: Option<Response<ResponseBody<B>>> },
        Paid { journey: Pin<Box<dyn Future<Output = Answer<B, E>> + Send>> },
    }
}

impl<F, B, E> ResponseFuture<F, B, E> {
    pub(super) fn free(future: F) -> Self {
        Self { kind: Kind::Free { future } }
    }

    pub(super) fn refused(response: Response<ResponseBody<B>>) -> Self {
        Self { kind: Kind::Refused { response: Some(response) } }
    }

    pub(super) fn paid(journey: impl Future<Output = Answer<B, E>> + Send + 'static) -> Self {
        Self { kind: Kind::Paid { journey: Box::pin(journey) } }
    }
}

impl<F, B, E> Future for ResponseFuture<F, B, E>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = Answer<B, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().kind.project() {
            KindProj::Free { future } => Poll::Ready(ready!(future.poll(cx)).map(|r| r.map(ResponseBody::handler))),
            KindProj::Refused { response } => match response.take() {
                Some(response) => Poll::Ready(Ok(response)),
                None => panic!("the future was polled after it had completed"),
            },
            KindProj::Paid { journey } => journey.as_mut().poll(cx),
        }
    }
}

impl<F, B, E> fmt::Debug for ResponseFuture<F, B, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
