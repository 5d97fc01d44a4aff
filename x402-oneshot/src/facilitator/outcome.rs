//! What the end of a transaction means for the payment.

use alloy_primitives::Address;
use x402_core::{FacilitatorRequest, Reason, SettleResponse, exact::Authorization};

use super::{
    evidence::contradicts,
    failure::{is_revert, reason},
};
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
        // The nonce was spent before, or it is not the transaction that was meant.
        (TransactionStatus::Completed, Some(_)) if contradicts(&end.logs, signed) => pending(request, payer),
        (TransactionStatus::Completed, Some(hash)) => SettleResponse::settled(hash, network, payer),
        (TransactionStatus::Failed, hash) => {
            let text = end.failure_reason.as_deref();
            let reason = reason(text, Reason::INVALID_TRANSACTION_STATE);
            // One that was sent and given up, over a lost connection say, can be mined all the same.
            let has_ended = hash.is_none() || end.gas_used.is_some() || is_revert(text);
            // Somebody else may have put this very authorization on chain, which pays us all the same (attack 2): that
            // the nonce is spent is no proof that we were not paid.
            match has_ended && reason != Reason::NONCE_USED {
                true => SettleResponse::failed(reason, network, Some(payer)),
                false => pending(request, payer),
            }
        }
        // Under way, or completed and nothing to show for it.
        _ => pending(request, payer),
    }
}
