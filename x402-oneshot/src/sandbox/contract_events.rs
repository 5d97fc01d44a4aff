//! The contract event endpoints.

use std::collections::BTreeMap;
use std::sync::Arc;

use alloy_primitives::Address;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::contract_event::ContractEvent;
use super::extract::{Body, Id, OwnBusiness, Query, parse};
use super::failure::Failure;
use super::page::Page;
use super::shared::{Shared, State as World};
use super::transaction::Transaction;
use super::{log, value};

/// Logs that one search gives at most.
const MAX_RESULTS: usize = 1000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Filter {
    chain_id: Option<u64>,
    name: Option<String>,
    #[serde(default)]
    status: Life,
    contract_address: Option<Address>,
    event_name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Life {
    #[default]
    Active,
    All,
    Deleted,
}

impl Filter {
    /// A name matches if it contains the filter's.
    fn matches(&self, event: &ContractEvent) -> bool {
        self.chain_id.is_none_or(|chain| chain == event.chain_id)
            && self.name.as_ref().is_none_or(|name| event.name.contains(name))
            && match self.status {
                Life::Active => !event.deleted,
                Life::All => true,
                Life::Deleted => event.deleted,
            }
            && self.contract_address.is_none_or(|contract| contract == event.contract)
            && self.event_name.as_ref().is_none_or(|name| *name == event.event.name)
    }
}

/// `GET /business/{businessId}/events`, oldest first.
pub(super) async fn list(
    _: OwnBusiness,
    State(shared): State<Arc<Shared>>,
    Query(filter): Query<Filter>,
    Query(page): Query<Page>,
) -> Result<Json<Value>, Failure> {
    let state = shared.state();
    let matching: Vec<_> = state.contract_events.iter().filter(|event| filter.matches(event)).collect();
    page.of(&matching, |event| event.to_json(&shared.account))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Create {
    chain_id: u64,
    contract_address: Address,
    name: String,
    description: String,
    event_name: String,
}

/// `POST /business/{businessId}/events`, for the events that the sandbox's own contracts declare.
pub(super) async fn create(
    _: OwnBusiness,
    State(shared): State<Arc<Shared>>,
    Body(new): Body<Create>,
) -> Result<Json<Value>, Failure> {
    let now = shared.now();
    let mut state = shared.state();
    if state.chains.check(new.chain_id)?.code(new.contract_address).is_empty() {
        return Err(Failure::invalid("body", "contractAddress", "there is no contract at contractAddress"));
    }
    let Some(event) = log::declared().find(|event| event.name == new.event_name) else {
        return Err(Failure::invalid("body", "eventName", "no contract of the sandbox declares this event"));
    };
    let event = ContractEvent {
        id: state.entropy.uuid(),
        chain_id: new.chain_id,
        contract: new.contract_address,
        name: new.name,
        description: new.description,
        event,
        created: now,
        updated: now,
        deleted: false,
    };
    let json = event.to_json(&shared.account);
    state.contract_events.push(event);
    Ok(Json(json))
}

/// `GET /events/{id}`.
pub(super) async fn get(Id(id): Id, State(shared): State<Arc<Shared>>) -> Result<Json<Value>, Failure> {
    let mut state = shared.state();
    Ok(Json(find(&mut state.contract_events, id)?.to_json(&shared.account)))
}

#[derive(Deserialize)]
pub(super) struct Update {
    name: Option<String>,
    description: Option<String>,
}

/// `PUT /events/{id}`: what is absent or null stays as it is.
pub(super) async fn update(
    Id(id): Id,
    State(shared): State<Arc<Shared>>,
    Body(change): Body<Update>,
) -> Result<Json<Value>, Failure> {
    let now = shared.now();
    let mut state = shared.state();
    let event = find(&mut state.contract_events, id)?;
    if let Some(name) = change.name {
        event.name = name;
    }
    if let Some(description) = change.description {
        event.description = description;
    }
    event.updated = now;
    Ok(Json(event.to_json(&shared.account)))
}

/// `DELETE /events/{id}`.
pub(super) async fn delete(Id(id): Id, State(shared): State<Arc<Shared>>) -> Result<Json<Value>, Failure> {
    let now = shared.now();
    let mut state = shared.state();
    let event = find(&mut state.contract_events, id)?;
    (event.deleted, event.updated) = (true, now);
    Ok(Json(json!({"success": true})))
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Search {
    start_block: Option<u64>,
    end_block: Option<u64>,
    #[serde(default)]
    topics: BTreeMap<String, String>,
}

/// `POST /events/{id}/search`: what completed transactions have logged, oldest first. The body may be left out.
pub(super) async fn search(
    Id(id): Id,
    State(shared): State<Arc<Shared>>,
    body: axum::body::Bytes,
) -> Result<Json<Value>, Failure> {
    let search: Search = if body.is_empty() { Search::default() } else { parse(&body)? };
    let mut state = shared.state();
    let World { contract_events, transactions, .. } = &mut *state;
    let event = find(contract_events, id)?;
    for name in search.topics.keys() {
        if !event.event.inputs.iter().any(|input| input.indexed && input.name == *name) {
            let message = format!("the event has no indexed parameter {name}");
            return Err(Failure::invalid("body", "topics", message));
        }
    }
    let mut found: Vec<(u64, Value)> = transactions.iter().flat_map(|tx| search.logs(event, tx)).collect();
    found.sort_by_key(|(block, _)| *block);
    let beyond = found.get(MAX_RESULTS).map(|(block, _)| *block);
    let first = found.first().map(|(block, _)| *block);
    found.truncate(MAX_RESULTS);
    let logs: Vec<Value> = found.into_iter().map(|(_, log)| log).collect();
    let mut answer = json!({ "logs": logs });
    if let (Some(beyond), Some(members)) = (beyond, answer.as_object_mut()) {
        members.insert("error".to_owned(), json!(format!("there are more than {MAX_RESULTS} logs")));
        members.insert("maxResults".to_owned(), json!(MAX_RESULTS));
        members.insert("startBlock".to_owned(), json!(first));
        members.insert("endBlock".to_owned(), json!(beyond.saturating_sub(1)));
    }
    Ok(Json(answer))
}

impl Search {
    /// A transaction's logs of an event that are looked for, with their blocks.
    fn logs(&self, event: &ContractEvent, transaction: &Transaction) -> Vec<(u64, Value)> {
        let receipt = transaction.receipt.as_ref().filter(|_| transaction.view.chain_id == event.chain_id);
        let Some(receipt) = receipt else {
            return Vec::new();
        };
        if self.start_block.is_some_and(|start| receipt.block_number < start)
            || self.end_block.is_some_and(|end| receipt.block_number > end)
        {
            return Vec::new();
        }
        let of_contract = receipt.logs.iter().enumerate().filter(|(_, log)| log.address == event.contract);
        of_contract
            .filter_map(|(index, log)| {
                let topics = arguments(event, log)?;
                let wanted = |(name, wanted): (&String, &String)| {
                    topics.get(name).and_then(Value::as_str).is_some_and(|value| value.eq_ignore_ascii_case(wanted))
                };
                let json = json!({
                    "eventName": event.event.name,
                    "blockNumber": receipt.block_number,
                    "blockTimestamp": receipt.timestamp,
                    "transactionHash": transaction.view.hash,
                    "logIndex": index,
                    "removed": false,
                    "topics": topics,
                });
                self.topics.iter().all(wanted).then_some((receipt.block_number, json))
            })
            .collect()
    }
}

/// A log's arguments as texts by name.
fn arguments(event: &ContractEvent, log: &alloy_primitives::Log) -> Option<Map<String, Value>> {
    if log.topics().first() != Some(&event.event.selector()) {
        return None;
    }
    let values = log::arguments(event.event, log)?;
    let named = event.event.inputs.iter().zip(&values);
    Some(named.map(|(input, value)| (input.name.clone(), Value::String(value::to_text(value)))).collect())
}

fn find(events: &mut [ContractEvent], id: Uuid) -> Result<&mut ContractEvent, Failure> {
    let event = events.iter_mut().find(|event| event.id == id && !event.deleted);
    event.ok_or_else(|| Failure::unknown_entity("no contract event has this id"))
}
