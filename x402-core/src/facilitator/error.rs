//! Having no answer.

use std::fmt;

use crate::error::BoxError;

/// A facilitator gave no usable answer.
///
/// Opaque, so that it can learn to say more; what decides about money is [`reach`](Self::reach).
#[derive(Debug)]
pub struct FacilitatorError {
    kind: FacilitatorErrorKind,
    reach: Reach,
    source: Option<BoxError>,
}

impl FacilitatorError {
    /// An error of this kind.
    #[must_use]
    pub fn new(kind: FacilitatorErrorKind, reach: Reach) -> Self {
        Self { kind, reach, source: None }
    }

    /// The same error with its cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What went wrong.
    #[must_use]
    pub const fn kind(&self) -> FacilitatorErrorKind {
        self.kind
    }

    /// How far the request came.
    #[must_use]
    pub const fn reach(&self) -> Reach {
        self.reach
    }

    /// Whether money may have moved, if this is the error of a `settle`.
    #[must_use]
    pub const fn may_have_settled(&self) -> bool {
        !matches!(self.reach, Reach::NotSent)
    }
}

impl fmt::Display for FacilitatorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            FacilitatorErrorKind::BadAnswer => "the facilitator's answer makes no sense",
            FacilitatorErrorKind::Configuration => "the facilitator is not set up for this payment",
            FacilitatorErrorKind::Timeout => "the facilitator did not answer in time",
            FacilitatorErrorKind::Unavailable => "the facilitator cannot be reached or cannot answer now",
        };
        let reach = match self.reach {
            Reach::NotSent => "not sent",
            Reach::MaybeSent => "may have been sent",
            Reach::Answered => "answered",
        };
        write!(f, "{what} (the request was {reach})")
    }
}

impl std::error::Error for FacilitatorError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FacilitatorErrorKind {
    /// There was an answer, but no sense in it.
    BadAnswer,
    /// The facilitator, or our account there, is not set up for this payment.
    Configuration,
    /// No answer in time.
    Timeout,
    /// No connection, or a facilitator that says that it cannot answer now.
    Unavailable,
}

/// How far a request came before it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "complete by nature: no, perhaps, yes")]
pub enum Reach {
    /// It certainly did not leave: nothing can have happened.
    NotSent,
    /// It may have arrived and been acted on.
    MaybeSent,
    /// It arrived: there was an answer, of no use.
    Answered,
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;

    #[test]
    fn display_does_not_repeat_the_source() {
        let error = FacilitatorError::new(FacilitatorErrorKind::Timeout, Reach::MaybeSent).with_source("the cause");
        assert!(!error.to_string().contains("the cause"));
        assert_eq!(error.source().unwrap().to_string(), "the cause");
        assert!(error.may_have_settled());
    }
}
