//! A settlement whose outcome is not known.

use std::fmt;

use alloy_primitives::B256;

use super::{Payment, Refusal, Settled, case::Case};
use crate::{
    claim::{ClaimKey, ClaimState, ClaimStore},
    facilitator::{Facilitator, FacilitatorRequest},
    settlement::Settlement,
    time::UnixSeconds,
};

/// A settlement whose outcome is not known, to be asked about until it is.
///
/// It holds the claim: meanwhile whoever presents the payment is told to wait. Dropping it lets the claim go as unknown,
/// and the next to present the payment asks.
#[must_use = "dropping it stops asking"]
pub struct Pending<F, C: ClaimStore> {
    pub(super) case: Box<Case<F, C>>,
    pub(super) transaction: Option<B256>,
}

/// Asks once what became of a settlement. No answer is no news, and a transaction that was named once is not forgotten.
pub(super) async fn reconcile(
    facilitator: &impl Facilitator,
    request: &FacilitatorRequest,
    payment: &Payment,
    transaction: Option<B256>,
) -> Settlement {
    let outcome = match facilitator.reconcile(request, transaction).await {
        Ok(answer) => Settlement::judge(&answer, &payment.network, payment.payer),
        Err(_) => Settlement::Unknown(None),
    };
    match outcome {
        Settlement::Unknown(named) => Settlement::Unknown(named.or(transaction)),
        known => known,
    }
}

/// What asking about a settlement came to.
#[expect(clippy::exhaustive_enums, reason = "complete by nature: yes, no, and still not known")]
pub enum Asked<F, C: ClaimStore> {
    /// The money had moved.
    Settled(Settled<C>),
    /// It had not, and will not.
    Refused(Refusal),
    /// Still not known.
    Pending(Box<Pending<F, C>>),
}

impl<F: Facilitator, C: ClaimStore> Pending<F, C> {
    /// Asks the facilitator once what became of the settlement, and writes the answer down.
    pub async fn ask(mut self: Box<Self>) -> Asked<F, C> {
        let case = &mut self.case;
        let outcome = reconcile(&case.facilitator, &case.request, &case.payment, self.transaction).await;
        match outcome {
            Settlement::Settled(receipt) => {
                case.hold.ended(ClaimState::Settled(receipt.clone())).await;
                case.hooks.after_settle(&case.payment, &receipt).await;
                let version = case.payment.version;
                Asked::Settled(Settled::new(self.case.hold, receipt, version))
            }
            Settlement::Refused(reason) => {
                case.hold.ended(ClaimState::Rejected(reason.clone())).await;
                Asked::Refused(Refusal::settlement_refused(reason, &case.payment))
            }
            Settlement::Unknown(transaction) => {
                if transaction != self.transaction {
                    self.transaction = transaction;
                    case.hold.ended(ClaimState::Unknown(transaction)).await;
                }
                Asked::Pending(self)
            }
        }
    }
}

impl<F, C: ClaimStore> Pending<F, C> {
    /// Who pays, and what.
    #[must_use]
    pub const fn payment(&self) -> &Payment {
        &self.case.payment
    }

    /// What identifies the payment.
    #[must_use]
    pub const fn key(&self) -> &ClaimKey {
        self.case.hold.key()
    }

    /// The transaction, if one was named.
    #[must_use]
    pub const fn transaction(&self) -> Option<B256> {
        self.transaction
    }

    /// From when on the transfer cannot happen any more. Whether it happened before can still be asked.
    #[must_use]
    pub const fn expires(&self) -> UnixSeconds {
        self.case.expires
    }
}

impl<F, C: ClaimStore> fmt::Debug for Pending<F, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").field("payment", &self.case.payment).finish_non_exhaustive()
    }
}

impl<F, C: ClaimStore> fmt::Debug for Asked<F, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settled(settled) => f.debug_tuple("Settled").field(settled).finish(),
            Self::Refused(refusal) => f.debug_tuple("Refused").field(refusal).finish(),
            Self::Pending(pending) => f.debug_tuple("Pending").field(pending).finish(),
        }
    }
}
