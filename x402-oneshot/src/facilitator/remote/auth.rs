//! The headers by which a facilitator knows us.

use std::{future::Future, pin::Pin};

use http::HeaderMap;
use x402_core::error::BoxError;

/// One of a facilitator's endpoints: some want another token for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Endpoint {
    /// `POST /settle`.
    Settle,
    /// `GET /supported`.
    Supported,
    /// `POST /verify`.
    Verify,
}

impl Endpoint {
    /// The path below the facilitator's URL.
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Settle => "/settle",
            Self::Supported => "/supported",
            Self::Verify => "/verify",
        }
    }
}

/// The future of [`AuthHeaders::headers`].
pub type Authorizing<'a> = Pin<Box<dyn Future<Output = Result<HeaderMap, BoxError>> + Send + 'a>>;

/// Says which headers go with a call: asked before each, so that tokens can be renewed.
///
/// An `async fn(Endpoint) -> Result<HeaderMap, E>` is one, and so is a closure like it. A failure means that nothing
/// is sent.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which headers go with a call",
    note = "an `async fn(Endpoint) -> Result<HeaderMap, E>` does"
)]
pub trait AuthHeaders: Send + Sync {
    /// The headers for a call of this endpoint.
    ///
    /// # Security
    ///
    /// All of them are marked sensitive before they are sent. The error ends up in logs: it must hold no secret.
    fn headers(&self, endpoint: Endpoint) -> Authorizing<'_>;
}

impl<F, Asking, E> AuthHeaders for F
where
    F: Fn(Endpoint) -> Asking + Send + Sync,
    Asking: Future<Output = Result<HeaderMap, E>> + Send + 'static,
    E: Into<BoxError>,
{
    fn headers(&self, endpoint: Endpoint) -> Authorizing<'_> {
        let asking = self(endpoint);
        Box::pin(async { asking.await.map_err(Into::into) })
    }
}
