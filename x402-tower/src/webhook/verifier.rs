//! Who vouches for a webhook.

use std::future::Future;

use bytes::Bytes;
use http::Request;

use super::Rejection;

/// Vouches for webhooks: from a request whose body is there to the event that it proves, or a refusal.
///
/// A closure is one. It gets the body as it came, byte for byte, for signatures are over bytes.
#[diagnostic::on_unimplemented(
    note = "use a closure `Fn(http::Request<Bytes>)` whose future is `Result<Event, Rejection>`"
)]
pub trait Verifier: Send + Sync {
    /// What a verified webhook is.
    type Event: Send + 'static;

    /// Verifies one webhook.
    ///
    /// # Errors
    ///
    /// The [`Rejection`] that its sender is told. [`Rejection::unavailable`] is for what is not the sender's fault.
    fn verify(&self, request: Request<Bytes>) -> impl Future<Output = Result<Self::Event, Rejection>> + Send;
}

impl<F, Fut, E> Verifier for F
where
    F: Fn(Request<Bytes>) -> Fut + Send + Sync,
    Fut: Future<Output = Result<E, Rejection>> + Send,
    E: Send + 'static,
{
    type Event = E;

    fn verify(&self, request: Request<Bytes>) -> impl Future<Output = Result<E, Rejection>> + Send {
        self(request)
    }
}
