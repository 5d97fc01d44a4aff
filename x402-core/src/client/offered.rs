//! Reading a 402.

use http::HeaderMap;

use super::Origin;
use crate::{
    header::{PAYMENT_REQUIRED, decode_payment_required},
    requirements::PaymentRequired,
    version::X402Version,
    wire::{self, DecodeError},
};

/// The offer of a 402, and the version that it was made in: the payment is made in the same.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Offered {
    /// The version to pay in.
    pub version: X402Version,
    /// What is asked.
    pub required: PaymentRequired,
    /// Whose answer it is.
    pub asked: Option<Origin>,
}

/// Reads the offer of a response with status 402: the v2 header, or else the v1 body.
///
/// # Errors
///
/// If there is neither, or the one that is there cannot be read.
pub fn read_offer(headers: &HeaderMap, body: &[u8]) -> Result<Offered, OfferedError> {
    match headers.get(PAYMENT_REQUIRED) {
        Some(value) => {
            let required = decode_payment_required(value).map_err(OfferedError::Header)?;
            Ok(Offered::new(X402Version::V2, required))
        }
        None => Offered::from_v1_body(body),
    }
}

impl Offered {
    /// An offer that came by other means than a response.
    #[must_use]
    pub const fn new(version: X402Version, required: PaymentRequired) -> Self {
        Self { version, required, asked: None }
    }

    /// The same offer, of the server that was asked: what is offered must be a resource of its host, and counts on its
    /// share of the [budget](super::Budget::per_origin).
    #[must_use]
    pub fn asked(mut self, origin: Origin) -> Self {
        self.asked = Some(origin);
        self
    }

    /// The host of the resource, if it is another than the one that was asked. A path, or a text that is no URL, is of
    /// no other host; an http URL without a host that can be read is.
    ///
    /// Scheme and port are not compared: a server behind a proxy often does not know its own.
    pub(super) fn foreign_host(&self) -> Option<String> {
        let asked = self.asked.as_ref()?;
        let url = self.required.resource.url.trim();
        let (scheme, rest) = url.split_once("://")?;
        if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
            return None;
        }
        // Only the authority matters: what follows may be spelled as no `Uri` allows.
        let authority = rest.split(['/', '\\', '?', '#']).next().unwrap_or_default();
        match Origin::parse(&format!("{scheme}://{authority}/")) {
            Some(offered) => (!offered.is_host_of(asked)).then(|| offered.host().to_owned()),
            None => Some(authority.chars().take(100).flat_map(char::escape_debug).collect()),
        }
    }

    /// Whether the same could be signed for this offer as for the other: its ways to pay are the same.
    #[must_use]
    pub fn asks_the_same_as(&self, other: &Self) -> bool {
        self.version == other.version && self.required.accepts == other.required.accepts
    }

    /// Reads the v1 offer in a body, for a client that wants to pay in v1.
    ///
    /// # Errors
    ///
    /// If the body is no v1 offer.
    pub fn from_v1_body(body: &[u8]) -> Result<Self, OfferedError> {
        let required = wire::decode_payment_required_in(X402Version::V1, body).map_err(OfferedError::Body)?;
        Ok(Self::new(X402Version::V1, required))
    }
}

/// A 402 that is no offer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OfferedError {
    /// There is no `PAYMENT-REQUIRED` header, and the body is no v1 offer.
    #[error("the 402 response has no PAYMENT-REQUIRED header and its body is no v1 offer")]
    Body(#[source] DecodeError),
    /// The `PAYMENT-REQUIRED` header cannot be read.
    #[error("the PAYMENT-REQUIRED header cannot be read")]
    Header(#[source] DecodeError),
}
