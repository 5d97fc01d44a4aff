//! The endpoints of webhook endpoints.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::target::Target;
use crate::sandbox::extract::{Body, Id, OwnBusiness, Query};
use crate::sandbox::failure::Failure;
use crate::sandbox::page::Page;
use crate::sandbox::shared::{Shared, State as World};

/// `GET /business/{businessId}/webhooks/endpoints`, oldest first.
pub(in crate::sandbox) async fn list(
    _: OwnBusiness,
    State(shared): State<Arc<Shared>>,
    Query(page): Query<Page>,
) -> Result<Json<Value>, Failure> {
    page.of(&shared.state().webhooks.endpoints, |endpoint| endpoint.to_json(&shared.account))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::sandbox) struct Create {
    destination_url: String,
    name: String,
    description: Option<String>,
}

/// `POST /business/{businessId}/webhooks/endpoints`: several may have one URL, and then they have one key.
pub(in crate::sandbox) async fn create(
    _: OwnBusiness,
    State(shared): State<Arc<Shared>>,
    Body(new): Body<Create>,
) -> Result<Json<Value>, Failure> {
    let target = Target::parse(new.destination_url, "destinationUrl")?;
    let now = shared.now();
    let mut state = shared.state();
    let World { webhooks, entropy, .. } = &mut *state;
    let id = webhooks.add_endpoint(target, new.name, new.description.unwrap_or_default(), entropy, now);
    Ok(Json(webhooks.endpoint(id)?.to_json(&shared.account)))
}

/// `GET /webhooks/endpoints/{id}`.
pub(in crate::sandbox) async fn get(Id(id): Id, State(shared): State<Arc<Shared>>) -> Result<Json<Value>, Failure> {
    let mut state = shared.state();
    Ok(Json(state.webhooks.endpoint(id)?.to_json(&shared.account)))
}

/// The URL is no part of it: an endpoint keeps the one it was made with.
#[derive(Deserialize)]
pub(in crate::sandbox) struct Update {
    name: Option<String>,
    description: Option<String>,
}

/// `PUT /webhooks/endpoints/{id}`: what is absent or null stays as it is.
pub(in crate::sandbox) async fn update(
    Id(id): Id,
    State(shared): State<Arc<Shared>>,
    Body(change): Body<Update>,
) -> Result<Json<Value>, Failure> {
    let now = shared.now();
    let mut state = shared.state();
    let endpoint = state.webhooks.endpoint(id)?;
    if let Some(name) = change.name {
        endpoint.name = name;
    }
    if let Some(description) = change.description {
        endpoint.description = description;
    }
    endpoint.updated = now;
    Ok(Json(endpoint.to_json(&shared.account)))
}

/// `DELETE /webhooks/endpoints/{id}`: its triggers go with it, and what is still to be delivered to it is given up.
pub(in crate::sandbox) async fn delete(Id(id): Id, State(shared): State<Arc<Shared>>) -> Result<Json<Value>, Failure> {
    shared.state().webhooks.remove_endpoint(id)?;
    Ok(Json(json!({ "success": true })))
}

/// `PUT /webhooks/endpoints/{id}/rotate`: the new key signs from the next attempt on.
pub(in crate::sandbox) async fn rotate(Id(id): Id, State(shared): State<Arc<Shared>>) -> Result<Json<Value>, Failure> {
    let now = shared.now();
    let mut state = shared.state();
    let World { webhooks, methods, entropy, .. } = &mut *state;
    webhooks.rotate(id, methods, entropy, now)?;
    Ok(Json(webhooks.endpoint(id)?.to_json(&shared.account)))
}
