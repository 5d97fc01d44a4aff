//! Having a contract method executed.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::Value;
use uuid::Uuid;

use super::chain::Order;
use super::extract::{Body, Id};
use super::failure::Failure;
use super::invocation::Invocation;
use super::method::Method;
use super::shared::{Shared, State as World};
use super::transaction::Transaction;
use super::{methods, webhooks};

/// `POST /methods/{id}/execute`.
pub(super) async fn execute(
    Id(id): Id,
    State(shared): State<Arc<Shared>>,
    Body(invocation): Body<Invocation>,
) -> Result<Json<Value>, Failure> {
    queued(&shared, id, invocation, |order, _, _| Ok(order)).await
}

/// Queues what a wallet is to do, or what is made of that, whatever will become of it.
pub(super) async fn queued(
    shared: &Shared,
    method: Uuid,
    invocation: Invocation,
    change: impl FnOnce(Order, &World, &Method) -> Result<Order, Failure>,
) -> Result<Json<Value>, Failure> {
    let method = methods::find(shared, method)?;
    if method.declaration.is_read() {
        return Err(Failure::malformed("view and pure methods are read, not executed"));
    }
    let now = shared.now();
    let (id, json) = {
        let mut state = shared.state();
        let order = change(invocation.order(&state, &method)?, &state, &method)?;
        let delegations = invocation.delegations()?;
        let id = state.entropy.uuid();
        let transaction = Transaction::new(id, method.label(), order, invocation.memo, now);
        let transaction = transaction.with_delegations(delegations);
        let json = transaction.to_json(&shared.account);
        shared.queue(&mut state, transaction)?;
        (id, json)
    };
    webhooks::let_webhooks_pass(shared, id).await;
    Ok(Json(json))
}
