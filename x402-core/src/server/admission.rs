//! A payment that was admitted, until its content is handed over.

use std::fmt;

use alloy_primitives::Address;

use super::{Paid, Pending, Refusal, case::Case, hold::Hold};
use crate::{
    amount::Amount,
    claim::{ClaimKey, ClaimState, ClaimStore},
    facilitator::{Facilitator, FacilitatorError},
    network::Network,
    reason::Reason,
    settlement::{Receipt, SettleResponse, Settlement},
    time::UnixSeconds,
    version::X402Version,
};

/// Who pays for a request, and what: for the handler.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Payment {
    /// Who pays. The signature is theirs, which of a [contract wallet](super::Gate::contract_wallets) is known once it is
    /// verified; nothing else about them is known.
    pub payer: Address,
    /// How much, in atomic units.
    pub amount: Amount,
    /// The token contract.
    pub asset: Address,
    /// The network.
    pub network: Network,
    /// The protocol version that the client speaks.
    pub version: X402Version,
    /// The receipt, if the money has moved already: because settling comes first, or with an earlier attempt that
    /// never got its content.
    pub receipt: Option<Receipt>,
}

/// A payment that was checked, claimed and verified: proof that the work may begin.
///
/// Only [`Gate::admit`](super::Gate::admit) makes one. Dropping it releases the payment: nobody is charged.
#[must_use = "dropping an admission releases the payment"]
pub struct Admission<F, C: ClaimStore>(pub(super) Box<Case<F, C>>);

impl<F: Facilitator, C: ClaimStore> Admission<F, C> {
    /// Who pays, and what.
    #[must_use]
    pub const fn payment(&self) -> &Payment {
        &self.0.payment
    }

    /// What identifies the payment.
    #[must_use]
    pub const fn key(&self) -> &ClaimKey {
        self.0.hold.key()
    }

    /// From when on the payment cannot settle any more.
    #[must_use]
    pub const fn expires(&self) -> UnixSeconds {
        self.0.expires
    }

    /// Gives the payment up: the work failed, nobody is charged, and the same payment may be presented again.
    pub async fn release(mut self) {
        self.0.hold.release().await;
    }

    /// The content is handed over before the money has moved: whatever comes of the settlement, the payment is used up.
    ///
    /// Without it a settlement that was never sent releases the payment. It could then fetch the content again and
    /// again, for as long as the facilitator turns settlements away.
    pub fn handed_over(mut self) -> Self {
        self.0.handed_over = true;
        self
    }

    /// Settles the payment.
    ///
    /// The facilitator is asked once. From the moment it is asked the claim cannot be taken by anyone, and if this
    /// future is dropped then, the claim becomes [unknown](ClaimState::Unknown): money may have moved.
    ///
    /// A payment that settled earlier and never got its content is not settled again.
    ///
    /// # Errors
    ///
    /// [`SettlementRefused`](super::RefusalKind::SettlementRefused) if the money did not move,
    /// [`SettlementUnknown`](super::RefusalKind::SettlementUnknown), with a [`Pending`] to ask on with, if it may have,
    /// [`Unavailable`](super::RefusalKind::Unavailable) if nothing was sent.
    pub async fn settle(self) -> Result<Settled<C>, Unsettled<F, C>> {
        let Self(mut case) = self;
        if let Some(receipt) = case.payment.receipt.clone() {
            return Ok(Settled::new(case.hold, receipt, case.payment.version));
        }
        case.hold.settling().await?;
        let answer = case.facilitator.settle(&case.request).await;
        // Boxed: thousands may wait for their answers, and what comes then is over at once.
        Box::pin(Self(case).conclude(answer)).await
    }

