//! A webhook on its way.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::attempt::SandboxAttempt;
use super::status::DeliveryStatus;
use crate::sandbox::entropy::Entropy;
use crate::webhook::EventName;

/// A webhook of the sandbox as it stood when asked: one event, for one endpoint.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SandboxDelivery {
    /// The id the API gave it.
    pub id: Uuid,
    /// The endpoint it is for.
    pub endpoint_id: Uuid,
    /// What happened, such as `TransactionExecutionSuccess`.
    #[serde(rename = "eventName")]
    pub event: EventName,
    /// The transaction that it tells of; `None` if it is about a wallet.
    pub transaction_id: Option<Uuid>,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// All tries so far, oldest first.
    pub attempts: Vec<SandboxAttempt>,
}

/// A webhook as it is kept.
pub(super) struct Delivery {
    pub(super) view: SandboxDelivery,
    /// What is sent as `data`.
    pub(super) data: Value,
    /// How long the first attempt waits.
    pub(super) delay: Duration,
    /// Whether the first success counts for nothing, as if its answer had been lost.
    duplicate: bool,
    /// What its attempts draw from: when they are made must not show in the ids of anything else.
    pub(super) chance: Entropy,
    /// Attempts that did not succeed.
    failures: usize,
    created: u64,
    updated: u64,
}

impl Delivery {
    pub(super) fn new(
        entropy: &mut Entropy,
        endpoint: Uuid,
        event: EventName,
        transaction: Option<Uuid>,
        data: Value,
        now: u64,
    ) -> Self {
        let id = entropy.uuid();
        Self {
            view: SandboxDelivery {
                id,
                endpoint_id: endpoint,
                event,
                transaction_id: transaction,
                status: DeliveryStatus::Unsent,
                attempts: Vec::new(),
            },
            data,
            delay: Duration::ZERO,
            duplicate: false,
            chance: entropy.fork(&id.to_string()),
            failures: 0,
            created: now,
            updated: now,
        }
    }

    pub(super) fn delayed(mut self, delay: Option<Duration>) -> Self {
        self.delay = delay.unwrap_or_default();
        self
    }

    pub(super) fn duplicated(mut self, duplicate: bool) -> Self {
        self.duplicate = duplicate;
        self
    }

    /// Records an attempt; says how long to wait for the next one, if there is to be one.
    pub(super) fn record(&mut self, attempt: SandboxAttempt, retries: &[Duration], now: u64) -> Option<Duration> {
        let success = attempt.is_success();
        let again = if !success {
            self.failures += 1;
            retries.get(self.failures - 1).copied()
        } else if std::mem::take(&mut self.duplicate) {
            Some(Duration::ZERO)
        } else {
            None
        };
        self.view.status = match (again, success) {
            (Some(_), _) => DeliveryStatus::Retrying,
            (None, true) => DeliveryStatus::Success,
            (None, false) => DeliveryStatus::Failed,
        };
        self.view.attempts.push(attempt);
        self.updated = now;
        again
    }

    /// Gives it up without another attempt.
    pub(super) fn abandon(&mut self, now: u64) {
        self.view.status = DeliveryStatus::Failed;
        self.updated = now;
    }

    /// The API's `Webhook`.
    pub(super) fn to_json(&self) -> Value {
        let Self { view, .. } = self;
        json!({
            "id": view.id,
            "endpointId": view.endpoint_id,
            "eventName": view.event,
            "content": self.data.to_string(),
            "status": view.status,
            "deleted": false,
            "updated": self.updated,
            "created": self.created,
        })
    }
}
