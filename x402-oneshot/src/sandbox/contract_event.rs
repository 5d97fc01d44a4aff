//! A contract event as it is kept.

use alloy_json_abi::Event;
use alloy_primitives::Address;
use serde_json::{Value, json};
use uuid::Uuid;

use super::account::Account;

/// An event of a contract that somebody wants to find the logs of.
pub(super) struct ContractEvent {
    pub(super) id: Uuid,
    pub(super) chain_id: u64,
    pub(super) contract: Address,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) event: &'static Event,
    pub(super) created: u64,
    pub(super) updated: u64,
    pub(super) deleted: bool,
}

impl ContractEvent {
    /// The API's `ContractEvent`.
    pub(super) fn to_json(&self, account: &Account) -> Value {
        let topics = self.event.inputs.iter().map(|input| json!({"name": input.name, "indexed": input.indexed}));
        json!({
            "id": self.id,
            "businessId": account.business_id,
            "chainId": self.chain_id,
            "contractAddress": self.contract.to_string(),
            "name": self.name,
            "description": self.description,
            "eventName": self.event.name,
            "topicHash": self.event.selector(),
            "topics": topics.collect::<Vec<_>>(),
            "updated": self.updated,
            "created": self.created,
        })
    }
}
