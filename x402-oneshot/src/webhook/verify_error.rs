//! Why a webhook was refused.

use http::StatusCode;

use crate::decode::DecodeError;
use crate::webhook::keys::KeysError;

/// A webhook that nobody should act upon.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The body is too long to be looked at.
    #[error("webhook body is longer than {limit} bytes")]
    TooLarge {
        /// The longest body that is.
        limit: usize,
    },
    /// The body is not a JSON object, or nests deeper than any event does.
    #[error("webhook body is not a JSON object of moderate depth")]
    NotAnObject,
    /// The object is not an event.
    #[error("webhook body is not an event")]
    NotAnEvent(#[source] DecodeError),
    /// The event has no `signature`.
    #[error("webhook has no signature")]
    SignatureMissing,
    /// The `signature` is not 64 bytes in standard base64.
    #[error("webhook signature is not 64 bytes in standard base64")]
    SignatureMalformed,
    /// None of our keys made the signature.
    #[error("webhook signature does not verify")]
    SignatureMismatch,
    /// It was signed too long ago: a replay, or a clock that is wrong.
    #[error("webhook is {seconds} s old")]
    TooOld {
        /// Its age.
        seconds: u64,
    },
    /// It was signed in the future: a clock is wrong.
    #[error("webhook is {seconds} s early")]
    FromTheFuture {
        /// How far ahead of our clock it is.
        seconds: u64,
    },
    /// It is about contract methods that are not ours.
    #[error("webhook is about a contract method that is not ours")]
    ForeignMethod,
    /// We have no key to verify with; the webhook may be good.
    #[error("there is no key to verify a webhook with")]
    KeysUnavailable(#[source] KeysError),
}

impl VerifyError {
    /// What to answer: 413, 400 for what is no event, 401 for what is not proved, and 503 if it is our own fault.
    ///
    /// 1Shot sends again whatever is not answered with 2xx, and signs anew each time. Only where we could not check
    /// is that of any use, so only that is a 503.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotAnObject | Self::NotAnEvent(_) => StatusCode::BAD_REQUEST,
            Self::SignatureMissing
            | Self::SignatureMalformed
            | Self::SignatureMismatch
            | Self::TooOld { .. }
            | Self::FromTheFuture { .. }
            | Self::ForeignMethod => StatusCode::UNAUTHORIZED,
            Self::KeysUnavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}
