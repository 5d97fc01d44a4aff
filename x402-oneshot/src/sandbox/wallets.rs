//! The wallet endpoints.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;

use super::extract::{Id, OwnBusiness, Query};
use super::failure::Failure;
use super::page::Page;
use super::shared::Shared;
use super::wallet::Wallet;

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
    let wallet = state.wallets.get(id).ok_or_else(|| Failure::unknown_entity("no wallet has this id"))?;
    let chain = state.chains.get(wallet.chain_id).filter(|_| detail.include_balances);
    Ok(Json(wallet.to_json(&shared.account, chain)))
}
