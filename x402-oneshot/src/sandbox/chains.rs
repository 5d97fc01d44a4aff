//! The chain endpoints.

use std::sync::Arc;
use std::time::Duration;

use alloy_primitives::Address;
use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::chain::Chain;
use super::extract::{ChainId, Query, Segments};
use super::failure::Failure;
use super::fees::{MAX_FEE, PRIORITY_FEE};
use super::network::Facts;
use super::page::Page;
use super::settings::BLOCK_TIME;
use super::shared::Shared;

/// `GET /chains`.
pub(super) async fn list(State(shared): State<Arc<Shared>>, Query(page): Query<Page>) -> Result<Json<Value>, Failure> {
    let block_time = seconds(shared.settings.block_time.unwrap_or(BLOCK_TIME));
    let state = shared.state();
    let chains: Vec<&Chain> = state.chains.iter().collect();
    page.of(&chains, |chain| Facts::of(chain.id()).to_json(&block_time))
}

/// Whole seconds as an integer, because some clients take nothing else where they expect one.
fn seconds(time: Duration) -> Value {
    if time.subsec_nanos() == 0 { time.as_secs().into() } else { time.as_secs_f64().into() }
}

/// `GET /chains/{chainId}/fees`: the same on all of them, and always.
pub(super) async fn fees(ChainId(id): ChainId, State(shared): State<Arc<Shared>>) -> Result<Json<Value>, Failure> {
    shared.state().chains.named(id, "path")?;
    Ok(Json(json!({
        "gasPrice": null,
        "maxFeePerGas": MAX_FEE.to_string(),
        "maxPriorityFeePerGas": PRIORITY_FEE.to_string(),
    })))
}

/// `GET /chains/{chainId}/contracts/{address}`.
pub(super) async fn contract(
    Segments((id, address)): Segments<(u64, String)>,
    State(shared): State<Arc<Shared>>,
) -> Result<Json<Value>, Failure> {
    let refused = |_| Failure::invalid("path", "contractAddress", "the address in the path is none");
    let address: Address = address.parse().map_err(refused)?;
    let state = shared.state();
    let chain = state.chains.named(id, "path")?;
    Ok(Json(json!({
        "isContract": !chain.code(address).is_empty(),
        "eip7702ImplementationAddress": chain.delegate_of(address).map(|contract| contract.to_string()),
    })))
}
