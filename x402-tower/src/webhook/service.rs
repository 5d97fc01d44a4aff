//! The service.

use std::{
    convert::Infallible,
    fmt,
    future::Future,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header::ALLOW};
use http_body::Body;
use http_body_util::Empty;
use tower_service::Service;
use x402_core::error::BoxError;

use super::{Rejection, ResponseFuture, Verifier, handling::handled, receive::receive};

/// Receives webhooks.
///
/// A handler that fails, with an error or a panic, is answered with 503, so that the sender tries again; one that takes
/// longer than [`patience`](Self::patience) is answered with 202 and goes on by itself, whatever becomes of it. So what
/// must not be lost belongs somewhere safe before the handler does anything slow. Senders deliver more than once: a
/// handler must bear that.
///
/// Clones share everything.
pub struct WebhookService<V, H> {
    shared: Arc<Shared<V, H>>,
    limits: Limits,
}

struct Shared<V, H> {
    verifier: V,
    handler: H,
}

#[derive(Clone, Copy, Debug)]
struct Limits {
    max_body: usize,
    read_timeout: Duration,
    patience: Duration,
}

impl<V, H> WebhookService<V, H> {
    /// Hands what the verifier vouches for to the handler.
    pub fn new(verifier: V, handler: H) -> Self {
        let limits =
            Limits { max_body: 256 * 1024, read_timeout: Duration::from_secs(10), patience: Duration::from_secs(2) };
        Self { shared: Arc::new(Shared { verifier, handler }), limits }
    }

    /// The longest body that is read, in bytes; 256 KiB unless told otherwise.
    #[must_use]
    pub const fn max_body(mut self, bytes: usize) -> Self {
        self.limits.max_body = bytes;
        self
    }

    /// How long the body may take to come; 10 s unless told otherwise.
    #[must_use]
    pub const fn read_timeout(mut self, timeout: Duration) -> Self {
        self.limits.read_timeout = timeout;
        self
    }

    /// How long an answer waits for the handler; 2 s unless told otherwise. With zero, only for one that is done at
    /// once.
    #[must_use]
    pub const fn patience(mut self, patience: Duration) -> Self {
        self.limits.patience = patience;
        self
    }
}

impl<V, H> Clone for WebhookService<V, H> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), limits: self.limits }
    }
}

impl<V, H> fmt::Debug for WebhookService<V, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookService").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl<V, H, Fut, B> Service<Request<B>> for WebhookService<V, H>
where
    V: Verifier + 'static,
    H: Fn(V::Event) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<(), BoxError>> + Send + 'static,
    B: Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response<Empty<Bytes>>;
    type Error = Infallible;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> ResponseFuture {
        let service = self.clone();
        ResponseFuture::new(async move { answer(service.serve(request).await) })
    }
}

impl<V: Verifier + 'static, H> WebhookService<V, H> {
    async fn serve<B, Fut>(self, request: Request<B>) -> Result<StatusCode, Rejection>
    where
        H: Fn(V::Event) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), BoxError>> + Send + 'static,
        B: Body<Error: Into<BoxError>>,
    {
        if *request.method() != Method::POST {
            return Err(Rejection::of(StatusCode::METHOD_NOT_ALLOWED));
        }
        let (head, body) = request.into_parts();
        let body = receive(body, self.limits.max_body, self.limits.read_timeout).await?;
        let event = self.shared.verifier.verify(Request::from_parts(head, body)).await?;
        let shared = self.shared;
        // The call itself is the task's too, should it panic.
        handled(async move { (shared.handler)(event).await }, self.limits.patience).await
    }
}

/// No answer has a body: what is in one might help whoever forges.
fn answer(outcome: Result<StatusCode, Rejection>) -> Response<Empty<Bytes>> {
    let mut response = Response::new(Empty::new());
    match outcome {
        Ok(status) => *response.status_mut() = status,
        Err(rejection) => {
            *response.status_mut() = rejection.status();
            response.extensions_mut().insert(rejection);
            if rejection.status() == StatusCode::METHOD_NOT_ALLOWED {
                response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
            }
        }
    }
    response
}
