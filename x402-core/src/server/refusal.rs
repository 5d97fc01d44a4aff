//! Not serving, and why.

use std::{fmt, time::Duration};

use alloy_primitives::B256;
use http::StatusCode;

use super::Payment;
use crate::{
    error::BoxError, header::PaymentHeaderError, reason::Reason, settlement::SettleResponse, version::X402Version,
    wire::DecodeErrorKind,
};

/// Why a request was not served, and what to answer: [`Offers::refuse`](super::Offers::refuse) makes the response.
///
/// What a client is told is the [`kind`](Self::kind) and the protocol's [`reason`](Self::reason). The
/// [`source`](std::error::Error::source) may name upstreams and is for the server's own log.
#[derive(Debug)]
pub struct Refusal {
    kind: RefusalKind,
    reason: Option<Reason>,
    retry_after: Option<Duration>,
    settlement: Option<(X402Version, Box<SettleResponse>)>,
    source: Option<BoxError>,
}

/// The kinds of refusal. [`status`](Self::status) is the whole table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefusalKind {
    /// There is no payment.
    Unpaid,
    /// The payment header cannot be read, stands twice, or there is one of each version.
    Malformed,
    /// The payment header is longer than the server reads.
    TooLong,
    /// The payment is not what was asked, or would not settle.
    Invalid,
    /// The payment's identifier was used for another payment.
    Conflict,
    /// This very payment is being worked on.
    InFlight,
    /// Neither yes nor no: the facilitator or the claim store gave no answer, and nothing was settled.
    Unavailable,
    /// The facilitator refused to settle: the money did not move.
    SettlementRefused,
    /// The money may have moved. Never a 402: a client would pay a second time.
    SettlementUnknown,
}

impl RefusalKind {
    /// The status of the answer.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Unpaid | Self::Invalid | Self::SettlementRefused => StatusCode::PAYMENT_REQUIRED,
            Self::Conflict | Self::InFlight => StatusCode::CONFLICT,
            Self::TooLong => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::Unavailable | Self::SettlementUnknown => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Whether the answer carries the offer, so that the client can pay anew.
    pub(super) const fn carries_offer(self) -> bool {
        matches!(self, Self::Unpaid | Self::Malformed | Self::Invalid | Self::SettlementRefused)
    }
}

impl Refusal {
    /// How long a client is asked to wait while its payment is being worked on, or the facilitator is away.
    const RETRY_AFTER: Duration = Duration::from_secs(2);

    fn new(kind: RefusalKind, reason: Option<Reason>) -> Self {
        Self { kind, reason, retry_after: None, settlement: None, source: None }
    }

    /// There is no payment.
    #[must_use]
    pub fn unpaid() -> Self {
        Self::new(RefusalKind::Unpaid, None)
    }

    pub(super) fn header(error: PaymentHeaderError) -> Self {
        let (kind, reason) = match &error {
            PaymentHeaderError::TooLong { .. } => (RefusalKind::TooLong, Reason::INVALID_PAYLOAD),
            PaymentHeaderError::WrongVersion { .. } => (RefusalKind::Malformed, Reason::INVALID_X402_VERSION),
            PaymentHeaderError::Malformed(decode) if decode.kind() == DecodeErrorKind::Version => {
                (RefusalKind::Malformed, Reason::INVALID_X402_VERSION)
            }
            _ => (RefusalKind::Malformed, Reason::INVALID_PAYLOAD),
        };
        Self { source: Some(error.into()), ..Self::new(kind, Some(reason)) }
    }

    pub(super) fn malformed(reason: Reason) -> Self {
        Self::new(RefusalKind::Malformed, Some(reason))
    }

    /// The payment's identifier was used for another payment.
    #[must_use]
    pub fn conflict() -> Self {
        Self::new(RefusalKind::Conflict, Some(Reason::IDENTIFIER_CONFLICT))
    }

    pub(super) fn invalid(reason: Reason) -> Self {
        Self::new(RefusalKind::Invalid, Some(reason))
    }

    pub(super) fn in_flight() -> Self {
        Self { retry_after: Some(Self::RETRY_AFTER), ..Self::new(RefusalKind::InFlight, None) }
    }

    /// Payments cannot be taken now, for this reason, which is not told to the client.
    #[must_use]
    pub fn unavailable(source: impl Into<BoxError>) -> Self {
        Self {
            retry_after: Some(Self::RETRY_AFTER),
            source: Some(source.into()),
            ..Self::new(RefusalKind::Unavailable, None)
        }
    }

    pub(super) fn settlement_refused(reason: Reason, payment: &Payment) -> Self {
        let answer = failed(reason.clone(), payment);
        Self { settlement: Some((payment.version, answer)), ..Self::new(RefusalKind::SettlementRefused, Some(reason)) }
    }

    /// The payment may have settled; the transaction, if one was named, can be looked up.
    #[must_use]
    pub fn pending(payment: &Payment, transaction: Option<B256>) -> Self {
        let mut answer = failed(Reason::SETTLEMENT_PENDING, payment);
        answer.transaction = transaction.map(|hash| hash.to_string()).unwrap_or_default();
        Self {
            retry_after: Some(Self::RETRY_AFTER),
            settlement: Some((payment.version, answer)),
            ..Self::new(RefusalKind::SettlementUnknown, Some(Reason::SETTLEMENT_PENDING))
        }
    }

    pub(super) fn because(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What kind of refusal it is.
    #[must_use]
    pub const fn kind(&self) -> RefusalKind {
        self.kind
    }

    /// The status of the answer.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.kind.status()
    }

    /// The protocol's code, where it has one.
    #[must_use]
    pub const fn reason(&self) -> Option<&Reason> {
        self.reason.as_ref()
    }

    /// When it makes sense to present the same payment again.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Whether the payer's money may have moved.
    #[must_use]
    pub const fn may_have_settled(&self) -> bool {
        matches!(self.kind, RefusalKind::SettlementUnknown)
    }

    pub(super) fn settlement(&self) -> Option<(X402Version, &SettleResponse)> {
        self.settlement.as_ref().map(|(version, answer)| (*version, &**answer))
    }
}

fn failed(reason: Reason, payment: &Payment) -> Box<SettleResponse> {
    Box::new(SettleResponse::failed(reason, payment.network.clone(), Some(payment.payer)))
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            RefusalKind::Unpaid => "payment required",
            RefusalKind::Malformed => "the payment header cannot be read",
            RefusalKind::TooLong => "the payment header is too long",
            RefusalKind::Invalid => "the payment is invalid",
            RefusalKind::Conflict => "the payment's identifier was used for another payment",
            RefusalKind::InFlight => "the payment is being worked on",
            RefusalKind::Unavailable => "payments cannot be taken now",
            RefusalKind::SettlementRefused => "the payment was refused at settlement",
            RefusalKind::SettlementUnknown => "the settlement's outcome is not known yet",
        })?;
        match &self.reason {
            Some(reason) => write!(f, ": {reason}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Refusal {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
