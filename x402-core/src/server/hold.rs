//! Holding a claim.

use super::Refusal;
use crate::claim::{ClaimKey, ClaimState, ClaimStore, Ticket};

/// Holds a claim, and lets it go when dropped.
pub(super) struct Hold<C: ClaimStore> {
    claims: C,
    ticket: Ticket,
    /// Cleared once there is nothing left to let go.
    holds: bool,
}

impl<C: ClaimStore> Hold<C> {
    pub(super) const fn new(claims: C, ticket: Ticket) -> Self {
        Self { claims, ticket, holds: true }
    }

    pub(super) const fn key(&self) -> &ClaimKey {
        self.ticket.key()
    }

    /// Nothing was asked that could move money.
    pub(super) async fn release(&mut self) {
        // A store that cannot release keeps the claim until it expires: an honest payer waits, nobody loses. The drop
        // then tries once more.
        self.holds = self.claims.release(&self.ticket).await.is_err();
    }

    /// The facilitator is about to be asked: from here on a drop leaves the claim unknown. Gives the claim up if the
    /// store cannot write that down, or cannot say that it did: nobody is asked then.
    pub(super) async fn settling(&mut self) -> Result<(), Refusal> {
        match self.claims.record(&self.ticket, ClaimState::Settling).await {
            Ok(()) => Ok(()),
            Err(error) => {
                self.release().await;
                Err(Refusal::unavailable(error))
            }
        }
    }

    /// Writes down how the settlement ended. If the store cannot, the claim stays settling, and is unknown when the
    /// hold is dropped: the facilitator will be asked again.
    pub(super) async fn ended(&mut self, state: ClaimState) {
        let ends = matches!(state, ClaimState::Rejected(_) | ClaimState::Delivered);
        if self.claims.record(&self.ticket, state).await.is_ok() && ends {
            self.holds = false;
        }
    }
}

impl<C: ClaimStore> Drop for Hold<C> {
    fn drop(&mut self) {
        if self.holds {
            self.claims.abandon(&self.ticket);
        }
    }
}
