//! A payment that was admitted, until its content is handed over.

use alloy_primitives::Address;

use super::{Paid, Refusal};
use crate::{
    amount::Amount,
    claim::{ClaimState, ClaimStore, Ticket},
    facilitator::{Facilitator, FacilitatorRequest},
    network::Network,
    settlement::{Receipt, Settlement},
    version::X402Version,
};

/// Who pays for a request, and what: for the handler.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Payment {
    /// Who pays. The signature is theirs; nothing else about them is known.
    pub payer: Address,
    /// How much, in atomic units.
    pub amount: Amount,
    /// The token contract.
    pub asset: Address,
    /// The network.
    pub network: Network,
    /// The protocol version that the client speaks.
    pub version: X402Version,
    /// The receipt, if the money has moved already: with an earlier attempt that never got its content.
    pub receipt: Option<Receipt>,
}

/// Holds a claim, and gives it up when dropped.
#[derive(Debug)]
pub(super) struct Hold<C: ClaimStore> {
    claims: C,
    /// Gone once the claim's fate is recorded.
    ticket: Option<Ticket>,
    settling: bool,
}

impl<C: ClaimStore> Hold<C> {
    pub(super) const fn new(claims: C, ticket: Ticket) -> Self {
        Self { claims, ticket: Some(ticket), settling: false }
    }

    /// Nothing happened: the payment may be presented again.
    pub(super) async fn release(mut self) {
        if let Some(ticket) = &self.ticket {
            // A store that cannot release keeps the claim until it expires: an honest payer waits, nobody loses.
            if self.claims.release(ticket).await.is_ok() {
                self.ticket = None;
            }
        }
    }

    async fn settling(&mut self) -> Result<(), Refusal> {
        if let Some(ticket) = &self.ticket {
            self.claims.record(ticket, ClaimState::Settling).await.map_err(Refusal::unavailable)?;
        }
        self.settling = true;
        Ok(())
    }

    /// Records how the settlement ended. If the store cannot, the claim stays `Settling`, which nobody can take.
    async fn ended(&mut self, state: ClaimState) {
        if let Some(ticket) = &self.ticket {
            if self.claims.record(ticket, state).await.is_ok() {
                self.settling = false;
            }
        }
    }
}

impl<C: ClaimStore> Drop for Hold<C> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            self.claims.abandon(&ticket, self.settling);
        }
    }
}

/// A payment that was checked, claimed and verified: proof that the work may begin.
///
/// Only [`Gate::admit`](super::Gate::admit) makes one. Dropping it releases the payment: nobody is charged.
#[derive(Debug)]
#[must_use = "dropping an admission releases the payment"]
pub struct Admission<F, C: ClaimStore> {
    pub(super) facilitator: F,
    pub(super) hold: Hold<C>,
    pub(super) request: FacilitatorRequest,
    pub(super) payment: Payment,
}

impl<F: Facilitator, C: ClaimStore> Admission<F, C> {
    /// Who pays, and what.
    #[must_use]
    pub const fn payment(&self) -> &Payment {
        &self.payment
    }

    /// Gives the payment up: the work failed, nobody is charged, and the same payment may be presented again.
    pub async fn release(self) {
        self.hold.release().await;
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
    /// [`SettlementUnknown`](super::RefusalKind::SettlementUnknown) if it may have,
    /// [`Unavailable`](super::RefusalKind::Unavailable) if nothing was sent.
    pub async fn settle(self) -> Result<Settled<C>, Refusal> {
        let Self { facilitator, mut hold, request, payment } = self;
        let version = payment.version;
        if let Some(receipt) = payment.receipt.clone() {
            return Ok(Settled { hold, paid: Paid { receipt, version } });
        }
        hold.settling().await?;
        let outcome = match facilitator.settle(&request).await {
            Ok(answer) => Settlement::judge(&answer, &payment.network, payment.payer),
            Err(error) if error.may_have_settled() => {
                hold.ended(ClaimState::Unknown(None)).await;
                return Err(Refusal::pending(&payment, None).because(error));
            }
            Err(error) => {
                hold.settling = false;
                hold.release().await;
                return Err(Refusal::unavailable(error));
            }
        };
        match outcome {
            Settlement::Settled(receipt) => {
                hold.ended(ClaimState::Settled(receipt.clone())).await;
                Ok(Settled { hold, paid: Paid { receipt, version } })
            }
            Settlement::Refused(reason) => {
                hold.ended(ClaimState::Rejected(reason.clone())).await;
                Err(Refusal::settlement_refused(reason, &payment))
            }
            Settlement::Unknown(transaction) => {
                hold.ended(ClaimState::Unknown(transaction)).await;
                Err(Refusal::pending(&payment, transaction))
            }
        }
    }
}

/// A payment whose money has moved and whose content has not been handed over.
///
/// Dropping it leaves the claim [settled](ClaimState::Settled): whoever presents the payment again, for the same
/// resource, gets the content without paying again.
#[derive(Debug)]
#[must_use = "the money has moved: hand the content over"]
pub struct Settled<C: ClaimStore> {
    hold: Hold<C>,
    paid: Paid,
}

impl<C: ClaimStore> Settled<C> {
    /// The receipt.
    #[must_use]
    pub const fn receipt(&self) -> &Receipt {
        &self.paid.receipt
    }

    /// The content is being handed over: the payment is used up.
    ///
    /// If the store cannot record it the content is handed over all the same: the payer has paid.
    pub async fn deliver(mut self) -> Paid {
        if let Some(ticket) = &self.hold.ticket {
            if self.hold.claims.record(ticket, ClaimState::Delivered).await.is_ok() {
                self.hold.ticket = None;
            }
        }
        self.paid.clone()
    }
}
