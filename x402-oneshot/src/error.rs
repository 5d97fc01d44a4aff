//! The error of every call: what failed, and whether the call may have had an effect.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode};

use x402_core::facilitator::Reach;

use crate::api_error::ApiError;
use crate::id::TransactionId;

/// What kind of failure an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The API answered with success, and in the body that it did not do what was asked.
    Declined,
    /// The answer's body could not be read: it is not what was expected, or too long.
    Decode,
    /// The request could not be put together.
    Request,
    /// The API answered with a status other than success.
    Status,
    /// The time given to the call ran out.
    Timeout,
    /// The connection failed before an answer was complete.
    Transport,
    /// A transaction was sent and nobody could say yet how it ended.
    UnknownOutcome,
}

/// A failed call.
///
/// An opaque struct, not an enum, so that it can learn to carry more. It is one pointer wide and
/// cheap to clone: callers who waited for the same token share its failure. `Display` and `Debug`
/// name the method, the path template and the status, and never a URL, a token or text of the other
/// side; that text is at [`Error::api`].
///
/// ```
/// # use x402_oneshot::{Error, ErrorKind};
/// fn worth_trying_later(error: &Error) -> bool {
///     error.is_retryable() && !error.may_have_acted()
/// }
/// ```
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    reach: Reach,
    call: Option<(Method, &'static str)>,
    status: Option<StatusCode>,
    api: Option<ApiError>,
    retry_after: Option<Duration>,
    transaction: Option<TransactionId>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    /// What kind of failure this is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// How far the call got.
    ///
    /// About the call itself: if its token could not be fetched, the call was not sent. An answer may still leave
    /// the effect open: see [`may_have_acted`](Self::may_have_acted).
    #[must_use]
    pub fn reach(&self) -> Reach {
        self.0.reach
    }

    /// Whether a call that acts (`execute`, say) may have done so in spite of this error.
    ///
    /// `false` only where the other side cannot have acted: the call was not sent, or it was refused
    /// with a 4xx status other than 408, which also ends calls that were begun. Everything else, an
    /// answer of 500 or one that cannot be read included, has to be looked up before the call is made
    /// again. Of a call that only reads it says nothing.
    #[must_use]
    pub fn may_have_acted(&self) -> bool {
        match (self.0.reach, self.0.status) {
            (Reach::NotSent, _) => false,
            (Reach::Answered, Some(status)) => !status.is_client_error() || status == StatusCode::REQUEST_TIMEOUT,
            (Reach::MaybeSent | Reach::Answered, _) => true,
        }
    }

    /// The HTTP status of the answer, if one came: also where the rest of the answer could not be read or did not come.
    ///
    /// That of the token call, if it is what failed: [`call`](Self::call) names it then.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// What 1Shot said about it, if it said so in its own form.
    #[must_use]
    pub fn api(&self) -> Option<&ApiError> {
        self.0.api.as_ref()
    }

    /// How long the other side asked to wait before the next try.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The transaction whose outcome is not known, of an [`ErrorKind::UnknownOutcome`].
    #[must_use]
    pub fn transaction(&self) -> Option<TransactionId> {
        self.0.transaction
    }

    /// The HTTP method and path template of the call, for example `POST` and `/methods/{id}/execute`.
    #[must_use]
    pub fn call(&self) -> Option<(&Method, &'static str)> {
        self.0.call.as_ref().map(|(method, path)| (method, *path))
    }

    /// Whether the same call may succeed later.
    ///
    /// It says nothing about whether it is safe to repeat: that is [`Error::may_have_acted`].
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self.0.kind {
            ErrorKind::Timeout | ErrorKind::UnknownOutcome => true,
            ErrorKind::Transport => self.0.reach != Reach::Answered,
            ErrorKind::Declined | ErrorKind::Decode | ErrorKind::Request => false,
            ErrorKind::Status => self.0.status.is_some_and(|status| match status {
                StatusCode::REQUEST_TIMEOUT
                | StatusCode::TOO_MANY_REQUESTS
                | StatusCode::BAD_GATEWAY
                | StatusCode::SERVICE_UNAVAILABLE
                | StatusCode::GATEWAY_TIMEOUT => true,
                // Below 500 the API's own word is not enough: it marks wrong parameters retryable.
                status => status.is_server_error() && self.api().and_then(ApiError::retryable) == Some(true),
            }),
        }
    }

    /// Whether time ran out.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
    }

    /// Whether the object does not exist, or not for this account.
    ///
    /// 1Shot answers either 404 or 403 with type `UnknownEntityError`. A token that could not be fetched says nothing of
    /// it.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        match self.0.status {
            _ if self.0.reach == Reach::NotSent => false,
            Some(StatusCode::NOT_FOUND) => true,
            Some(StatusCode::FORBIDDEN) => self.api().is_some_and(|api| api.error_type() == "UnknownEntityError"),
            _ => false,
        }
    }

    /// Whether the credentials or the token were refused.
    #[must_use]
    pub fn is_unauthenticated(&self) -> bool {
        self.0.status == Some(StatusCode::UNAUTHORIZED)
    }
}

