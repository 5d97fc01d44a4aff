//! Webhook triggers.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::sandbox::account::Account;
use crate::webhook::EventName;

/// What a trigger may name: the API's `EEventName`. The sandbox has no users and no invoices, so that of those there is
/// never anything to tell.
pub(super) const EVENTS: [EventName; 7] = [
    EventName::TransactionExecutionFailure,
    EventName::TransactionExecutionSuccess,
    EventName::EscrowWalletLowBalanceDetected,
    EventName::EscrowWalletDepositConfirmed,
    EventName::BusinessUserCreated,
    EventName::BusinessUserDeleted,
    EventName::InvoiceCreated,
];

/// What a contract method's `callbackUrl` is told.
pub(super) const EXECUTION: [EventName; 2] =
    [EventName::TransactionExecutionFailure, EventName::TransactionExecutionSuccess];

/// What an endpoint is told of.
pub(super) struct Trigger {
    pub(super) id: Uuid,
    pub(super) endpoint: Uuid,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) events: Vec<EventName>,
    /// Which contract methods' transactions; empty means all.
    pub(super) methods: Vec<Uuid>,
    /// The contract method whose `callbackUrl` this stands for.
    pub(super) callback_of: Option<Uuid>,
    pub(super) created: u64,
    pub(super) updated: u64,
}

impl Trigger {
    /// Whether the endpoint is to be told. What is not about contract methods passes any choice of them.
    pub(super) fn matches(&self, event: &EventName, methods: &[Uuid]) -> bool {
        let chosen = |method| self.methods.contains(method);
        let any = self.methods.is_empty() || methods.is_empty() || methods.iter().any(chosen);
        any && self.events.contains(event)
    }

    /// The API's `WebhookTrigger`.
    pub(super) fn to_json(&self, account: &Account) -> Value {
        json!({
            "id": self.id,
            "endpointId": self.endpoint,
            "businessId": account.business_id,
            "userId": null,
            "name": self.name,
            "description": self.description,
            "events": self.events,
            "contractMethodIds": self.methods,
            "service": null,
            "deleted": false,
            "updated": self.updated,
            "created": self.created,
        })
    }
}
