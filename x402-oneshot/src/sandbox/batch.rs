//! Several contract methods in one transaction: `executeBatch`.

use std::sync::Arc;

use alloy_primitives::{Address, U256};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::chain::{Call, Order};
use super::delegation::{Delegations, SignedDelegation};
use super::extract::Body;
use super::failure::Failure;
use super::invocation::{DEFAULT_GAS, gas_limit, wei};
use super::method::Method;
use super::shared::{Shared, State as World};
use super::smart_account::{self, Execution};
use super::transaction::{Label, Transaction};
use super::wallet::Wallet;
use super::{methods, webhooks};

/// More than fit into a block.
const MAX_ITEMS: usize = 64;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Batch<I> {
    contract_methods: Vec<I>,
    wallet_id: Uuid,
    atomic: Option<bool>,
    memo: Option<String>,
    authorization_list: Option<Vec<SignedDelegation>>,
    gas_limit: Option<Value>,
}

/// What all items of batches have: a contract method, and what it is called with.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item {
    contract_method_id: Uuid,
    execution_index: usize,
    #[serde(default)]
    params: Map<String, Value>,
    value: Option<Value>,
    contract_address: Option<Address>,
}

/// What the wallet does for one item of a batch.
pub(super) trait Step: DeserializeOwned + Send + 'static {
    /// How a transaction of such steps is named.
    const FUNCTION: &'static str;

    fn item(&self) -> &Item;

    fn execution(&self, world: &World, wallet: &Wallet, method: &Method, now: u64) -> Result<Execution, Failure>;
}

impl Item {
    /// The wallet's call of the method.
    pub(super) fn call(&self, wallet: &Wallet, method: &Method) -> Result<Call, Failure> {
        Ok(Call {
            from: wallet.address,
            to: self.contract_address.unwrap_or(method.contract),
            value: wei(self.value.as_ref(), method)?,
            input: method.declaration.encode(&self.params)?,
            gas_limit: 0,
        })
    }
}

impl From<Call> for Execution {
    fn from(Call { to: target, value, input: data, .. }: Call) -> Self {
        Self { target, value, data }
    }
}

impl Step for Item {
    const FUNCTION: &'static str = "executeBatch";

    fn item(&self) -> &Item {
        self
    }

    fn execution(&self, _: &World, wallet: &Wallet, method: &Method, _: u64) -> Result<Execution, Failure> {
        self.call(wallet, method).map(Execution::from)
    }
}

/// `POST /methods/executeBatch`, and with delegated items `POST /methods/executeAsDelegatorBatch`: one transaction, in
/// which the wallet, a smart account by then, calls itself.
pub(super) async fn execute_batch<I: Step>(
    State(shared): State<Arc<Shared>>,
    Body(mut batch): Body<Batch<I>>,
) -> Result<Json<Value>, Failure> {
    let items = &mut batch.contract_methods;
    if items.is_empty() || items.len() > MAX_ITEMS {
        return Err(refused(format!("there are not between 1 and {MAX_ITEMS} methods")));
    }
    items.sort_by_key(|step| step.item().execution_index);
    if items.iter().enumerate().any(|(index, step)| step.item().execution_index != index) {
        return Err(refused("executionIndex is not counted from 0 without gaps".to_owned()));
    }
    let now = shared.now();
    let methods = items.iter().map(|step| methods::find(&shared, step.item().contract_method_id));
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

impl<I: Step> Batch<I> {
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
        for (step, method) in self.contract_methods.iter().zip(methods) {
            if method.chain_id != wallet.chain_id || method.declaration.is_read() {
                return Err(refused("a method is on another chain, or is read and not executed".to_owned()));
            }
            executions.push(step.execution(world, wallet, method, now)?);
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
            function_name: I::FUNCTION.to_owned(),
        };
        let delegations = Delegations::read(self.authorization_list.as_deref(), false)?;
        let id = world.entropy.uuid();
        Ok(Transaction::new(id, label, order, self.memo.clone(), now).with_delegations(delegations))
    }
}

pub(super) fn refused(message: String) -> Failure {
    Failure::invalid("body", "contractMethods", message)
}
