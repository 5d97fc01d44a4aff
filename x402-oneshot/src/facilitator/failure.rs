//! Failures, in the protocol's words.

use x402_core::{
    Reason,
    facilitator::{FacilitatorError, FacilitatorErrorKind, Reach},
};

use crate::{Error, ErrorKind};

/// The code for a revert's text. Tokens spell their reverts in two ways, with words or as custom errors.
pub(crate) fn reason(text: Option<&str>, otherwise: Reason) -> Reason {
    let text = text.unwrap_or_default().to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(&["not yet valid", "notyetvalid"]) {
        Reason::VALID_AFTER
    } else if says(&["expired", "invalidauthorizationtime"]) && !says(&["nonce"]) {
        Reason::VALID_BEFORE
    } else if says(&["used or canceled", "usedorcanceled", "alreadyused", "already used", "usedauthorization"]) {
        Reason::NONCE_USED
    } else if says(&["exceeds balance", "insufficientbalance", "insufficient balance"]) {
        Reason::INSUFFICIENT_FUNDS
    } else if says(&["invalid signature", "invalidsignature", "signermismatch", "invalid signer"]) {
        Reason::INVALID_SIGNATURE
    } else {
        otherwise
    }
}

/// Whether a failure's text is a revert's, which only a transaction that was mined has.
pub(super) fn is_revert(text: Option<&str>) -> bool {
    let is_known = reason(text, Reason::INVALID_TRANSACTION_STATE) != Reason::INVALID_TRANSACTION_STATE;
    let text = text.unwrap_or_default().to_ascii_lowercase();
    is_known || text.contains("revert") || text.contains("call_exception")
}

/// What the failure of a call means for a payment.
pub(super) fn no_answer(error: Error) -> FacilitatorError {
    let kind = match error.kind() {
        ErrorKind::Decode => FacilitatorErrorKind::BadAnswer,
        ErrorKind::Timeout | ErrorKind::UnknownOutcome => FacilitatorErrorKind::Timeout,
        ErrorKind::Status if error.is_not_found() || error.is_unauthenticated() => FacilitatorErrorKind::Configuration,
        _ => FacilitatorErrorKind::Unavailable,
    };
    // A refusal is proof that nothing was done.
    let reach = if error.may_have_acted() { error.reach() } else { Reach::NotSent };
    FacilitatorError::new(kind, reach).with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_each_revert_have_the_protocols_code() {
        for (text, code) in [
            ("FiatTokenV2: authorization is not yet valid", Reason::VALID_AFTER),
            ("AuthorizationNotYetValid()", Reason::VALID_AFTER),
            ("FiatTokenV2: authorization is expired", Reason::VALID_BEFORE),
            ("AuthorizationExpired()", Reason::VALID_BEFORE),
            // One error for both ends of the window; the early end was checked before anyone was asked.
            ("ERC3009InvalidAuthorizationTime(0, 1)", Reason::VALID_BEFORE),
            ("FiatTokenV2: authorization is used or canceled", Reason::NONCE_USED),
            ("AuthorizationUsedOrCanceled(0x1, 0x2)", Reason::NONCE_USED),
            ("ERC3009UsedAuthorization(0x1, 0x2)", Reason::NONCE_USED),
            ("ERC20: transfer amount exceeds balance", Reason::INSUFFICIENT_FUNDS),
            ("ERC20InsufficientBalance(0x1, 0, 5)", Reason::INSUFFICIENT_FUNDS),
            ("FiatTokenV2: invalid signature", Reason::INVALID_SIGNATURE),
            ("InvalidSignature()", Reason::INVALID_SIGNATURE),
            ("out of gas", Reason::SIMULATION_FAILED),
            // Of the wallet's own account: another transaction took this one's place, the same sent again perhaps.
            ("nonce has already been used (code=NONCE_EXPIRED)", Reason::SIMULATION_FAILED),
        ] {
            assert_eq!(reason(Some(text), Reason::SIMULATION_FAILED), code, "{text}");
        }
        assert_eq!(reason(None, Reason::INVALID_TRANSACTION_STATE), Reason::INVALID_TRANSACTION_STATE);
    }

    #[test]
    fn a_revert_is_told_from_a_transaction_that_was_given_up() {
        for text in ["Transaction reverted", "CALL_EXCEPTION", "ERC20: transfer amount exceeds balance"] {
            assert!(is_revert(Some(text)), "{text}");
        }
        for text in ["", "connect ECONNREFUSED 10.0.0.7", "NONCE_EXPIRED", "replacement fee too low"] {
            assert!(!is_revert(Some(text)), "{text}");
        }
        assert!(!is_revert(None));
    }
}
