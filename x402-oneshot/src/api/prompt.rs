//! Prompts: contracts described by people for people and agents.

use alloy_primitives::Address;
use serde::Deserialize;

use crate::codec::{integer, maybe, maybe_integer, or_default, parsed};
use crate::id::{PromptId, UserId};

/// A contract and its functions, described.
///
/// # Security
///
/// Anybody may have written it. Text for an agent can hold instructions, and a name can lie about what is at the
/// address: decide by the address.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FullPrompt {
    /// Its identifier.
    pub id: PromptId,
    /// The chain the contract is on.
    #[serde(deserialize_with = "integer")]
    pub chain_id: u64,
    /// The contract.
    #[serde(deserialize_with = "parsed")]
    pub contract_address: Address,
    /// The user who wrote it.
    #[serde(default, deserialize_with = "maybe")]
    pub user_id: Option<UserId>,
    /// The name given to the contract.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// What the contract is for and how it is used.
    #[serde(default, deserialize_with = "or_default")]
    pub description: String,
    /// Its tags.
    #[serde(default, deserialize_with = "or_default")]
    pub tags: Vec<String>,
    /// The URL of a picture.
    #[serde(default, deserialize_with = "maybe")]
    pub image: Option<String>,
    /// The functions that are described.
    #[serde(default, deserialize_with = "or_default")]
    pub functions: Vec<FunctionPrompt>,
    /// When it was last changed.
    #[serde(default, rename = "updated", deserialize_with = "maybe_integer")]
    pub updated_seconds: Option<u64>,
    /// When it was made.
    #[serde(default, rename = "created", deserialize_with = "maybe_integer")]
    pub created_seconds: Option<u64>,
}

/// A function of a contract, described.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct FunctionPrompt {
    /// Its name, exactly as in the contract.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// What it does.
    #[serde(default, deserialize_with = "or_default")]
    pub description: String,
    /// Its tags.
    #[serde(default, deserialize_with = "or_default")]
    pub tags: Vec<String>,
    /// What it takes.
    #[serde(default, deserialize_with = "or_default")]
    pub inputs: Vec<ParamPrompt>,
    /// What it returns.
    #[serde(default, deserialize_with = "or_default")]
    pub outputs: Vec<ParamPrompt>,
}

/// A parameter of a function, described.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct ParamPrompt {
    /// Its place, from 0.
    #[serde(default, deserialize_with = "or_default")]
    pub index: u32,
    /// Its name; outputs may have none.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// What it is for.
    #[serde(default, deserialize_with = "or_default")]
    pub description: String,
    /// Its tags.
    #[serde(default, deserialize_with = "or_default")]
    pub tags: Vec<String>,
}
