//! A payment that was signed.

use http::{HeaderName, HeaderValue};

use super::{Choice, budget::Reservation};
use crate::{
    header::{encode_payment, payment_header},
    payload::PaymentPayload,
    time::UnixSeconds,
};

/// A payment, ready to be sent. It can be sent again as it is; signing anew would pay anew.
#[derive(Clone, Debug)]
#[must_use]
pub struct SignedPayment {
    payload: PaymentPayload,
    choice: Choice,
    /// `None` without a budget.
    reservation: Option<Reservation>,
}

impl SignedPayment {
    pub(super) const fn new(payload: PaymentPayload, choice: Choice, reservation: Option<Reservation>) -> Self {
        Self { payload, choice, reservation }
    }

    /// The payment.
    #[must_use]
    pub const fn payload(&self) -> &PaymentPayload {
        &self.payload
    }

    /// What it pays.
    pub const fn choice(&self) -> &Choice {
        &self.choice
    }

    /// The header to send it in. The value is marked sensitive: whoever sees it can spend it.
    #[must_use]
    pub fn header(&self) -> (HeaderName, HeaderValue) {
        (payment_header(self.payload.version()), encode_payment(&self.payload))
    }

    /// When nobody can collect it any more.
    #[must_use]
    pub fn expires(&self) -> UnixSeconds {
        let valid_before = self.payload.exact().map(|exact| exact.authorization.valid_before);
        let seconds = valid_before.and_then(|seconds| u64::try_from(seconds).ok());
        UnixSeconds::from_secs(seconds.unwrap_or(u64::MAX))
    }

    /// Tells the budget that it was paid: there is a receipt, or the chain shows the transfer.
    pub fn settled(&self) {
        if let Some(reservation) = &self.reservation {
            reservation.settled();
        }
    }

    /// Gives its share of the budget back, because it is proved that nobody can collect it: it never left this process,
    /// or it has [expired](Self::expires) and the chain's `authorizationState` says that its nonce was not used.
    ///
    /// # Security
    ///
    /// That a server says so proves nothing: it holds the signature until it expires.
    pub fn returned(&self) {
        if let Some(reservation) = &self.reservation {
            reservation.returned();
        }
    }
}
