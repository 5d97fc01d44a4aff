//! A chain as the API describes it: what it is, what gas costs on it, what an address is there.

use alloy_primitives::{Address, U256};
use serde::Deserialize;
use serde_json::Number;

use crate::api::open_enum::open_enum;
use crate::codec::{integer, maybe, maybe_parsed, maybe_u256, or_default};

open_enum! {
    /// What a chain is for.
    ChainType {
        /// A development chain.
        Hardhat = "Hardhat",
        /// Real money.
        Mainnet = "Mainnet",
        /// Play money.
        Testnet = "Testnet",
    }
}

/// A chain that 1Shot supports.
///
/// Which chains there are changes: this list is the authority, and chain ids are plain numbers everywhere.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ChainInfo {
    /// Its id, as in [EIP-155](https://eips.ethereum.org/EIPS/eip-155).
    #[serde(deserialize_with = "integer")]
    pub chain_id: u64,
    /// Its name.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// What it is for.
    #[serde(default, rename = "type", deserialize_with = "maybe")]
    pub kind: Option<ChainType>,
    /// The average time between blocks, as the API writes it. Its unit is not documented.
    #[serde(default, deserialize_with = "maybe")]
    pub average_block_mining_time: Option<Number>,
    /// The token that gas is paid in.
    #[serde(default, deserialize_with = "maybe")]
    pub native_currency: Option<NativeCurrency>,
}

/// The token that gas is paid in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct NativeCurrency {
    /// Its name, for example `Ether`.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// Its ticker, for example `ETH`.
    #[serde(default, deserialize_with = "or_default")]
    pub symbol: String,
    /// How many decimals one whole token has.
    #[serde(default, deserialize_with = "maybe")]
    pub decimals: Option<u8>,
}

/// What a unit of gas costs now, in wei.
///
/// A chain with [EIP-1559](https://eips.ethereum.org/EIPS/eip-1559) has the two fees, an older one the price.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GasFees {
    /// The price, on a chain without EIP-1559.
    #[serde(default, deserialize_with = "maybe_u256")]
    pub gas_price: Option<U256>,
    /// The highest fee, on a chain with EIP-1559.
    #[serde(default, deserialize_with = "maybe_u256")]
    pub max_fee_per_gas: Option<U256>,
    /// The highest tip, on a chain with EIP-1559.
    #[serde(default, deserialize_with = "maybe_u256")]
    pub max_priority_fee_per_gas: Option<U256>,
}

/// What is at an address of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ContractCode {
    /// Whether there is code. An account that [delegates](Self::eip7702_implementation) has some too.
    pub is_contract: bool,
    /// The contract that the account delegates to ([EIP-7702](https://eips.ethereum.org/EIPS/eip-7702)).
    #[serde(default, rename = "eip7702ImplementationAddress", deserialize_with = "maybe_parsed")]
    pub eip7702_implementation: Option<Address>,
}
