//! Why a payment was refused, in the protocol's words.

use std::{borrow::Cow, fmt};

/// The longest code that is passed on.
const MAX_LEN: usize = 100;

/// An error code, such as `insufficient_funds`: the `invalidReason` and `errorReason` of the protocol.
///
/// The set is open, since facilitators have codes of their own, and implementations disagree on some.
/// [`kind`](Self::kind) knows the aliases. A `Reason` is always a code (`[a-z0-9_]`, at most 100 characters), never
/// free text: what a facilitator writes here is shown to whoever sent the request.
///
/// ```
/// use x402_core::{Reason, reason::ReasonKind};
///
/// assert_eq!(Reason::INSUFFICIENT_FUNDS.kind(), ReasonKind::InsufficientFunds);
/// let alias = Reason::parse("invalid_exact_evm_insufficient_balance").expect("a code");
/// assert_eq!(alias.kind(), ReasonKind::InsufficientFunds);
/// assert!(Reason::parse("connect ECONNREFUSED 10.0.0.7:5432").is_none());
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Reason(Cow<'static, str>);

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        impl Reason {
            $($(#[$doc])* pub const $name: Self = Self(Cow::Borrowed($code));)*
        }
    };
}

codes! {
    /// The payer does not hold enough of the token.
    INSUFFICIENT_FUNDS = "insufficient_funds";
    /// The value is not the price (v1's code; see also [`VALUE_MISMATCH`](Self::VALUE_MISMATCH)).
    VALUE = "invalid_exact_evm_payload_authorization_value";
    /// The value is not the price (v2's code).
    VALUE_MISMATCH = "invalid_exact_evm_payload_authorization_value_mismatch";
    /// The authorization is not valid yet.
    VALID_AFTER = "invalid_exact_evm_payload_authorization_valid_after";
    /// The authorization has expired, is about to, or is valid for unreasonably long.
    VALID_BEFORE = "invalid_exact_evm_payload_authorization_valid_before";
    /// The payment goes to somebody else.
    RECIPIENT_MISMATCH = "invalid_exact_evm_payload_recipient_mismatch";
    /// The signature is malformed, or somebody else's.
    INVALID_SIGNATURE = "invalid_exact_evm_payload_signature";
    /// The authorization's nonce is spent.
    NONCE_USED = "invalid_exact_evm_nonce_already_used";
    /// The payment contradicts an extension that the offer declared.
    EXTENSION_ECHO_MISMATCH = "extension_echo_mismatch";
    /// The payment has no identifier, and the route requires one.
    IDENTIFIER_REQUIRED = "payment_identifier_required";
    /// The payment's identifier was used for another payment.
    IDENTIFIER_CONFLICT = "payment_identifier_conflict";
    /// The payment's identifier is malformed.
    INVALID_IDENTIFIER = "invalid_payment_identifier";
    /// The payment is for another network.
    INVALID_NETWORK = "invalid_network";
    /// The payment header cannot be read.
    INVALID_PAYLOAD = "invalid_payload";
    /// What the payment accepts is not what was offered.
    INVALID_PAYMENT_REQUIREMENTS = "invalid_payment_requirements";
    /// The payment's protocol version is unknown, or not the one of the header it came in.
    INVALID_X402_VERSION = "invalid_x402_version";
    /// The transfer reverted.
    INVALID_TRANSACTION_STATE = "invalid_transaction_state";
    /// The simulated transfer reverted.
    SIMULATION_FAILED = "invalid_exact_evm_transaction_simulation_failed";
    /// The outcome of the settlement is not known yet. The same payment may be presented again; a new one must not.
    SETTLEMENT_PENDING = "settlement_pending";
    /// The scheme is not one of those offered.
    UNSUPPORTED_SCHEME = "unsupported_scheme";
    /// Settling failed in a way that has no code.
    UNEXPECTED_SETTLE_ERROR = "unexpected_settle_error";
    /// Verifying failed in a way that has no code.
    UNEXPECTED_VERIFY_ERROR = "unexpected_verify_error";
}

impl Reason {
    /// Takes a code; `None` if the text is not one.
    ///
    /// # Security
    ///
    /// Facilitators put exception texts, addresses of their databases and worse where a code should be. Such a text
    /// must not be passed on, so that it cannot become a `Reason`.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        let is_code = !code.is_empty()
            && code.len() <= MAX_LEN
            && code.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'));
        is_code.then(|| Self(Cow::Owned(code.to_owned())))
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the code means, whichever implementation's code it is.
    #[must_use]
    pub fn kind(&self) -> ReasonKind {
        match &*self.0 {
            "insufficient_funds" | "invalid_exact_evm_insufficient_balance" => ReasonKind::InsufficientFunds,
            "invalid_exact_evm_payload_authorization_value"
            | "invalid_exact_evm_payload_authorization_value_mismatch"
            | "invalid_exact_evm_authorization_value"
            | "invalid_payment_amount" => ReasonKind::Amount,
            "invalid_exact_evm_payload_authorization_valid_after" | "invalid_payment_early" => ReasonKind::TooEarly,
            "invalid_exact_evm_payload_authorization_valid_before" | "invalid_payment_expired" | "payment_expired" => {
                ReasonKind::Expired
            }
            "invalid_exact_evm_payload_recipient_mismatch"
            | "invalid_exact_evm_recipient_mismatch"
            | "recipient_mismatch" => ReasonKind::Recipient,
            "invalid_exact_evm_payload_signature" | "invalid_exact_evm_signature" | "invalid_signature" => {
                ReasonKind::Signature
            }
            "invalid_exact_evm_nonce_already_used" => ReasonKind::NonceUsed,
            "invalid_network"
            | "invalid_exact_evm_network_mismatch"
            | "network_mismatch"
            | "chain_id_mismatch"
            | "unsupported_chain" => ReasonKind::Network,
            "invalid_scheme" | "unsupported_scheme" | "invalid_exact_evm_scheme" => ReasonKind::Scheme,
            "invalid_exact_evm_transaction_simulation_failed" | "transaction_simulation" => ReasonKind::Simulation,
            "invalid_transaction_state" | "invalid_exact_evm_transaction_failed" | "transaction_failed" => {
                ReasonKind::Reverted
            }
            // Another copy is being settled; the transaction was sent, and nobody saw what became of it.
            "settlement_pending" | "duplicate_settlement" | "invalid_exact_evm_failed_to_get_receipt" => {
                ReasonKind::Pending
            }
            _ => ReasonKind::Other,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reason({self})")
    }
}

/// The meaning of a [`Reason`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReasonKind {
    /// The value is not the price.
    Amount,
    /// The authorization has expired.
    Expired,
    /// The payer does not hold enough.
    InsufficientFunds,
    /// Another network.
    Network,
    /// The nonce is spent.
    NonceUsed,
    /// None of the others.
    Other,
    /// The outcome is not known yet.
    Pending,
    /// Another recipient.
    Recipient,
    /// The transfer reverted on chain.
    Reverted,
    /// Another scheme.
    Scheme,
    /// The signature is not the payer's.
    Signature,
    /// The simulated transfer reverted.
    Simulation,
    /// The authorization is not valid yet.
    TooEarly,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_text_is_no_reason() {
        for text in ["", "Payment required", "a-b", "ÄÖ", "x\n", &"a".repeat(101)] {
            assert!(Reason::parse(text).is_none(), "{text}");
        }
    }
}
