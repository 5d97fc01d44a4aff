//! What was chosen when the sandbox was started.

use std::time::Duration;

use alloy_primitives::U256;

use super::dialect::Dialect;

/// What a block takes by default: Base Sepolia's 2 seconds.
pub(super) const BLOCK_TIME: Duration = Duration::from_secs(2);

/// The parts of the builder's choice that matter later.
#[derive(Clone, Copy)]
pub(super) struct Settings {
    /// `None` leaves mining to the caller.
    pub(super) block_time: Option<Duration>,
    pub(super) dialect: Dialect,
    /// What a new wallet holds, in wei.
    pub(super) wallet_funds: U256,
    /// How many whole tokens of each kind a new buyer holds.
    pub(super) buyer_funds: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            block_time: Some(BLOCK_TIME),
            dialect: Dialect::default(),
            // 1 ETH.
            wallet_funds: U256::from(1_000_000_000_000_000_000_u64),
            buyer_funds: 1000,
        }
    }
}
