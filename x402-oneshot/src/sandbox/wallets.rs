//! The wallet endpoints.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::chain::CHAIN_ID;
use super::extract::{Id, OwnBusiness, Query};
use super::failure::Failure;
use super::page::Page;
use super::shared::Shared;

/// The name of the one wallet.
const NAME: &str = "Sandbox wallet";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Filter {
    chain_id: Option<u64>,
    name: Option<String>,
}

/// `GET /business/{businessId}/wallets`: balances are always filled in, as the clients need them to be.
pub(super) async fn list(
    _: OwnBusiness,
    State(shared): State<Arc<Shared>>,
    Query(filter): Query<Filter>,
    Query(page): Query<Page>,
) -> Result<Json<Value>, Failure> {
    let matches =
        filter.chain_id.is_none_or(|chain| chain == CHAIN_ID) && filter.name.is_none_or(|name| NAME.contains(&name));
    let wallets = if matches { vec![to_json(&shared, true)] } else { vec![] };
    page.of(&wallets, Value::clone)
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
    if id == shared.account.wallet.id {
        Ok(Json(to_json(&shared, detail.include_balances)))
    } else {
        Err(Failure::unknown_entity("no wallet has this id"))
    }
}

fn to_json(shared: &Shared, with_balance: bool) -> Value {
    let wallet = &shared.account.wallet;
    let balance = with_balance.then(|| {
        json!({
            "type": 0,
            "ticker": "ETH",
            "chainId": CHAIN_ID,
            "tokenAddress": alloy_primitives::Address::ZERO,
            "accountAddress": wallet.address.to_string(),
            "balance": shared.state().chain.native_balance(wallet.address).to_string(),
            "decimals": 18,
        })
    });
    json!({
        "id": wallet.id,
        "accountAddress": wallet.address.to_string(),
        "businessId": shared.account.business_id,
        "userId": null,
        "chainId": CHAIN_ID,
        "name": NAME,
        "description": "Pays for the gas of the sandbox",
        "isAdmin": false,
        "permit2AuthorizedContractAddresses": [],
        "erc7702ContractAddress": null,
        "accountBalanceDetails": balance,
        "updated": wallet.created,
        "created": wallet.created,
    })
}
