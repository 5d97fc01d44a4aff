//! The endpoints that tell what was delivered.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::Value;

use super::delivery::Delivery;
use crate::sandbox::extract::{Id, Query};
use crate::sandbox::failure::Failure;
use crate::sandbox::page::Page;
use crate::sandbox::shared::Shared;

/// `GET /webhooks/endpoints/{id}/webhooks`, newest first.
pub(in crate::sandbox) async fn list(
    Id(id): Id,
    State(shared): State<Arc<Shared>>,
    Query(page): Query<Page>,
) -> Result<Json<Value>, Failure> {
    let mut state = shared.state();
    let endpoint = state.webhooks.endpoint(id)?.id;
    let newest_first = state.webhooks.deliveries.iter().rev();
    let matching: Vec<&Delivery> = newest_first.filter(|delivery| delivery.view.endpoint_id == endpoint).collect();
    page.of(&matching, |delivery| delivery.to_json())
}

/// `GET /webhooks/{webhookId}/attempts`, oldest first.
pub(in crate::sandbox) async fn attempts(
    Id(id): Id,
    State(shared): State<Arc<Shared>>,
    Query(page): Query<Page>,
) -> Result<Json<Value>, Failure> {
    let mut state = shared.state();
    let delivery = state.webhooks.delivery(id)?;
    page.of(&delivery.view.attempts, |attempt| attempt.to_json(id))
}
