//! What the end of a transaction means for the payment.

use alloy_primitives::Address;
use x402_core::{FacilitatorRequest, Reason, SettleResponse, exact::Authorization};

use super::{evidence::contradicts, failure::reason};
use crate::api::{Report, TransactionStatus};

/// Nobody knows yet.
pub(super) fn pending(request: &FacilitatorRequest, payer: Address) -> SettleResponse {
    SettleResponse::failed(Reason::SETTLEMENT_PENDING, request.requirements().network.clone(), Some(payer))
}

/// What a transaction means for the payment. One that is not final is pending.
pub(super) fn outcome(end: &Report, request: &FacilitatorRequest, signed: &Authorization) -> SettleResponse {
    let payer = signed.from;
    let network = request.requirements().network.clone();
    match (&end.status, end.transaction_hash) {
        // As with a nonce found spent below.
        (TransactionStatus::Completed, Some(_)) if contradicts(&end.logs, signed) => pending(request, payer),
        (TransactionStatus::Completed, Some(hash)) => SettleResponse::settled(hash, network, payer),
        (TransactionStatus::Failed, _) => {
            match reason(end.failure_reason.as_deref(), Reason::INVALID_TRANSACTION_STATE) {
                // Somebody else may have put this very authorization on chain, which pays us all the same (attack 2):
                // that the nonce is spent is no proof that we were not paid.
                used if used == Reason::NONCE_USED => pending(request, payer),
                reason => SettleResponse::failed(reason, network, Some(payer)),
            }
        }
        // Under way, or completed and nothing to show for it.
        _ => pending(request, payer),
    }
}