/// Construction, inside this crate only.
impl Error {
    pub(crate) fn new(kind: ErrorKind, reach: Reach) -> Self {
        Self(Arc::new(Inner {
            kind,
            reach,
            call: None,
            status: None,
            api: None,
            retry_after: None,
            transaction: None,
            source: None,
        }))
    }

    pub(crate) fn answered(status: StatusCode, body: &[u8], retry_after: Option<Duration>) -> Self {
        Self::new(ErrorKind::Status, Reach::Answered).with(|inner| {
            inner.status = Some(status);
            inner.api = ApiError::read(body);
            inner.retry_after = retry_after;
        })
    }

    pub(crate) fn with_call(self, method: &Method, path: &'static str) -> Self {
        self.with(|inner| inner.call = Some((method.clone(), path)))
    }

    pub(crate) fn with_reach(self, reach: Reach) -> Self {
        self.with(|inner| inner.reach = reach)
    }

    /// For an answer of success that is a failure all the same.
    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        self.with(|inner| inner.status = Some(status))
    }

    pub(crate) fn with_source(self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.with(|inner| inner.source = Some(Arc::new(source)))
    }

    pub(crate) fn with_transaction(self, transaction: TransactionId) -> Self {
        self.with(|inner| inner.transaction = Some(transaction))
    }

    fn with(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((method, path)) = self.call() {
            write!(f, "{method} {path}: ")?;
        }
        match self.0.kind {
            ErrorKind::Declined => f.write_str("answered that it was not done"),
            ErrorKind::Decode => f.write_str("the answer could not be read"),
            ErrorKind::Request => f.write_str("the request could not be put together"),
            ErrorKind::Status => {
                f.write_str("answered ")?;
                match self.0.status {
                    Some(status) => write!(f, "{}", status.as_u16())?,
                    None => f.write_str("with an error")?,
                }
                match self.api().and_then(ApiError::plain_type) {
                    Some(name) => write!(f, " ({name})"),
                    None => Ok(()),
                }
            }
            ErrorKind::Timeout => f.write_str("no answer in time"),
            ErrorKind::Transport => f.write_str("the connection failed"),
            ErrorKind::UnknownOutcome => f.write_str("the outcome of the transaction is unknown"),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("reach", &self.0.reach)
            .field("call", &self.0.call)
            .field("status", &self.0.status)
            .field("api", &self.0.api)
            .field("retry_after", &self.0.retry_after)
            .field("transaction", &self.0.transaction)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, body: &str) -> Error {
        Error::answered(StatusCode::from_u16(status).unwrap(), body.as_bytes(), None)
    }

    #[test]
    fn display_names_call_status_and_type_and_nothing_else() {
        let body = r#"{"type":"RetryError","message":"https://user:pw@host"}"#;
        let error = answered(500, body).with_call(&Method::GET, "/transactions/{id}");
        assert_eq!(error.to_string(), "GET /transactions/{id}: answered 500 (RetryError)");
        let html = answered(502, "<h1>secret</h1>").to_string();
        assert_eq!(html, "answered 502");
        let odd = answered(500, r#"{"type":"has spaces and: text"}"#).to_string();
        assert_eq!(odd, "answered 500");
    }

    #[test]
    fn retryable_statuses_and_the_api_word_above_500_only() {
        for (status, retryable) in
            [(400, false), (404, false), (408, true), (429, true), (500, false), (502, true), (503, true), (504, true)]
        {
            assert_eq!(answered(status, "").is_retryable(), retryable, "{status}");
        }
        assert!(answered(500, r#"{"type":"RedisError","retryable":true}"#).is_retryable());
        assert!(!answered(422, r#"{"type":"X","retryable":true}"#).is_retryable());
    }

    #[test]
    fn only_not_sent_and_a_refusal_prove_that_nothing_was_done() {
        assert!(!Error::new(ErrorKind::Transport, Reach::NotSent).may_have_acted());
        assert!(!answered(422, "").may_have_acted());
        assert!(Error::new(ErrorKind::Timeout, Reach::MaybeSent).may_have_acted());
        assert!(Error::new(ErrorKind::Decode, Reach::Answered).may_have_acted());
        // Servers also answer 408 when they cut off what they have begun.
        for status in [302, 408, 500, 502, 503, 504] {
            assert!(answered(status, "").may_have_acted(), "{status}");
        }
    }

    #[test]
    fn unknown_entities_are_not_found_under_both_statuses() {
        assert!(answered(404, "").is_not_found());
        assert!(answered(403, r#"{"type":"UnknownEntityError"}"#).is_not_found());
        assert!(!answered(403, r#"{"type":"UnauthorizedError"}"#).is_not_found());
    }
}
