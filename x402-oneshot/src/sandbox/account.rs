//! The one account at the sandbox's 1Shot.

use alloy_primitives::Address;
use uuid::Uuid;

/// A business, its credentials and its wallet.
pub(super) struct Account {
    pub(super) business_id: Uuid,
    /// The only credentials that the sandbox accepts.
    pub(super) credentials: Credentials,
    pub(super) wallet: Wallet,
}

pub(super) struct Credentials {
    pub(super) id: Uuid,
    pub(super) key: String,
    pub(super) secret: String,
}

/// The server wallet: it relays the transfers and pays for the gas.
pub(super) struct Wallet {
    pub(super) id: Uuid,
    pub(super) address: Address,
    pub(super) created: u64,
}
