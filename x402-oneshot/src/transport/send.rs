//! The trait.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};

use crate::transport::TransportError;

/// The future of [`Transport::send`].
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send + 'a>>;

/// Sends one HTTP request and brings back the whole answer.
///
/// A boxed future keeps the trait object-safe: an `Arc<dyn Transport>` is a transport too. An
/// implementation sends the request at most once, follows no redirect, bounds the answer it reads,
/// and may be dropped at any time; the caller sets the deadline. Whatever the status, an answer is
/// `Ok`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot send requests",
    note = "`ReqwestTransport` can; an `Arc<dyn Transport>` can too"
)]
pub trait Transport: Send + Sync {
    /// Sends the request.
    ///
    /// # Security
    ///
    /// The token request's body holds the API secret, and the other requests' `Authorization`
    /// header, marked sensitive, a token: log neither.
    fn send(&self, request: Request<Bytes>) -> Sending<'_>;
}

impl<T: Transport + ?Sized> Transport for &T {
    fn send(&self, request: Request<Bytes>) -> Sending<'_> {
        (**self).send(request)
    }
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(&self, request: Request<Bytes>) -> Sending<'_> {
        (**self).send(request)
    }
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn send(&self, request: Request<Bytes>) -> Sending<'_> {
        (**self).send(request)
    }
}
