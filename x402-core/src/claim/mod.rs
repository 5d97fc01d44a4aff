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
//!      └─ release ─┘                 └─► Unknown
//! ```
//!
//! [`MemoryClaims`] serves one process. A [`ClaimStore`] of your own can serve many.

mod contract;
mod memory;
mod state;

pub use self::{
    contract::{Claim, ClaimError, ClaimStore, NewClaim, Ticket},
    memory::MemoryClaims,
    state::{ClaimKey, ClaimState},
};
