//! The error of a transport.

use std::error::Error as StdError;

use http::StatusCode;
use x402_core::facilitator::Reach;

/// What went wrong on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The answer was longer than this side is willing to read.
    BodyTooLarge,
    /// No connection: name lookup, TCP, TLS, or a proxy refused.
    Connect,
    /// The connection broke while the request or the answer was under way.
    Io,
    /// The request or the transport itself could not be put together.
    Setup,
    /// The transport's own time limit ran out.
    Timeout,
}

impl TransportErrorKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::BodyTooLarge => "the answer is too long",
            Self::Connect => "no connection",
            Self::Io => "the connection broke",
            Self::Setup => "the transport could not be set up",
            Self::Timeout => "the transport timed out",
        }
    }
}

/// No answer that could be read whole, and whether the request may have arrived all the same.
///
/// ```
/// use x402_oneshot::Reach;
/// use x402_oneshot::transport::{TransportError, TransportErrorKind};
///
/// let error = TransportError::new(TransportErrorKind::Connect, Reach::NotSent);
/// assert_eq!(error.to_string(), "no connection");
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{}", .kind.as_str())]
pub struct TransportError {
    kind: TransportErrorKind,
    reach: Reach,
    status: Option<StatusCode>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl TransportError {
    /// An error without a status and a cause.
    ///
    /// When in doubt about the reach, it is [`Reach::MaybeSent`].
    #[must_use]
    pub const fn new(kind: TransportErrorKind, reach: Reach) -> Self {
        Self { kind, reach, status: None, source: None }
    }

    /// Adds the status of an answer whose head came and whose body did not, or not whole.
    #[must_use]
    pub const fn with_status(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }

    /// Adds the cause.
    ///
    /// # Security
    ///
    /// The cause ends up in logs: its texts must hold no URL, header or body.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What went wrong.
    #[must_use]
    pub const fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// Whether the request may have arrived.
    #[must_use]
    pub const fn reach(&self) -> Reach {
        self.reach
    }

    /// The status of the answer, if as much of it came.
    #[must_use]
    pub const fn status(&self) -> Option<StatusCode> {
        self.status
    }
}
