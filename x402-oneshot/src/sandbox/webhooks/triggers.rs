//! The endpoints of webhook triggers.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::trigger::{EVENTS, Trigger};
use crate::sandbox::extract::{Body, Id, OwnBusiness, Query};
use crate::sandbox::failure::Failure;
use crate::sandbox::page::Page;
use crate::sandbox::shared::{Shared, State as World};
use crate::webhook::EventName;

/// `GET /webhooks`: what a trigger may name.
pub(in crate::sandbox) async fn events() -> Json<Value> {
    Json(json!({ "events": EVENTS }))
}

/// `GET /business/{businessId}/webhooks/triggers`, oldest first.
pub(in crate::sandbox) async fn list(
    _: OwnBusiness,
    State(shared): State<Arc<Shared>>,
    Query(page): Query<Page>,
) -> Result<Json<Value>, Failure> {
    page.of(&shared.state().webhooks.triggers, |trigger| trigger.to_json(&shared.account))
}

/// `transactionIds`, which the API's specification requires and does not define, is ignored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::sandbox) struct Create {
    endpoint_id: Uuid,
    event_names: Vec<EventName>,
    contract_method_ids: Option<Vec<Uuid>>,
    name: String,
    description: Option<String>,
}

/// `POST /business/{businessId}/webhooks/triggers`.
pub(in crate::sandbox) async fn create(
    _: OwnBusiness,
    State(shared): State<Arc<Shared>>,
    Body(new): Body<Create>,
) -> Result<Json<Value>, Failure> {
    let now = shared.now();
    let mut state = shared.state();
    check_endpoint(&state, new.endpoint_id)?;
    check_events(&new.event_names)?;
    let methods = new.contract_method_ids.unwrap_or_default();
    check_methods(&state, &methods)?;
    let trigger = Trigger {
        id: state.entropy.uuid(),
        endpoint: new.endpoint_id,
        name: new.name,
        description: new.description.unwrap_or_default(),
        events: new.event_names,
        methods,
        callback_of: None,
        created: now,
        updated: now,
    };
    let json = trigger.to_json(&shared.account);
    state.webhooks.triggers.push(trigger);
    Ok(Json(json))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::sandbox) struct Update {
    endpoint_id: Option<Uuid>,
    event_names: Option<Vec<EventName>>,
    contract_method_ids: Option<Vec<Uuid>>,
    name: Option<String>,
    description: Option<String>,
}

/// `PUT /webhooks/triggers/{id}`: what is absent or null stays as it is.
pub(in crate::sandbox) async fn update(
    Id(id): Id,
    State(shared): State<Arc<Shared>>,
    Body(change): Body<Update>,
) -> Result<Json<Value>, Failure> {
    let now = shared.now();
    let mut state = shared.state();
    if let Some(endpoint) = change.endpoint_id {
        check_endpoint(&state, endpoint)?;
    }
    check_events(change.event_names.as_deref().unwrap_or_default())?;
    check_methods(&state, change.contract_method_ids.as_deref().unwrap_or_default())?;
    let trigger = state.webhooks.trigger(id)?;
    replace(&mut trigger.endpoint, change.endpoint_id);
    replace(&mut trigger.events, change.event_names);
    replace(&mut trigger.methods, change.contract_method_ids);
    replace(&mut trigger.name, change.name);
    replace(&mut trigger.description, change.description);
    trigger.updated = now;
    Ok(Json(trigger.to_json(&shared.account)))
}

/// `DELETE /webhooks/triggers/{id}`.
pub(in crate::sandbox) async fn delete(Id(id): Id, State(shared): State<Arc<Shared>>) -> Result<Json<Value>, Failure> {
    shared.state().webhooks.remove_trigger(id)?;
    Ok(Json(json!({ "success": true })))
}

fn replace<T>(old: &mut T, new: Option<T>) {
    if let Some(new) = new {
        *old = new;
    }
}

fn check_endpoint(world: &World, id: Uuid) -> Result<(), Failure> {
    if world.webhooks.endpoints.iter().any(|endpoint| endpoint.id == id) {
        Ok(())
    } else {
        Err(Failure::invalid("body", "endpointId", "no webhook endpoint has this id"))
    }
}

fn check_events(names: &[EventName]) -> Result<(), Failure> {
    match names.iter().find(|name| !EVENTS.contains(name)) {
        None => Ok(()),
        Some(name) => Err(Failure::invalid("body", "eventNames", format!("there is no event {name}"))),
    }
}

fn check_methods(world: &World, ids: &[Uuid]) -> Result<(), Failure> {
    let is_known = |id: &Uuid| world.methods.iter().any(|method| method.id == *id);
    match ids.iter().find(|id| !is_known(id)) {
        None => Ok(()),
        Some(id) => {
            let message = format!("no contract method has the id {id}");
            Err(Failure::invalid("body", "contractMethodIds", message))
        }
    }
}
