//! The wallet endpoints.

use std::sync::Arc;

use alloy_primitives::U256;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::extract::{Body, Id, OwnBusiness, Query};
use super::failure::Failure;
use super::page::Page;
use super::shared::{Shared, State as World};
use super::value;
use super::wallet::Wallet;

/// A wallet with less than this is nearly empty: 0.0001 ETH, in wei.
const NEARLY_EMPTY: U256 = U256::from_limbs([100_000_000_000_000, 0, 0, 0]);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Filter {
    chain_id: Option<u64>,
    name: Option<String>,
}

impl Filter {
    /// A name matches if it contains the filter's.
    fn matches(&self, wallet: &Wallet) -> bool {
        self.chain_id.is_none_or(|chain| chain == wallet.chain_id)
            && self.name.as_ref().is_none_or(|name| wallet.name.contains(name))
    }
}

/// `GET /business/{businessId}/wallets`: balances are always filled in, as the clients need them to be.
pub(super) async fn list(
    _: OwnBusiness,
    State(shared): State<Arc<Shared>>,
    Query(filter): Query<Filter>,
    Query(page): Query<Page>,
) -> Result<Json<Value>, Failure> {
    let state = shared.state();
    let matching: Vec<&Wallet> = state.wallets.iter().filter(|wallet| filter.matches(wallet)).collect();
    page.of(&matching, |wallet| wallet.to_json(&shared.account, state.chains.get(wallet.chain_id)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Detail {
    #[serde(default)]
    include_balances: bool,
}

/// `GET /wallets/{walletId}`.
pub(super) async fn get(
    Id(id): Id,
    State(shared): State<Arc<Shared>>,
    Query(detail): Query<Detail>,
) -> Result<Json<Value>, Failure> {
    let state = shared.state();
    let wallet = state.wallets.find(id)?;
    let chain = state.chains.get(wallet.chain_id).filter(|_| detail.include_balances);
    Ok(Json(wallet.to_json(&shared.account, chain)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Create {
    chain_id: u64,
    name: String,
    description: Option<String>,
    low_balance_threshold: Option<Value>,
}

/// `POST /business/{businessId}/wallets`: a new key, and funds on its account so that it can be used at once.
pub(super) async fn create(
    _: OwnBusiness,
    State(shared): State<Arc<Shared>>,
    Body(new): Body<Create>,
) -> Result<Json<Value>, Failure> {
    let threshold = threshold(new.low_balance_threshold.as_ref())?;
    let now = shared.now();
    let mut state = shared.state();
    let World { chains, wallets, entropy, .. } = &mut *state;
    chains.check(new.chain_id)?;
    let description = new.description.unwrap_or_default();
    let mut wallet = Wallet::new(entropy, new.chain_id, new.name, description, now);
    if let Some(threshold) = threshold {
        wallet.low_balance_threshold = threshold;
    }
    if let Some(chain) = chains.get_mut(new.chain_id) {
        chain.fund(wallet.address, shared.settings.wallet_funds);
    }
    let json = wallet.to_json(&shared.account, None);
    wallets.add(wallet);
    Ok(Json(json))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Update {
    name: Option<String>,
    description: Option<String>,
    low_balance_threshold: Option<Value>,
}

/// `PUT /wallets/{walletId}`: what is absent or null stays as it is.
pub(super) async fn update(
    Id(id): Id,
    State(shared): State<Arc<Shared>>,
    Body(change): Body<Update>,
) -> Result<Json<Value>, Failure> {
    let threshold = threshold(change.low_balance_threshold.as_ref())?;
    let now = shared.now();
    let mut state = shared.state();
    let wallet = state.wallets.find_mut(id)?;
    if let Some(name) = change.name {
        wallet.name = name;
    }
    if let Some(description) = change.description {
        wallet.description = description;
    }
    if let Some(threshold) = threshold {
        wallet.low_balance_threshold = threshold;
    }
    wallet.updated = now;
    Ok(Json(wallet.to_json(&shared.account, None)))
}

/// `DELETE /wallets/{walletId}`: refused while there is something on the account that would be lost.
pub(super) async fn delete(Id(id): Id, State(shared): State<Arc<Shared>>) -> Result<Json<Value>, Failure> {
    let mut state = shared.state();
    let wallet = state.wallets.find(id)?;
    if state.chains.check(wallet.chain_id)?.native_balance(wallet.address) >= NEARLY_EMPTY {
        return Err(Failure::invalid("path", "walletId", "the wallet is not nearly empty"));
    }
    state.wallets.remove(id);
    Ok(Json(json!({"success": true})))
}

fn threshold(json: Option<&Value>) -> Result<Option<U256>, Failure> {
    let refused = || Failure::invalid("body", "lowBalanceThreshold", "lowBalanceThreshold is no amount of wei");
    json.map(|json| value::uint(json, 256).ok_or_else(refused)).transpose()
}
