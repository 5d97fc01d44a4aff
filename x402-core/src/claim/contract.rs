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
///
/// | state | holder | `claim`, same resource | `claim`, another | `release` and `abandon` by the holder |
/// |---|---|---|---|---|
/// | none | | [`Taken::Fresh`], if the claim [may start](NewClaim::starts) | the same | |
/// | `Claimed` | yes | held | held | forgotten |
/// | `Settling` | yes | held | held | `release`: forgotten; `abandon`: `Unknown`, free |
/// | `Settled` | yes | held | held | free |
/// | `Settled` | no | [`Taken::Settled`] | held | |
/// | `Unknown` | yes | held | held | free |
/// | `Unknown` | no | [`Taken::Unknown`] | held | |
/// | `Delivered`, `Rejected` | no | held | held | |
#[diagnostic::on_unimplemented(note = "use `MemoryClaims`, or implement `ClaimStore` over your own database")]
pub trait ClaimStore: Send + Sync {
    /// Takes the payment, if nobody has it.
    fn claim(&self, claim: &NewClaim) -> impl Future<Output = Result<Claim, ClaimError>> + Send;

    /// Moves a claim on. Only the holder can: a ticket that lost its claim changes nothing, and is told so with
    /// [`ClaimError::Lost`]. `Delivered` and `Rejected` are ends, and leave the claim without a holder.
    fn record(&self, ticket: &Ticket, state: ClaimState) -> impl Future<Output = Result<(), ClaimError>> + Send;

    /// Lets a claim go, when it is certain that nothing was asked that could move money: see the table.
    fn release(&self, ticket: &Ticket) -> impl Future<Output = Result<(), ClaimError>> + Send;

    /// Lets a claim go whose holder was dropped: as [`release`](Self::release), but a claim that is settling becomes
    /// unknown, since money may have moved.
    ///
    /// It is called from `drop`, so that it must not block. A store with I/O does the work on a task of its own.
    fn abandon(&self, ticket: &Ticket);
}

/// A payment to be claimed.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "the arguments of `claim`, named")]
pub struct NewClaim {
    /// What is claimed.
    pub key: ClaimKey,
    /// A hash of what it pays for, and of what was signed for it: a payment settled for one resource must not fetch
    /// another, nor one authorization what was paid with another of the same nonce.
    pub resource: B256,
    /// Whether a claim may begin. Not for a payment that has expired: it is only looked for.
    pub starts: bool,
    /// How long the claim must be remembered.
    pub keep_until: UnixSeconds,
    /// The current time.
    pub now: UnixSeconds,
}

/// The answer to a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "complete by nature: taken, held, or not there")]
pub enum Claim {
    /// Nobody has it, and it [may not start](NewClaim::starts).
    Absent,
    /// Somebody has it, or it has ended.
    Held {
        /// What became of it.
        state: ClaimState,
        /// Whether it was claimed with the same [`resource`](NewClaim::resource).
        same_resource: bool,
    },
    /// Taken.
    Taken(Ticket, Taken),
}

/// What a claim was when it was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the states without a holder that can be taken")]
pub enum Taken {
    /// New: nothing has happened.
    Fresh,
    /// The money moved earlier, and nobody got the content.
    Settled(Receipt),
    /// The money may have moved earlier, and nobody is asking. The transaction, if one was named.
    Unknown(Option<B256>),
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

/// The store cannot answer, or cannot do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimError {
    /// It holds as many claims as it may.
    #[error("the claim store is full: {capacity} claims")]
    Full {
        /// How many it may hold.
        capacity: usize,
    },
    /// The ticket no longer holds its claim: it was let go, or, in a store with leases, its lease lapsed.
    #[error("the claim is no longer held")]
    Lost,
    /// It cannot be reached.
    #[error("the claim store cannot be reached")]
    Unavailable(#[source] BoxError),
}

// Not `async fn`s, whose futures would keep the arguments beside those of the futures that they await.
macro_rules! forward {
    ($($pointer:ty),*) => {$(
        impl<C: ClaimStore + ?Sized> ClaimStore for $pointer {
            fn claim(&self, claim: &NewClaim) -> impl Future<Output = Result<Claim, ClaimError>> + Send {
                (**self).claim(claim)
            }

            fn record(
                &self,
                ticket: &Ticket,
                state: ClaimState,
            ) -> impl Future<Output = Result<(), ClaimError>> + Send {
                (**self).record(ticket, state)
            }

            fn release(&self, ticket: &Ticket) -> impl Future<Output = Result<(), ClaimError>> + Send {
                (**self).release(ticket)
            }

            fn abandon(&self, ticket: &Ticket) {
                (**self).abandon(ticket);
            }
        }
    )*};
}

forward!(&C, Arc<C>, Box<C>);
