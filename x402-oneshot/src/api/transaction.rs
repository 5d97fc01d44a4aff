//! A transaction as the API describes it.

use alloy_primitives::{Address, B256, U256};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::api::open_enum::open_enum;
use crate::api::outcome::readable;
use crate::codec::{integer, maybe, maybe_integer, maybe_parsed, maybe_u256, or_default};
use crate::id::{CredentialId, MethodId, TransactionId, UserId, WalletId};

open_enum! {
    /// How far a transaction has got.
    TransactionStatus {
        /// Mined, and it did what it should.
        Completed = "Completed",
        /// Mined and reverted, or given up.
        Failed = "Failed",
        /// In the queue, without a hash.
        Pending = "Pending",
        /// Being sent once more; its hash may change.
        Retrying = "Retrying",
        /// Sent to the chain, with a hash.
        Submitted = "Submitted",
    }
}

impl TransactionStatus {
    /// Whether it will not change any more.
    ///
    /// A status that is not known here counts as not final: waiting longer loses nothing.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Completed | Self::Failed)
    }
}

/// An execution of a contract method.
///
/// The API key that the API repeats here is not kept.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Transaction {
    /// Its identifier.
    pub id: TransactionId,
    /// How far it has got.
    pub status: TransactionStatus,
    /// The chain it is on.
    #[serde(deserialize_with = "integer")]
    pub chain_id: u64,
    /// Its hash on the chain. Not to be relied on before it is completed: a retry may change it.
    #[serde(default, deserialize_with = "maybe_parsed")]
    pub transaction_hash: Option<B256>,
    /// Why it failed.
    #[serde(default, deserialize_with = "maybe_message")]
    pub failure_reason: Option<String>,
    /// The memo it was executed with.
    #[serde(default, deserialize_with = "maybe")]
    pub memo: Option<String>,
    /// The contract it calls.
    #[serde(default, deserialize_with = "maybe_parsed")]
    pub contract_address: Option<Address>,
    /// The name of the contract method.
    #[serde(default, deserialize_with = "maybe")]
    pub name: Option<String>,
    /// The function's name in the contract.
    #[serde(default, deserialize_with = "maybe")]
    pub function_name: Option<String>,
    /// The wallet that calls.
    #[serde(default, deserialize_with = "maybe")]
    pub wallet_id: Option<WalletId>,
    /// That wallet's account.
    #[serde(default, deserialize_with = "maybe_parsed")]
    pub from: Option<Address>,
    /// The account that is called.
    #[serde(default, deserialize_with = "maybe_parsed")]
    pub to: Option<Address>,
    /// The credential that was used.
    #[serde(default, deserialize_with = "maybe")]
    pub api_credential_id: Option<CredentialId>,
    /// The user who started it, if it was one.
    #[serde(default, deserialize_with = "maybe")]
    pub user_id: Option<UserId>,
    /// The gas price in wei, of a legacy transaction.
    #[serde(default, deserialize_with = "maybe_u256")]
    pub gas_price: Option<U256>,
    /// The gas limit.
    #[serde(default, deserialize_with = "maybe_u256")]
    pub gas_limit: Option<U256>,
    /// The highest fee for a unit of gas, in wei.
    #[serde(default, deserialize_with = "maybe_u256")]
    pub max_fee_per_gas: Option<U256>,
    /// The highest tip for a unit of gas, in wei.
    #[serde(default, deserialize_with = "maybe_u256")]
    pub max_priority_fee_per_gas: Option<U256>,
    /// The gas used, once mined.
    #[serde(default, deserialize_with = "maybe_u256")]
    pub gas_used: Option<U256>,
    /// The decoded events, once mined.
    #[serde(default, deserialize_with = "or_default")]
    pub logs: Vec<LogDescription>,
    /// When it became final.
    #[serde(default, rename = "completed", deserialize_with = "maybe_integer")]
    pub completed_seconds: Option<u64>,
    /// When it was last changed.
    #[serde(default, rename = "updated", deserialize_with = "maybe_integer")]
    pub updated_seconds: Option<u64>,
    /// When it was made.
    #[serde(default, rename = "created", deserialize_with = "maybe_integer")]
    pub created_seconds: Option<u64>,
    /// Whether it has been deleted.
    #[serde(default, deserialize_with = "or_default")]
    pub deleted: bool,
    #[serde(default, deserialize_with = "or_default")]
    contract_method_ids: Vec<MethodId>,
    #[serde(default, deserialize_with = "maybe")]
    contract_method_id: Option<MethodId>,
}

impl Transaction {
    /// The contract methods it executes: one, or several in a batch.
    ///
    /// Generations of the API write them as `contractMethodIds`, `contractMethodId` or both.
    pub fn method_ids(&self) -> impl Iterator<Item = MethodId> + '_ {
        let single = self.contract_method_id.filter(|id| !self.contract_method_ids.contains(id));
        self.contract_method_ids.iter().copied().chain(single)
    }
}

/// A decoded event.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct LogDescription {
    /// The event's name.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// Its signature, for example `Transfer(address,address,uint256)`.
    #[serde(default, deserialize_with = "or_default")]
    pub signature: String,
    /// The hash of the signature.
    #[serde(default, deserialize_with = "or_default")]
    pub topic: String,
    /// Its arguments: texts, or arrays of them.
    #[serde(default, deserialize_with = "or_default")]
    pub args: Vec<Value>,
}

/// A text, or the message inside a value of another shape.
fn maybe_message<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(readable(&Value::deserialize(from)?).map(str::to_owned))
}
