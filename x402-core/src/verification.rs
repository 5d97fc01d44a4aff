//! What a facilitator says about a payment before it is settled.

use alloy_primitives::Address;

use crate::{address::ChainAddress, reason::Reason};

/// A facilitator's answer to `/verify`.
///
/// "Invalid" is an answer, not an error: it is an `Ok(VerifyResponse)` with [`is_valid`](Self::is_valid) false.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifyResponse {
    /// Whether the payment would settle now.
    pub is_valid: bool,
    /// Why not.
    pub invalid_reason: Option<Reason>,
    /// Who pays, if the facilitator says.
    pub payer: Option<ChainAddress>,
}

impl VerifyResponse {
    /// The payment would settle.
    #[must_use]
    pub fn valid(payer: Address) -> Self {
        Self { is_valid: true, invalid_reason: None, payer: Some(payer.into()) }
    }

    /// The payment would not settle.
    #[must_use]
    pub fn invalid(reason: Reason, payer: Option<Address>) -> Self {
        Self { is_valid: false, invalid_reason: Some(reason), payer: payer.map(Into::into) }
    }
}
