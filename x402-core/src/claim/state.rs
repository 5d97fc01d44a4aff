//! The states of a claim.

use alloy_primitives::{Address, B256};

use crate::{reason::Reason, settlement::Receipt};

/// What identifies a payment: what the token contract marks as spent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "the token's own key, on its chain")]
pub struct ClaimKey {
    /// The chain.
    pub chain_id: u64,
    /// The token contract.
    pub asset: Address,
    /// The payer.
    pub from: Address,
    /// The authorization's nonce.
    pub nonce: B256,
}

/// What became of a payment so far.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the life of a claim; a new state would change every store")]
pub enum ClaimState {
    /// Somebody works on it and nothing has been asked of the facilitator that could move money.
    Claimed,
    /// The facilitator is being asked to settle.
    Settling,
    /// The money moved; nobody has got the content.
    Settled(Receipt),
    /// The money moved and the content was handed over.
    Delivered,
    /// The facilitator refused to settle: the money did not move.
    Rejected(Reason),
    /// The money may have moved. The transaction, if one was named.
    Unknown(Option<B256>),
}
