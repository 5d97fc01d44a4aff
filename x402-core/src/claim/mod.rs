//! Claims: who is working on a payment, and what became of it.
//!
//! A signed authorization is a bearer instrument. Twenty copies of it sent at once all verify, since none is settled
//! yet; so before anything else happens the server *claims* the payment, atomically, and every other copy sees that.
//! The key is what the token itself spends, (network, asset, payer, nonce): not the header's bytes, which can be
//! spelled in many ways.
//!
//! ```text
//!  (nothing) ─► Claimed ─► Settling ─┬─► Settled ─► Delivered
//!      ▲           │                 ├─► Rejected
//!      └─ release ─┘                 └─► Unknown ─► (asked again) ─► Settled, Rejected or Unknown
//! ```
//!
//! Beside its state a claim has, or has not, a *holder*: the request that works on it, shown by its [`Ticket`]. Only
//! the holder moves the claim on. A settled claim without a holder is content that was paid for and never handed over;
//! an unknown one is a settlement that nobody is asking about. Both can be taken again, with the same authorization and
//! for the same resource.
//!
//! [`MemoryClaims`] serves one process. `RedisClaims` of x402-tower, or a [`ClaimStore`] of your own, serves many.

mod contract;
mod memory;
mod state;

pub use self::{
    contract::{Claim, ClaimError, ClaimStore, NewClaim, Taken, Ticket},
    memory::MemoryClaims,
    state::{ClaimKey, ClaimState},
};
