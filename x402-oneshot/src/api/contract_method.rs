//! A contract method: a function of a contract, imported so that a wallet can call it.

use alloy_primitives::Address;
use serde::{Deserialize, Serialize};

use crate::api::open_enum::open_enum;
use crate::api::param::MethodParam;
use crate::codec::{integer, maybe, maybe_integer, maybe_parsed, or_default, text};
use crate::id::{BusinessId, MethodId, PromptId, WalletId};

open_enum! {
    /// What a function may do to the chain's state.
    StateMutability {
        /// It writes and takes no native token.
        NonPayable = "nonpayable",
        /// It writes and takes native tokens.
        Payable = "payable",
        /// It neither reads nor writes.
        Pure = "pure",
        /// It reads.
        View = "view",
    }
}

/// A contract method as the API knows it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ContractMethod {
    /// Its identifier.
    pub id: MethodId,
    /// The chain the contract is on.
    #[serde(deserialize_with = "integer")]
    pub chain_id: u64,
    /// The contract.
    #[serde(default, deserialize_with = "maybe_parsed")]
    pub contract_address: Option<Address>,
    /// The function's name in the contract, for example `transferWithAuthorization`.
    #[serde(default, deserialize_with = "or_default")]
    pub function_name: String,
    /// The wallet that calls it unless another is named.
    #[serde(default, deserialize_with = "maybe")]
    pub wallet_id: Option<WalletId>,
    /// The business that owns it.
    #[serde(default, deserialize_with = "maybe")]
    pub business_id: Option<BusinessId>,
    /// The name given to it.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// The description given to it.
    #[serde(default, deserialize_with = "maybe")]
    pub description: Option<String>,
    /// What it may do to the chain's state.
    #[serde(default, deserialize_with = "maybe")]
    pub state_mutability: Option<StateMutability>,
    /// Its parameters.
    #[serde(default, deserialize_with = "or_default")]
    pub inputs: Vec<MethodParam>,
    /// What it returns.
    #[serde(default, deserialize_with = "or_default")]
    pub outputs: Vec<MethodParam>,
    /// The prompt it was made of; it may have been changed since.
    #[serde(default, deserialize_with = "maybe")]
    pub prompt_id: Option<PromptId>,
    /// Where the API reports executions.
    #[serde(default, deserialize_with = "maybe")]
    pub callback_url: Option<String>,
    /// The ed25519 key, in base64, that signs those reports.
    #[serde(default, deserialize_with = "maybe")]
    pub public_key: Option<String>,
    /// When it was last changed.
    #[serde(default, rename = "updated", deserialize_with = "maybe_integer")]
    pub updated_seconds: Option<u64>,
    /// When it was made.
    #[serde(default, rename = "created", deserialize_with = "maybe_integer")]
    pub created_seconds: Option<u64>,
    /// Whether it has been deleted.
    #[serde(default, deserialize_with = "or_default")]
    pub deleted: bool,
}

/// A contract method to be made.
///
/// ```
/// use alloy_primitives::address;
/// use x402_oneshot::WalletId;
/// use x402_oneshot::api::{MethodParam, NewContractMethod, ParamType};
///
/// let wallet: WalletId = "8a6e0804-2bd0-4672-b79d-d97027f90720".parse()?;
/// let usdc = address!("036CbD53842c5426634e7929541eC2318f3dCF7e");
/// let method = NewContractMethod::new(84532, usdc, wallet, "transfer")
///     .input(MethodParam::new("to", ParamType::Address))
///     .input(MethodParam::new("value", ParamType::Uint));
/// assert_eq!(method.inputs[1].index, 1);
/// # Ok::<(), x402_oneshot::ParseIdError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct NewContractMethod {
    /// The chain the contract is on.
    pub chain_id: u64,
    /// The contract, sent with the checksum of [EIP-55](https://eips.ethereum.org/EIPS/eip-55).
    #[serde(serialize_with = "text")]
    pub contract_address: Address,
    /// The wallet that calls it, on the same chain.
    pub wallet_id: WalletId,
    /// A name for people; the function's name unless set.
    pub name: String,
    /// A description; the function's name unless set.
    pub description: String,
    /// The function's name in the contract.
    pub function_name: String,
    /// What it may do to the chain's state; `nonpayable` unless set.
    pub state_mutability: StateMutability,
    /// Its parameters.
    pub inputs: Vec<MethodParam>,
    /// What it returns.
    pub outputs: Vec<MethodParam>,
    /// Where the API is to report executions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback_url: Option<String>,
}

impl NewContractMethod {
    /// A method without parameters and results.
    #[must_use]
    pub fn new(
        chain_id: u64,
        contract_address: Address,
        wallet_id: WalletId,
        function_name: impl Into<String>,
    ) -> Self {
        let function_name = function_name.into();
        Self {
            chain_id,
            contract_address,
            wallet_id,
            name: function_name.clone(),
            description: function_name.clone(),
            function_name,
            state_mutability: StateMutability::NonPayable,
            inputs: Vec::new(),
            outputs: Vec::new(),
            callback_url: None,
        }
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

    /// Sets what the function may do to the chain's state.
    #[must_use]
    pub fn state_mutability(mut self, mutability: StateMutability) -> Self {
        self.state_mutability = mutability;
        self
    }

    /// Adds a parameter, after those there are.
    #[must_use]
    pub fn input(mut self, param: MethodParam) -> Self {
        param.append(&mut self.inputs);
        self
    }

    /// Adds a result, after those there are.
    #[must_use]
    pub fn output(mut self, param: MethodParam) -> Self {
        param.append(&mut self.outputs);
        self
    }

    /// Sets where the API is to report executions.
    #[must_use]
    pub fn callback_url(mut self, url: impl Into<String>) -> Self {
        self.callback_url = Some(url.into());
        self
    }
}
