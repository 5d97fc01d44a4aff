//! What a sandbox is made from.

use alloy_primitives::Address;
use x402_core::Asset;

use super::entropy::Entropy;
use super::settings::Settings;
use super::webhooks::Switches;

/// What there is to be, besides what always is: the same plan makes the same world.
pub(super) struct Plan {
    pub(super) settings: Settings,
    pub(super) chains: Vec<u64>,
    pub(super) tokens: Vec<Asset>,
    /// Who holds the tokens.
    pub(super) buyer: Address,
    /// The time of the first blocks.
    pub(super) now: u64,
    /// Where the first ids, keys and credentials come from.
    pub(super) entropy: Entropy,
    /// How webhooks are made and delivered.
    pub(super) switches: Switches,
}
