//! What a run of a contract method would cost.

use alloy_primitives::{Address, U256};
use serde::Deserialize;

use crate::codec::{big, integer, maybe_parsed, maybe_u256, or_default};

/// What a run of a contract method would cost, in gas and in wei for a unit of it.
///
/// A chain with [EIP-1559](https://eips.ethereum.org/EIPS/eip-1559) has the two fees, an older one the price.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ContractMethodEstimate {
    /// The chain.
    #[serde(deserialize_with = "integer")]
    pub chain_id: u64,
    /// The contract that would be called.
    #[serde(default, deserialize_with = "maybe_parsed")]
    pub contract_address: Option<Address>,
    /// The function's name in the contract.
    #[serde(default, deserialize_with = "or_default")]
    pub function_name: String,
    /// How much gas it would use.
    #[serde(deserialize_with = "big")]
    pub gas_amount: U256,
    /// The highest fee for a unit of gas, on a chain with EIP-1559.
    #[serde(default, deserialize_with = "maybe_u256")]
    pub max_fee_per_gas: Option<U256>,
    /// The highest tip for a unit of gas, on a chain with EIP-1559.
    #[serde(default, deserialize_with = "maybe_u256")]
    pub max_priority_fee_per_gas: Option<U256>,
    /// The price of a unit of gas, on a chain without EIP-1559.
    #[serde(default, deserialize_with = "maybe_u256")]
    pub gas_price: Option<U256>,
}

impl ContractMethodEstimate {
    /// The most it would cost in wei, without what the run itself sends along.
    ///
    /// `None` if the API names neither a fee nor a price, or if it is more than 256 bits can hold.
    ///
    /// ```
    /// use alloy_primitives::U256;
    /// use x402_oneshot::api::ContractMethodEstimate;
    ///
    /// let estimate: ContractMethodEstimate = serde_json::from_str(
    ///     r#"{"chainId":8453,"gasAmount":"60000","maxFeePerGas":"2000000","maxPriorityFeePerGas":"1000000"}"#,
    /// )?;
    /// assert_eq!(estimate.max_cost(), Some(U256::from(120_000_000_000_u64)));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn max_cost(&self) -> Option<U256> {
        self.gas_amount.checked_mul(self.max_fee_per_gas.or(self.gas_price)?)
    }
}
