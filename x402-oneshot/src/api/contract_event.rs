//! A contract event: a kind of log that a contract writes, imported so that its logs can be searched.

use alloy_primitives::{Address, B256};
use serde::{Deserialize, Serialize};

use crate::api::change::renaming;
use crate::codec::{integer, maybe, maybe_integer, maybe_parsed, or_default, text};
use crate::id::{BusinessId, ContractEventId};

/// A contract event as the API knows it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ContractEvent {
    /// Its identifier.
    pub id: ContractEventId,
    /// The chain the contract is on.
    #[serde(deserialize_with = "integer")]
    pub chain_id: u64,
    /// The contract.
    #[serde(default, deserialize_with = "maybe_parsed")]
    pub contract_address: Option<Address>,
    /// The event's name in the contract, for example `Transfer`.
    #[serde(default, deserialize_with = "or_default")]
    pub event_name: String,
    /// The hash of the event's signature, by which the chain knows it.
    #[serde(default, deserialize_with = "maybe_parsed")]
    pub topic_hash: Option<B256>,
    /// Its arguments.
    #[serde(default, deserialize_with = "or_default")]
    pub topics: Vec<ContractEventTopic>,
    /// The business that owns it.
    #[serde(default, deserialize_with = "maybe")]
    pub business_id: Option<BusinessId>,
    /// The name given to it.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// The description given to it.
    #[serde(default, deserialize_with = "maybe")]
    pub description: Option<String>,
    /// When it was last changed.
    #[serde(default, rename = "updated", deserialize_with = "maybe_integer")]
    pub updated_seconds: Option<u64>,
    /// When it was made.
    #[serde(default, rename = "created", deserialize_with = "maybe_integer")]
    pub created_seconds: Option<u64>,
}

/// An argument of a contract event.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct ContractEventTopic {
    /// Its name.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// Whether logs can be searched by it.
    #[serde(default, deserialize_with = "or_default")]
    pub indexed: bool,
}

/// A contract event to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct NewContractEvent {
    /// The chain the contract is on.
    pub chain_id: u64,
    /// The contract, sent with the checksum of [EIP-55](https://eips.ethereum.org/EIPS/eip-55).
    #[serde(serialize_with = "text")]
    pub contract_address: Address,
    /// A name for people; the event's name unless set.
    pub name: String,
    /// A description; the event's name unless set.
    pub description: String,
    /// The event's name in the contract.
    pub event_name: String,
}

impl NewContractEvent {
    /// An event of this name.
    #[must_use]
    pub fn new(chain_id: u64, contract_address: Address, event_name: impl Into<String>) -> Self {
        let event_name = event_name.into();
        Self { chain_id, contract_address, name: event_name.clone(), description: event_name.clone(), event_name }
    }

    /// Sets the name.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Sets the description.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = text.into();
        self
    }
}

/// Changes to a contract event; what is not set stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UpdateContractEvent {
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

renaming!(UpdateContractEvent);
