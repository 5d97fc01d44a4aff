//! Why a webhook is not accepted, in the terms of HTTP.

use http::StatusCode;

/// A webhook that is not accepted, as its sender is told of it.
///
/// The response carries it in its extensions too, for layers outside that log. Its text is the status alone: nobody who
/// cannot sign should learn why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("webhook answered with {status}")]
pub struct Rejection {
    status: StatusCode,
}

impl Rejection {
    /// It is not what it should be: 400.
    #[must_use]
    pub const fn malformed() -> Self {
        Self { status: StatusCode::BAD_REQUEST }
    }

    /// It is not proved to come from whom it should: 401.
    #[must_use]
    pub const fn unproved() -> Self {
        Self { status: StatusCode::UNAUTHORIZED }
    }

    /// It is too long: 413.
    #[must_use]
    pub const fn too_large() -> Self {
        Self { status: StatusCode::PAYLOAD_TOO_LARGE }
    }

    /// It may be good, and we are the ones who cannot tell or cannot take it: 503.
    #[must_use]
    pub const fn unavailable() -> Self {
        Self { status: StatusCode::SERVICE_UNAVAILABLE }
    }

    /// What the sender is told.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        self.status
    }

    pub(super) const fn of(status: StatusCode) -> Self {
        Self { status }
    }
}

/// The refusals of 4xx as they are; whatever else a verifier comes up with is [our fault](Rejection::unavailable).
impl From<StatusCode> for Rejection {
    fn from(status: StatusCode) -> Self {
        if status.is_client_error() { Self { status } } else { Self::unavailable() }
    }
}
