//! Why there is no response.

use x402_core::{
    X402Version,
    client::{NoChoice, OfferedError, PayError, PaymentFailure, SignedPayment},
    error::BoxError,
};

/// Why a request got no response.
///
/// [`may_have_paid`](Self::may_have_paid) tells whether money is at stake; then there is a
/// [payment](Self::payment) to present again, or to look up on the chain.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The service below failed, before anything was signed.
    #[error("the request failed")]
    Inner(#[source] BoxError),
    /// Nothing that is offered may be paid.
    #[error("nothing was paid")]
    NoChoice(#[source] NoChoice),
    /// The request names no host, so that nobody knows whom the offer is from.
    #[error("the request has no absolute http or https URI")]
    NoOrigin,
    /// The body cannot be sent a second time, with the payment: probe its price first.
    #[error("the request costs money, and its body cannot be sent a second time with the payment")]
    NotReplayable,
    /// The 402 cannot be read.
    #[error("the server's offer cannot be read")]
    Offer(#[source] OfferedError),
    /// The body of the 402 broke off, or did not end in time.
    #[error("the server's offer did not arrive whole")]
    OfferIncomplete,
    /// The body of the 402 is longer than an offer.
    #[error("the server's offer is longer than {most} bytes")]
    OfferTooLong {
        /// The most that is read.
        most: usize,
    },
    /// A payment was made, and what it was made for did not come.
    #[error(transparent)]
    Payment(Box<PaymentFailure>),
    /// Nothing was signed.
    #[error("nothing was signed")]
    Sign(#[source] PayError),
    /// The server offers only the other version of the protocol.
    #[error("the server offers {offered} only")]
    Version {
        /// What it offers.
        offered: X402Version,
    },
}

impl ClientError {
    /// The payment that was sent or was to be sent, if one was signed.
    #[must_use]
    pub fn payment(&self) -> Option<&SignedPayment> {
        match self {
            Self::Payment(failure) => Some(failure.payment()),
            _ => None,
        }
    }

    /// Whether the money may have moved.
    #[must_use]
    pub fn may_have_paid(&self) -> bool {
        match self {
            Self::Payment(failure) => failure.may_have_paid(),
            _ => false,
        }
    }
}
