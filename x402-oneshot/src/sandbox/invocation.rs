//! What a contract method is called with.

use alloy_primitives::{Address, U256};
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::chain::{BLOCK_GAS, Call, Order};
use super::delegation::{Delegations, SignedDelegation};
use super::failure::Failure;
use super::method::Method;
use super::shared::State as World;
use super::value;

/// Gas for a transaction that names no limit: several times what a transfer uses.
pub(super) const DEFAULT_GAS: u64 = 500_000;

/// What `test`, `estimate`, `encode`, `read` and `execute` take; members they have no use for are ignored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation {
    params: Map<String, Value>,
    wallet_id: Option<Uuid>,
    pub(super) memo: Option<String>,
    value: Option<Value>,
    contract_address: Option<Address>,
    gas_limit: Option<Value>,
    authorization_list: Option<Vec<SignedDelegation>>,
    #[serde(rename = "upgradeTo7710")]
    upgrade: Option<bool>,
}

impl Invocation {
    /// What the method's wallet, or the one that is named instead, is to do on the method's chain.
    pub(super) fn order(&self, world: &World, method: &Method) -> Result<Order, Failure> {
        let wallet = world.wallets.check(self.wallet_id.unwrap_or(method.wallet_id), method.chain_id)?;
        let call = Call {
            from: wallet.address,
            to: self.contract_address.unwrap_or(method.contract),
            value: wei(self.value.as_ref(), method)?,
            input: method.declaration.encode(&self.params)?,
            gas_limit: gas_limit(self.gas_limit.as_ref(), DEFAULT_GAS)?,
        };
        Ok(Order { chain_id: method.chain_id, wallet_id: wallet.id, call })
    }

    /// The code that accounts take with it.
    pub(super) fn delegations(&self) -> Result<Delegations, Failure> {
        Delegations::read(self.authorization_list.as_deref(), self.upgrade.unwrap_or_default())
    }
}

/// The native currency that goes with a call, which a method must be payable for.
pub(super) fn wei(given: Option<&Value>, method: &Method) -> Result<U256, Failure> {
    let Some(json) = given else {
        return Ok(U256::ZERO);
    };
    let out_of_range = || Failure::invalid("body", "value", "value is no amount of wei");
    let value = value::uint(json, 256).ok_or_else(out_of_range)?;
    if value.is_zero() || method.declaration.mutability() == alloy_json_abi::StateMutability::Payable {
        Ok(value)
    } else {
        Err(Failure::malformed("value is not for a method that is not payable"))
    }
}

/// The gas that a transaction may use.
pub(super) fn gas_limit(given: Option<&Value>, default: u64) -> Result<u64, Failure> {
    let Some(json) = given else {
        return Ok(default.min(BLOCK_GAS));
    };
    let limit = value::uint(json, 64).map(|limit| limit.to::<u64>());
    limit.filter(|limit| *limit <= BLOCK_GAS).ok_or_else(|| {
        let message = format!("gasLimit is not between 0 and {BLOCK_GAS}");
        Failure::invalid("body", "gasLimit", message)
    })
}
