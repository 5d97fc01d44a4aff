//! Several contract methods for accounts that have delegated to the wallet, in one transaction.

use std::sync::Arc;

use alloy_primitives::{Address, U256};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::batch::MAX_ITEMS;
use super::chain::{Call, Order};
use super::delegated::By;
use super::delegation::{Delegations, SignedDelegation};
use super::extract::Body;
use super::failure::Failure;
use super::invocation::{DEFAULT_GAS, gas_limit, wei};
use super::method::Method;
use super::shared::{Shared, State as World};
use super::smart_account::{self, Execution};
use super::transaction::{Label, Transaction};
use super::{methods, redemption, webhooks};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Batch {
    contract_methods: Vec<Item>,
    wallet_id: Uuid,
    atomic: Option<bool>,
    memo: Option<String>,
    authorization_list: Option<Vec<SignedDelegation>>,
    gas_limit: Option<Value>,
}

/// One of the three ways to name a delegation is always there: the delegator. Another makes it more precise.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    contract_method_id: Uuid,
    execution_index: usize,
    #[serde(default)]
    params: Map<String, Value>,
    delegator_address: Address,
    delegation_id: Option<Uuid>,
    delegation_data: Option<Vec<String>>,
    value: Option<Value>,
    contract_address: Option<Address>,
}

/// `POST /methods/executeAsDelegatorBatch`: the wallet, a smart account by then, redeems one delegation after the other.
pub(super) async fn execute_batch(
    State(shared): State<Arc<Shared>>,
    Body(mut batch): Body<Batch>,
) -> Result<Json<Value>, Failure> {
    let items = &mut batch.contract_methods;
    if items.is_empty() || items.len() > MAX_ITEMS {
        return Err(refused(format!("there are not between 1 and {MAX_ITEMS} methods")));
    }
    items.sort_by_key(|item| item.execution_index);
    if items.iter().enumerate().any(|(index, item)| item.execution_index != index) {
        return Err(refused("executionIndex is not counted from 0 without gaps".to_owned()));
    }
    let now = shared.now();
    let methods = items.iter().map(|item| methods::find(&shared, item.contract_method_id));
    let methods = methods.collect::<Result<Vec<_>, _>>()?;
    let (id, json) = {
        let mut state = shared.state();
        let transaction = batch.transaction(&mut state, &methods, now)?;
        let (id, json) = (transaction.view.id, transaction.to_json(&shared.account));
        shared.queue(&mut state, transaction)?;
        (id, json)
    };
    webhooks::let_webhooks_pass(&shared, id).await;
    Ok(Json(json))
}

impl Batch {
    /// The wallet's call to itself; each item has its method, in order.
    fn transaction(&self, world: &mut World, methods: &[Method], now: u64) -> Result<Transaction, Failure> {
        let Some(wallet) = world.wallets.get(self.wallet_id) else {
            return Err(Failure::invalid("body", "walletId", "no wallet has this id"));
        };
        if wallet.delegate != Some(smart_account::ADDRESS) {
            let message = "the wallet has not been upgraded: execute something with upgradeTo7710 first";
            return Err(Failure::malformed(message));
        }
        let mut executions = Vec::with_capacity(methods.len());
        for (item, method) in self.contract_methods.iter().zip(methods) {
            if method.chain_id != wallet.chain_id || method.declaration.is_read() {
                return Err(refused("a method is on another chain, or is read and not executed".to_owned()));
            }
            let call = Call {
                from: wallet.address,
                to: item.contract_address.unwrap_or(method.contract),
                value: wei(item.value.as_ref(), method)?,
                input: method.declaration.encode(&item.params)?,
                gas_limit: 0,
            };
            let chain = item.by().chain(world, wallet.id, method, call.to, now)?;
            if chain.last().is_none_or(|root| root.delegator != item.delegator_address) {
                return Err(refused("a delegation is not the delegator's".to_owned()));
            }
            let Call { to: target, value, input: data, .. } = redemption::redeeming(&chain, call)?;
            executions.push(Execution { target, value, data });
        }
        let default_gas = DEFAULT_GAS.saturating_mul(executions.len() as u64);
        let call = Call {
            from: wallet.address,
            to: wallet.address,
            value: U256::ZERO,
            input: smart_account::batch(executions, self.atomic.unwrap_or(true)),
            gas_limit: gas_limit(self.gas_limit.as_ref(), default_gas)?,
        };
        let order = Order { chain_id: wallet.chain_id, wallet_id: wallet.id, call };
        let names: Vec<&str> = methods.iter().map(|method| method.name.as_str()).collect();
        let label = Label {
            method_ids: methods.iter().map(|method| method.id).collect(),
            name: names.join(", "),
            function_name: "executeAsDelegatorBatch".to_owned(),
        };
        let delegations = Delegations::read(self.authorization_list.as_deref(), false)?;
        let id = world.entropy.uuid();
        Ok(Transaction::new(id, label, order, self.memo.clone(), now).with_delegations(delegations))
    }
}

impl Item {
    fn by(&self) -> By {
        let is_precise = self.delegation_id.is_some() || self.delegation_data.is_some();
        By {
            delegator_address: Some(self.delegator_address).filter(|_| !is_precise),
            delegation_id: self.delegation_id,
            delegation_data: self.delegation_data.clone(),
        }
    }
}

fn refused(message: String) -> Failure {
    Failure::invalid("body", "contractMethods", message)
}
