//! The service.

use std::{
    fmt,
    future::Future,
    mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{
    Request, Response,
    header::{CONTENT_LENGTH, EXPECT, TRANSFER_ENCODING},
};
use http_body::Body;
use tower_service::Service;
use x402_core::{
    PaymentSigner,
    error::BoxError,
    header::{PAYMENT_SIGNATURE, X_PAYMENT},
};

use super::{
    ClientError, PayLayer, Quote, Replay,
    purchase::{Purchase, ask},
};
use crate::body::ResponseBody;

/// Sends requests, and pays for those that are answered with 402. Made by [`PayLayer`].
#[derive(Debug)]
pub struct PayService<I, S> {
    pub(super) inner: I,
    pub(super) layer: PayLayer<S>,
}

impl<I, S> PayService<I, S> {
    /// The service that sends.
    pub const fn get_ref(&self) -> &I {
        &self.inner
    }

    /// The service that sends.
    pub const fn get_mut(&mut self) -> &mut I {
        &mut self.inner
    }

    /// The service that sends.
    pub fn into_inner(self) -> I {
        self.inner
    }
}

impl<I, S: PaymentSigner + 'static> PayService<I, S> {
    /// Asks what a request would cost, with its method, URI and headers and without its body; `None` if nothing.
    ///
    /// Nothing is signed. A server that asks for nothing has then answered a request without a body. Put the [`Quote`] into the request's extensions, and it is paid for at once: the way to send a
    /// body that there is only once.
    ///
    /// ```
    /// # use bytes::Bytes;
    /// # use http::{Request, Response};
    /// # use http_body_util::Full;
    /// # use tower_service::Service;
    /// # use x402_core::PaymentSigner;
    /// # use x402_tower::client::{ClientError, PayService, ReplayBody};
    /// # async fn upload<I, S>(mut client: PayService<I, S>, stream: Full<Bytes>) -> Result<(), ClientError>
    /// # where
    /// #     I: Service<Request<ReplayBody<Full<Bytes>>>, Response = Response<Full<Bytes>>> + Clone + Send + 'static,
    /// #     I::Future: Send,
    /// #     I::Error: Into<x402_core::error::BoxError>,
    /// #     S: PaymentSigner + 'static,
    /// # {
    /// let mut request = Request::post("https://api.example.com/transcribe").body(ReplayBody::once(stream)).unwrap();
    /// if let Some(quote) = client.probe(&request).await? {
    ///     println!("it costs {}", quote.choice());
    ///     request.extensions_mut().insert(quote);
    /// }
    /// let response = client.call(request).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the request fails, or nothing that is offered may be paid.
    pub async fn probe<B, R>(&mut self, request: &Request<B>) -> Result<Option<Quote>, ClientError>
    where
        I: Service<Request<B>, Response = Response<R>>,
        I::Error: Into<BoxError>,
        B: Default,
        R: Body<Data = Bytes>,
    {
        let (mut head, ()) = Request::new(()).into_parts();
        head.method = request.method().clone();
        head.uri = request.uri().clone();
        head.version = request.version();
        head.headers = request.headers().clone();
        // What is about the body, and what would pay.
        for name in [CONTENT_LENGTH, TRANSFER_ENCODING, EXPECT, PAYMENT_SIGNATURE, X_PAYMENT] {
            head.headers.remove(name);
        }
        ask(&self.layer.purse, &mut self.inner, Request::from_parts(head, B::default())).await
    }
}

impl<I: Clone, S> Clone for PayService<I, S> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), layer: self.layer.clone() }
    }
}

impl<I, S, B, R> Service<Request<B>> for PayService<I, S>
where
    I: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    I::Future: Send,
    I::Error: Into<BoxError>,
    S: PaymentSigner + 'static,
    B: Replay + Send + 'static,
    R: Body<Data = Bytes> + Send + 'static,
{
    type Response = Response<ResponseBody<R>>;
    type Error = ClientError;
    type Future = PayFuture<R>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), ClientError>> {
        self.inner.poll_ready(cx).map_err(|error| ClientError::Inner(error.into()))
    }

    fn call(&mut self, request: Request<B>) -> PayFuture<R> {
        // The service that was polled is the one that is ready.
        let clone = self.inner.clone();
        let inner = mem::replace(&mut self.inner, clone);
        let purse = Arc::clone(&self.layer.purse);
        PayFuture(Box::pin(async move { Purchase::new(purse, inner).run(request).await }))
    }
}

/// The response, paid for if need be.
///
/// Dropping it drops the purchase: what was signed by then stays counted on the budget.
#[must_use = "futures do nothing unless polled"]
pub struct PayFuture<R>(Pin<Box<dyn Future<Output = Bought<R>> + Send>>);

type Bought<R> = Result<Response<ResponseBody<R>>, ClientError>;

impl<R> Future for PayFuture<R> {
    type Output = Bought<R>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx)
    }
}

impl<R> fmt::Debug for PayFuture<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PayFuture").finish_non_exhaustive()
    }
}
