//! The store.

use std::{future::Future, sync::Arc};

use alloy_primitives::B256;

use super::{ClaimKey, ClaimState};
use crate::{error::BoxError, settlement::Receipt, time::UnixSeconds};

/// Keeps claims. Each method is one atomic operation.
///
/// A false "free" (the store forgot a claim) lets a payment run the handler twice, and its second settlement fails on
/// the spent nonce: work for nothing, and content for nothing where the handler's effects count. A false "held" (the
/// store kept a claim that should be free) makes an honest payer wait until the authorization expires, and pay with a
/// new one. So a store in doubt answers an error, and the request is refused with 503.
///
/// An entry must be kept until [`NewClaim::keep_until`] and should be forgotten then.
#[diagnostic::on_unimplemented(note = "use `MemoryClaims`, or implement `ClaimStore` over your own database")]
pub trait ClaimStore: Send + Sync {
    /// Takes the payment, if nobody has it.
    ///
    /// A payment that settled and was never delivered can be taken again for the same resource; the answer then
    /// carries its receipt.
    fn claim(&self, claim: &NewClaim) -> impl Future<Output = Result<Claim, ClaimError>> + Send;

    /// Moves a claim on. Only the holder can: a ticket that lost its claim changes nothing.
    fn record(&self, ticket: &Ticket, state: ClaimState) -> impl Future<Output = Result<(), ClaimError>> + Send;

    /// Gives a claim up. One that is claimed or settling is forgotten, unless it settled earlier: then it is settled
    /// again. One that has ended stays as it ended.
    fn release(&self, ticket: &Ticket) -> impl Future<Output = Result<(), ClaimError>> + Send;

    /// What happens to a claim whose holder was dropped: `release` before the facilitator was asked to settle,
    /// [`ClaimState::Unknown`] after, unless its end was recorded: then it stays as it ended.
    ///
    /// It is called from `drop`, so that it must not block. A store with I/O does the work on a task of its own.
    fn abandon(&self, ticket: &Ticket, settling: bool);
}

/// A payment to be claimed.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "the arguments of `claim`, named")]
pub struct NewClaim {
    /// What is claimed.
    pub key: ClaimKey,
    /// A hash of what it pays for: a payment settled for one resource must not fetch another.
    pub resource: B256,
    /// How long the claim must be remembered.
    pub keep_until: UnixSeconds,
    /// The current time.
    pub now: UnixSeconds,
}

/// The answer to a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "complete by nature: taken, or held")]
pub enum Claim {
    /// Taken. The receipt is there if the payment settled earlier and was never delivered.
    Taken(Ticket, Option<Receipt>),
    /// Somebody has it, or had it.
    Held {
        /// What became of it.
        state: ClaimState,
        /// Whether it was claimed for the same resource.
        same_resource: bool,
    },
}

/// What the holder of a claim shows to move it on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    key: ClaimKey,
    id: u64,
}

impl Ticket {
    /// A ticket; `id` differs between two claims of one key.
    #[must_use]
    pub const fn new(key: ClaimKey, id: u64) -> Self {
        Self { key, id }
    }

    /// What is claimed.
    #[must_use]
    pub const fn key(&self) -> &ClaimKey {
        &self.key
    }

    /// Which claim of the key this is.
    #[must_use]
    pub const fn id(&self) -> u64 {
        self.id
    }
}

/// The store cannot answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimError {
    /// It holds as many claims as it may.
    #[error("the claim store is full: {capacity} claims")]
    Full {
        /// How many it may hold.
        capacity: usize,
    },
    /// It cannot be reached.
    #[error("the claim store cannot be reached")]
    Unavailable(#[source] BoxError),
}

macro_rules! forward {
    ($($pointer:ty),*) => {$(
        impl<C: ClaimStore + ?Sized> ClaimStore for $pointer {
            async fn claim(&self, claim: &NewClaim) -> Result<Claim, ClaimError> {
                (**self).claim(claim).await
            }

            async fn record(&self, ticket: &Ticket, state: ClaimState) -> Result<(), ClaimError> {
                (**self).record(ticket, state).await
            }

            async fn release(&self, ticket: &Ticket) -> Result<(), ClaimError> {
                (**self).release(ticket).await
            }

            fn abandon(&self, ticket: &Ticket, settling: bool) {
                (**self).abandon(ticket, settling);
            }
        }
    )*};
}

forward!(&C, Arc<C>, Box<C>);
