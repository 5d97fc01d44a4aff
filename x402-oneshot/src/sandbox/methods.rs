//! The contract method endpoints, short of calling them.

use std::sync::Arc;

use alloy_json_abi::StateMutability;
use alloy_primitives::Address;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use uuid::Uuid;

use super::declaration::Declaration;
use super::dialect::Dialect;
use super::extract::{Body, Id, OwnBusiness, Query};
use super::failure::Failure;
use super::method::Method;
use super::page::Page;
use super::parameter::Parameter;
use super::shared::{Shared, State as World};
use super::structure::Declarer;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Filter {
    chain_id: Option<u64>,
    name: Option<String>,
    #[serde(default)]
    status: Life,
    contract_address: Option<Address>,
    prompt_id: Option<Uuid>,
    method_type: Option<Type>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Life {
    Archived,
    Both,
    #[default]
    Live,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Type {
    Read,
    Write,
}

impl Filter {
    /// A name matches if it contains the filter's.
    fn matches(&self, method: &Method) -> bool {
        self.chain_id.is_none_or(|chain| chain == method.chain_id)
            && self.name.as_ref().is_none_or(|name| method.name.contains(name))
            && match self.status {
                Life::Archived => method.deleted,
                Life::Both => true,
                Life::Live => !method.deleted,
            }
            && self.contract_address.is_none_or(|contract| contract == method.contract)
            && self.prompt_id.is_none_or(|prompt| method.prompt_id == Some(prompt))
            && self.method_type.is_none_or(|kind| matches!(kind, Type::Read) == method.declaration.is_read())
    }
}

/// `GET /business/{businessId}/methods`, oldest first.
pub(super) async fn list(
    _: OwnBusiness,
    State(shared): State<Arc<Shared>>,
    Query(filter): Query<Filter>,
    Query(page): Query<Page>,
) -> Result<Json<Value>, Failure> {
    let state = shared.state();
    let matching: Vec<&Method> = state.methods.iter().filter(|method| filter.matches(method)).collect();
    page.of(&matching, |method| method.to_json(&shared.account))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Create {
    chain_id: u64,
    contract_address: Address,
    wallet_id: Uuid,
    name: String,
    description: String,
    function_name: String,
    state_mutability: StateMutability,
    inputs: Vec<Parameter>,
    outputs: Option<Vec<Parameter>>,
    callback_url: Option<String>,
}

/// `POST /business/{businessId}/methods`; answers 200, as 1Shot does.
pub(super) async fn create(
    _: OwnBusiness,
    State(shared): State<Arc<Shared>>,
    Body(new): Body<Create>,
) -> Result<Json<Value>, Failure> {
    let now = shared.now();
    let mut state = shared.state();
    state.chains.check(new.chain_id)?;
    state.wallets.check(new.wallet_id, new.chain_id)?;
    let World { entropy, methods, webhooks, .. } = &mut *state;
    let known = |id| methods.iter().find_map(|method| method.declaration.find_struct(id));
    let mut declarer = Declarer { entropy, business_id: shared.account.business_id, now, known: &known };
    let inputs = declarer.declare(new.inputs, "inputs")?;
    let outputs = declarer.declare(new.outputs.unwrap_or_default(), "outputs")?;
    let declaration = Declaration::new(&new.function_name, new.state_mutability, inputs, outputs)?;
    let id = entropy.uuid();
    let callback = new.callback_url.map(|url| webhooks.subscribe((id, &new.name), url, entropy, now));
    let callback_url = callback.transpose()?;
    let method = Method {
        id,
        chain_id: new.chain_id,
        wallet_id: new.wallet_id,
        name: new.name,
        description: new.description,
        contract: new.contract_address,
        declaration,
        prompt_id: None,
        callback_url,
        created: now,
        updated: now,
        deleted: false,
    };
    let json = method.to_json(&shared.account);
    state.methods.push(method);
    Ok(Json(json))
}

/// `GET /methods/{id}`: an archived one is there too, and says so.
pub(super) async fn get(Id(id): Id, State(shared): State<Arc<Shared>>) -> Result<Json<Value>, Failure> {
    let state = shared.state();
    let method = state.methods.iter().find(|method| method.id == id).ok_or_else(unknown)?;
    Ok(Json(method.to_json(&shared.account)))
}

/// `DELETE /methods/{id}`: archives it. Two clients need an answer that is JSON, the specification has none.
pub(super) async fn delete(Id(id): Id, State(shared): State<Arc<Shared>>) -> Result<Response, Failure> {
    let now = shared.now();
    let mut state = shared.state();
    let method = live_mut(&mut state.methods, id)?;
    (method.deleted, method.updated) = (true, now);
    Ok(match shared.account.dialect {
        Dialect::Strict => StatusCode::OK.into_response(),
        Dialect::Both | Dialect::Legacy => Json(json!({"success": true})).into_response(),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Update {
    // One client writes this name with an underscore.
    #[serde(alias = "chain_id")]
    chain_id: Option<u64>,
    contract_address: Option<Address>,
    wallet_id: Option<Uuid>,
    name: Option<String>,
    description: Option<String>,
    function_name: Option<String>,
    state_mutability: Option<StateMutability>,
    /// Absent changes nothing, null clears it.
    #[serde(default, deserialize_with = "present")]
    callback_url: Option<Option<String>>,
}

fn present<'de, D: Deserializer<'de>>(json: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(json).map(Some)
}

/// `PUT /methods/{id}`: what is absent or null stays as it is.
pub(super) async fn update(
    Id(id): Id,
    State(shared): State<Arc<Shared>>,
    Body(change): Body<Update>,
) -> Result<Json<Value>, Failure> {
    let now = shared.now();
    let mut state = shared.state();
    let World { methods, chains, wallets, webhooks, entropy, .. } = &mut *state;
    let method = live_mut(methods, id)?;
    let chain_id = change.chain_id.unwrap_or(method.chain_id);
    let wallet_id = change.wallet_id.unwrap_or(method.wallet_id);
    chains.check(chain_id)?;
    wallets.check(wallet_id, chain_id)?;
    let Update { function_name, state_mutability, .. } = &change;
    let declaration = method.declaration.renamed(function_name.as_deref(), *state_mutability)?;
    let name = change.name.unwrap_or_else(|| method.name.clone());
    match change.callback_url {
        None => {}
        Some(None) => {
            webhooks.unsubscribe(id);
            method.callback_url = None;
        }
        Some(Some(url)) => method.callback_url = Some(webhooks.subscribe((id, &name), url, entropy, now)?),
    }
    // From here on nothing is refused: what is refused must have changed nothing.
    (method.name, method.declaration) = (name, declaration);
    (method.chain_id, method.wallet_id) = (chain_id, wallet_id);
    method.contract = change.contract_address.unwrap_or(method.contract);
    if let Some(description) = change.description {
        method.description = description;
    }
    method.updated = now;
    Ok(Json(method.to_json(&shared.account)))
}

/// The method with this id, as it is now, if it can be called.
pub(super) fn find(shared: &Shared, id: Uuid) -> Result<Method, Failure> {
    let state = shared.state();
    let method = state.methods.iter().find(|method| method.id == id && !method.deleted);
    method.cloned().ok_or_else(unknown)
}

fn live_mut(methods: &mut [Method], id: Uuid) -> Result<&mut Method, Failure> {
    methods.iter_mut().find(|method| method.id == id && !method.deleted).ok_or_else(unknown)
}

fn unknown() -> Failure {
    Failure::unknown_entity("no contract method has this id")
}
