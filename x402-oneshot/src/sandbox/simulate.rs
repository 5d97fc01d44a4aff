//! Asking what a contract method would do, and what it says: `test`, `estimate`, `encode` and `read`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::execution::Fault;
use super::extract::{Body, Id};
use super::failure::Failure;
use super::fees::{MAX_FEE, PRIORITY_FEE};
use super::invocation::Invocation;
use super::methods;
use super::revert::Reason;
use super::shared::Shared;

const UNDECLARED: &str = "the contract's answer is not what the outputs declare";

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
        state.chains.check(order.chain_id)?.simulate(&order.call, &invocation.delegations()?, now)
    };
    let (result, error) = match execution.result {
        Ok(done) => match method.declaration.decode(&done.output) {
            Some(values) => (Some(method.declaration.outputs.write(&values)), None),
            None => (None, Some(json!({"name": "Undeclared", "message": UNDECLARED}))),
        },
        Err(fault) => (None, Some(Reason::from(fault).to_json())),
    };
    Ok(Json(json!({"success": error.is_none(), "result": result, "error": error})))
}

/// `POST /methods/{id}/estimate`: the least gas that the call succeeds with, and what the sandbox's chains ask for it.
pub(super) async fn estimate(
    Id(id): Id,
    State(shared): State<Arc<Shared>>,
    Body(invocation): Body<Invocation>,
) -> Result<Json<Value>, Failure> {
    let method = methods::find(&shared, id)?;
    let now = shared.now();
    let state = shared.state();
    let order = invocation.order(&state, &method)?;
    let chain = state.chains.check(order.chain_id)?;
    let gas = chain.estimate(&order.call, &invocation.delegations()?, now).map_err(refused)?;
    Ok(Json(json!({
        "chainId": order.chain_id,
        "contractAddress": order.call.to.to_string(),
        "functionName": method.declaration.name(),
        "gasAmount": gas.to_string(),
        "maxFeePerGas": MAX_FEE.to_string(),
        "maxPriorityFeePerGas": PRIORITY_FEE.to_string(),
        "gasPrice": null,
    })))
}

/// `POST /methods/{id}/encode`: the call's bytes. Nothing is run.
pub(super) async fn encode(
    Id(id): Id,
    State(shared): State<Arc<Shared>>,
    Body(invocation): Body<Invocation>,
) -> Result<Json<Value>, Failure> {
    let method = methods::find(&shared, id)?;
    let order = invocation.order(&shared.state(), &method)?;
    Ok(Json(json!({ "data": order.call.input })))
}

/// `POST /methods/{id}/read`: what a function answers that changes nothing.
pub(super) async fn read(
    Id(id): Id,
    State(shared): State<Arc<Shared>>,
    Body(invocation): Body<Invocation>,
) -> Result<Json<Value>, Failure> {
    let method = methods::find(&shared, id)?;
    if !method.declaration.is_read() {
        return Err(Failure::malformed("only view and pure methods can be read"));
    }
    let now = shared.now();
    let state = shared.state();
    let order = invocation.order(&state, &method)?;
    let execution = state.chains.check(order.chain_id)?.call(&order.call, now);
    let output = execution.result.map_err(refused)?.output;
    let values = method.declaration.decode(&output).ok_or_else(|| Failure::reverted(UNDECLARED))?;
    Ok(Json(method.declaration.outputs.write_answer(&values)))
}

fn refused(fault: Fault) -> Failure {
    Failure::reverted(&Reason::from(fault).message)
}
