//! Calling a contract method: `test` looks, `execute` does.

use std::sync::Arc;

use alloy_primitives::{Address, U256};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::chain::{BLOCK_GAS, Call, Order};
use super::extract::{Body, Id};
use super::failure::Failure;
use super::method::Method;
use super::methods;
use super::revert::Reason;
use super::shared::{Shared, State as World};
use super::transaction::Transaction;
use super::value;

/// Gas for a transaction that names no limit: several times what a transfer uses.
pub(super) const DEFAULT_GAS: u64 = 500_000;

/// What `test` and `execute` take; members they have no use for are ignored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation {
    params: Map<String, Value>,
    wallet_id: Option<Uuid>,
    memo: Option<String>,
    value: Option<Value>,
    contract_address: Option<Address>,
    gas_limit: Option<Value>,
}

impl Invocation {
    /// What the method's wallet, or the one that is named instead, is to do on the method's chain.
    fn order(&self, world: &World, method: &Method) -> Result<Order, Failure> {
        let wallet = world.wallets.check(self.wallet_id.unwrap_or(method.wallet_id), method.chain_id)?;
        let call = Call {
            from: wallet.address,
            to: self.contract_address.unwrap_or(method.contract),
            value: self.value()?,
            input: method.declaration.encode(&self.params)?,
            gas_limit: self.gas_limit()?,
        };
        Ok(Order { chain_id: method.chain_id, wallet_id: wallet.id, call })
    }

    fn value(&self) -> Result<U256, Failure> {
        let Some(json) = &self.value else {
            return Ok(U256::ZERO);
        };
        let out_of_range = || Failure::invalid("body", "value", "value is no amount of wei");
        value::uint(json, 256).ok_or_else(out_of_range)
    }

    fn gas_limit(&self) -> Result<u64, Failure> {
        let Some(json) = &self.gas_limit else {
            return Ok(DEFAULT_GAS);
        };
        let limit = value::uint(json, 64).map(|limit| limit.to::<u64>());
        limit.filter(|limit| *limit <= BLOCK_GAS).ok_or_else(|| {
            let message = format!("gasLimit is not between 0 and {BLOCK_GAS}");
            Failure::invalid("body", "gasLimit", message)
        })
    }
}

/// `POST /methods/{id}/test`: a static call. A revert is an answer, not an error.
pub(super) async fn test(
    Id(id): Id,
    State(shared): State<Arc<Shared>>,
    Body(invocation): Body<Invocation>,
) -> Result<Json<Value>, Failure> {
    let method = methods::find(&shared, id)?;
    let now = shared.now();
    let execution = {
        let state = shared.state();
        let order = invocation.order(&state, &method)?;
        state.chains.check(order.chain_id)?.call(&order.call, now)
    };
    let (result, error) = match execution.result {
        Ok(done) => match method.declaration.decode(&done.output) {
            Some(result) => (Some(result), None),
            None => (None, Some(json!({"name": "Undeclared", "message": UNDECLARED}))),
        },
        Err(fault) => (None, Some(Reason::from(fault).to_json())),
    };
    Ok(Json(json!({"success": error.is_none(), "result": result, "error": error})))
}

const UNDECLARED: &str = "the contract's answer is not what the outputs declare";

/// `POST /methods/{id}/execute`: queues the transaction, whatever will become of it.
pub(super) async fn execute(
    Id(id): Id,
    State(shared): State<Arc<Shared>>,
    Body(invocation): Body<Invocation>,
) -> Result<Json<Value>, Failure> {
    let method = methods::find(&shared, id)?;
    let now = shared.now();
    let mut state = shared.state();
    let order = invocation.order(&state, &method)?;
    let id = state.entropy.uuid();
    let transaction = Transaction::new(id, method.label(), order, invocation.memo, now);
    let json = transaction.to_json(&shared.account);
    shared.queue(&mut state, transaction)?;
    Ok(Json(json))
}
