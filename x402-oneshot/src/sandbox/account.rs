//! The one account at the sandbox's 1Shot.

use uuid::Uuid;

use super::dialect::Dialect;

/// A business and its credentials.
pub(super) struct Account {
    pub(super) business_id: Uuid,
    /// The only credentials that the sandbox accepts.
    pub(super) credentials: Credentials,
    /// The wallet on Base Sepolia that is there from the start.
    pub(super) wallet_id: Uuid,
    pub(super) created: u64,
    /// How it is spoken to.
    pub(super) dialect: Dialect,
}

pub(super) struct Credentials {
    pub(super) id: Uuid,
    pub(super) key: String,
    pub(super) secret: String,
}