    /// Writes down what the facilitator said.
    async fn conclude(self, answer: Result<SettleResponse, FacilitatorError>) -> Result<Settled<C>, Unsettled<F, C>> {
        let Self(mut case) = self;
        let version = case.payment.version;
        let (outcome, cause) = match answer {
            Ok(answer) => (Settlement::judge(&answer, &case.payment.network, case.payment.payer), None),
            Err(error) if error.may_have_settled() => (Settlement::Unknown(None), Some(error)),
            Err(error) => {
                match case.handed_over {
                    true => case.hold.ended(ClaimState::Rejected(Reason::UNEXPECTED_SETTLE_ERROR)).await,
                    false => case.hold.release().await,
                }
                return Err(Refusal::unavailable(error).into());
            }
        };
        match outcome {
            Settlement::Settled(receipt) => {
                case.hold.ended(ClaimState::Settled(receipt.clone())).await;
                case.hooks.after_settle(&case.payment, &receipt).await;
                Ok(Settled::new(case.hold, receipt, version))
            }
            Settlement::Refused(reason) => {
                case.hold.ended(ClaimState::Rejected(reason.clone())).await;
                Err(Refusal::settlement_refused(reason, &case.payment).into())
            }
            Settlement::Unknown(transaction) => {
                case.hold.ended(ClaimState::Unknown(transaction)).await;
                case.hooks.on_unknown(&case.payment, transaction).await;
                let refusal = Refusal::pending(&case.payment, transaction);
                let refusal = match cause {
                    Some(cause) => refusal.because(cause),
                    None => refusal,
                };
                Err(Unsettled { refusal, pending: Some(Box::new(Pending { case, transaction })) })
            }
        }
    }
}

/// A payment that was not settled, or is not known to be.
pub struct Unsettled<F, C: ClaimStore> {
    refusal: Refusal,
    pending: Option<Box<Pending<F, C>>>,
}

impl<F, C: ClaimStore> Unsettled<F, C> {
    /// What to answer.
    #[must_use]
    pub const fn refusal(&self) -> &Refusal {
        &self.refusal
    }

    /// What to answer, and, if the outcome is unknown, what to ask on with. Dropping that lets the claim go, so that
    /// whoever presents the payment next asks.
    #[must_use]
    pub fn into_parts(self) -> (Refusal, Option<Box<Pending<F, C>>>) {
        (self.refusal, self.pending)
    }
}

impl<F, C: ClaimStore> From<Refusal> for Unsettled<F, C> {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, pending: None }
    }
}

/// A payment whose money has moved and whose content has not been handed over.
///
/// Dropping it leaves the claim [settled](ClaimState::Settled): whoever presents the payment again, for the same
/// resource, gets the content without paying again.
#[must_use = "the money has moved: hand the content over"]
pub struct Settled<C: ClaimStore> {
    hold: Hold<C>,
    paid: Paid,
}

impl<C: ClaimStore> Settled<C> {
    pub(super) const fn new(hold: Hold<C>, receipt: Receipt, version: X402Version) -> Self {
        Self { hold, paid: Paid { receipt, version } }
    }

    /// The receipt.
    #[must_use]
    pub const fn receipt(&self) -> &Receipt {
        &self.paid.receipt
    }

    /// The receipt, as it is written to the response.
    #[must_use]
    pub const fn paid(&self) -> &Paid {
        &self.paid
    }

    /// The content is being handed over: the payment is used up.
    ///
    /// If the store cannot record it the content is handed over all the same: the payer has paid.
    pub async fn deliver(mut self) -> Paid {
        self.hold.ended(ClaimState::Delivered).await;
        self.paid.clone()
    }
}

impl<F, C: ClaimStore> fmt::Debug for Admission<F, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admission").field("payment", &self.0.payment).finish_non_exhaustive()
    }
}

impl<F, C: ClaimStore> fmt::Debug for Unsettled<F, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unsettled").field("refusal", &self.refusal).field("pending", &self.pending).finish()
    }
}

impl<C: ClaimStore> fmt::Debug for Settled<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settled").field("paid", &self.paid).finish_non_exhaustive()
    }
}
