//! Failures that prove nothing.

use x402_core::{Reason, SettleResponse, reason::ReasonKind};

/// Turns a failure that is no proof into `settlement_pending`, which means unknown; leaves every other answer alone.
///
/// A refusal lets the client pay again, so that it must be sure that this payment has not moved money and will not:
///
/// - A spent nonce is none: somebody else may have put this very authorization on chain, which pays us all the same
///   (attack 2).
/// - A reason without a definite meaning is none if a transaction was made, or if the facilitator itself failed. One
///   that lost its connection to the chain after it sent the transaction answers like that.
pub(super) fn doubted(mut answer: SettleResponse, facilitator_failed: bool) -> SettleResponse {
    if answer.success {
        return answer;
    }
    let made = facilitator_failed || !answer.transaction.is_empty();
    let doubtful = match answer.error_reason.as_ref().map_or(ReasonKind::Other, Reason::kind) {
        ReasonKind::NonceUsed => true,
        ReasonKind::Other => made,
        _ => false,
    };
    if doubtful {
        answer.error_reason = Some(Reason::SETTLEMENT_PENDING);
    }
    answer
}

#[cfg(test)]
mod tests {
    use x402_core::{Network, Settlement};

    use super::*;

    fn judged(reason: Option<&str>, transaction: &str, facilitator_failed: bool) -> Settlement {
        let mut answer = SettleResponse::failed(Reason::VALUE, Network::BASE, None);
        answer.error_reason = reason.and_then(Reason::parse);
        answer.transaction = transaction.to_owned();
        Settlement::judge(&doubted(answer, facilitator_failed), &Network::BASE, [7; 20].into())
    }

    #[test]
    fn only_a_failure_that_proves_something_is_a_refusal() {
        let refused =
            |reason, transaction, failed| matches!(judged(reason, transaction, failed), Settlement::Refused(_));
        assert!(refused(Some("insufficient_funds"), "", true));
        assert!(refused(Some("invalid_transaction_state"), "0x12", true), "it was mined, and reverted");
        assert!(refused(Some("a_code_of_its_own"), "", false));
        assert!(!refused(Some("a_code_of_its_own"), "", true));
        assert!(!refused(Some("a_code_of_its_own"), "0x12", false));
        assert!(!refused(Some("unexpected_settle_error"), "", false), "said of any exception");
        assert!(!refused(None, "", false));
        assert!(!refused(Some("unexpected_settle_error"), "", true));
        assert!(!refused(Some("unexpected_settle_error"), "0x12", false));
        assert!(!refused(None, "", true));
        assert!(!refused(Some("invalid_exact_evm_nonce_already_used"), "", false));
        assert!(!refused(Some("settlement_pending"), "", false));
    }
}
