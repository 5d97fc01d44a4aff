//! The delegation endpoints: what is on file, and passing on.

use std::sync::Arc;

use alloy_primitives::Address;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::extract::{Body, Id, Query};
use super::failure::Failure;
use super::grant::Grant;
use super::page::Page;
use super::redelegation;
use super::shared::{Shared, State as World};
use super::wallet::Wallet;
use crate::api::{DelegationData, SignedDelegation};

/// `GET /wallets/{walletId}/delegations`, oldest first.
pub(super) async fn list(
    Id(id): Id,
    State(shared): State<Arc<Shared>>,
    Query(page): Query<Page>,
) -> Result<Json<Value>, Failure> {
    let state = shared.state();
    let wallet = state.wallets.find(id)?;
    let matching: Vec<&Grant> = state.grants.iter().filter(|grant| grant.wallet_id == wallet.id).collect();
    page.of(&matching, |grant| grant.to_json(&shared.account))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Create {
    start_time: Option<u64>,
    end_time: Option<u64>,
    contract_addresses: Option<Vec<Address>>,
    methods: Option<Vec<String>>,
    delegation_data: String,
}

/// `POST /wallets/{walletId}/delegations`. The signature is not looked at: whether it is the delegator's is for the
/// chain to say.
pub(super) async fn create(
    Id(id): Id,
    State(shared): State<Arc<Shared>>,
    Body(new): Body<Create>,
) -> Result<Json<Value>, Failure> {
    let now = shared.now();
    let mut state = shared.state();
    let World { wallets, entropy, grants, .. } = &mut *state;
    let wallet = wallets.find(id)?;
    let delegator = given_to(wallet, &new.delegation_data)?.delegator;
    let grant = Grant {
        id: entropy.uuid(),
        wallet_id: wallet.id,
        delegator,
        start: new.start_time,
        end: new.end_time,
        contracts: new.contract_addresses.unwrap_or_default(),
        methods: new.methods.unwrap_or_default(),
        data: new.delegation_data,
        created: now,
    };
    let json = grant.to_json(&shared.account);
    grants.push(grant);
    Ok(Json(json))
}

/// `DELETE /delegation/{delegationId}`.
pub(super) async fn delete(Id(id): Id, State(shared): State<Arc<Shared>>) -> Result<Json<Value>, Failure> {
    let mut state = shared.state();
    let place = state.grants.iter().position(|grant| grant.id == id).ok_or_else(unknown)?;
    state.grants.remove(place);
    Ok(Json(json!({"success": true})))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PassOn {
    delegate_address: Address,
}

/// `POST /delegation/{delegationId}/redelegate`.
pub(super) async fn redelegate(
    Id(id): Id,
    State(shared): State<Arc<Shared>>,
    Body(PassOn { delegate_address }): Body<PassOn>,
) -> Result<Json<Value>, Failure> {
    let mut state = shared.state();
    let World { wallets, entropy, grants, .. } = &mut *state;
    let grant = grants.iter().find(|grant| grant.id == id).ok_or_else(unknown)?;
    let wallet = wallets.find(grant.wallet_id)?;
    let parent = given_to(wallet, &grant.data)?;
    Ok(passed_on(&grant.data, &redelegation::sign(wallet, &parent, delegate_address, entropy.word())))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PassOnData {
    delegation_data: String,
    delegate_address: Address,
}

/// `POST /wallets/{walletId}/delegations/redelegate`.
pub(super) async fn redelegate_data(
    Id(id): Id,
    State(shared): State<Arc<Shared>>,
    Body(PassOnData { delegation_data, delegate_address }): Body<PassOnData>,
) -> Result<Json<Value>, Failure> {
    let mut state = shared.state();
    let World { wallets, entropy, .. } = &mut *state;
    let wallet = wallets.find(id)?;
    let parent = given_to(wallet, &delegation_data)?;
    Ok(passed_on(&delegation_data, &redelegation::sign(wallet, &parent, delegate_address, entropy.word())))
}

/// The delegation in this text, if it is one and the wallet its delegate.
fn given_to(wallet: &Wallet, data: &str) -> Result<SignedDelegation, Failure> {
    let refused = |message: String| Failure::invalid("body", "delegationData", message);
    let read = DelegationData::new(data).read().map_err(|error| refused(format!("delegationData: {error}")))?;
    if read.delegate == wallet.address {
        Ok(read)
    } else {
        Err(refused("the wallet is not the delegate of this delegation".to_owned()))
    }
}

fn passed_on(parent: &str, redelegation: &SignedDelegation) -> Json<Value> {
    Json(json!({"parent": parent, "redelegation": DelegationData::from(redelegation)}))
}

fn unknown() -> Failure {
    Failure::unknown_entity("no delegation has this id")
}
