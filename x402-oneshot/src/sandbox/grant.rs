//! A delegation that is on file: leave for a wallet to act for another account.

use alloy_primitives::Address;
use serde_json::{Value, json};
use uuid::Uuid;

use super::account::Account;

/// A delegation as it is kept: what was signed, and what the caller said it is for.
pub(super) struct Grant {
    pub(super) id: Uuid,
    /// The delegate.
    pub(super) wallet_id: Uuid,
    pub(super) delegator: Address,
    pub(super) start: Option<u64>,
    pub(super) end: Option<u64>,
    pub(super) contracts: Vec<Address>,
    pub(super) methods: Vec<String>,
    /// What the delegator signed, as it came.
    pub(super) data: String,
    pub(super) created: u64,
}

impl Grant {
    /// Whether it was put on file for this function of this contract at this time. What it really allows, the chain says.
    pub(super) fn allows(&self, function: &str, contract: Address, now: u64) -> bool {
        self.start.is_none_or(|start| start <= now)
            && self.end.is_none_or(|end| now < end)
            && (self.contracts.is_empty() || self.contracts.contains(&contract))
            && (self.methods.is_empty() || self.methods.iter().any(|name| name == function))
    }

    /// The API's `Delegation`.
    pub(super) fn to_json(&self, account: &Account) -> Value {
        json!({
            "id": self.id,
            "businessId": account.business_id,
            "walletId": self.wallet_id,
            "delegatorAddress": self.delegator.to_string(),
            "startTime": self.start,
            "endTime": self.end,
            "contractAddresses": self.contracts.iter().map(Address::to_string).collect::<Vec<_>>(),
            "methods": self.methods,
            "delegationData": self.data,
            "updated": self.created,
            "created": self.created,
        })
    }
}
