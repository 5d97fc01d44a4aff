//! A webhook trigger: which endpoint hears of which events.

use serde::{Deserialize, Serialize};

use crate::api::change::renaming;
use crate::api::webhooks::event_name::EventName;
use crate::codec::{maybe, maybe_integer, or_default};
use crate::id::{BusinessId, EndpointId, MethodId, TransactionId, TriggerId, UserId};

/// A webhook trigger as the API knows it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct WebhookTrigger {
    /// Its identifier.
    pub id: TriggerId,
    /// The endpoint that hears of it.
    #[serde(default, deserialize_with = "maybe")]
    pub endpoint_id: Option<EndpointId>,
    /// The events it hears of.
    #[serde(default, deserialize_with = "or_default")]
    pub events: Vec<EventName>,
    /// The contract methods whose events it hears of.
    #[serde(default, deserialize_with = "or_default")]
    pub contract_method_ids: Vec<MethodId>,
    /// A service of 1Shot's own that hears of it.
    #[serde(default, deserialize_with = "maybe")]
    pub service: Option<String>,
    /// The business that owns it, if it is not a person's.
    #[serde(default, deserialize_with = "maybe")]
    pub business_id: Option<BusinessId>,
    /// The user who owns it, if it is not a business's.
    #[serde(default, deserialize_with = "maybe")]
    pub user_id: Option<UserId>,
    /// The name given to it.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// The description given to it.
    #[serde(default, deserialize_with = "maybe")]
    pub description: Option<String>,
    /// Whether it has been deleted.
    #[serde(default, deserialize_with = "or_default")]
    pub deleted: bool,
    /// When it was last changed.
    #[serde(default, rename = "updated", deserialize_with = "maybe_integer")]
    pub updated_seconds: Option<u64>,
    /// When it was made.
    #[serde(default, rename = "created", deserialize_with = "maybe_integer")]
    pub created_seconds: Option<u64>,
}

/// A webhook trigger to be made.
///
/// ```
/// use x402_oneshot::api::{EventName, NewWebhookTrigger};
/// use x402_oneshot::{EndpointId, MethodId};
///
/// let endpoint: EndpointId = "8a6e0804-2bd0-4672-b79d-d97027f90720".parse()?;
/// let method: MethodId = "4b4bab2d-673d-4b91-8e09-f1402962cd3e".parse()?;
/// let trigger = NewWebhookTrigger::new(endpoint, "settlements")
///     .event(EventName::TransactionExecutionSuccess)
///     .event(EventName::TransactionExecutionFailure)
///     .method(method);
/// # let _ = trigger;
/// # Ok::<(), x402_oneshot::ParseIdError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct NewWebhookTrigger {
    /// The endpoint that is to hear.
    pub endpoint_id: EndpointId,
    /// The events it is to hear of.
    pub event_names: Vec<EventName>,
    /// The contract methods whose events it is to hear of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contract_method_ids: Vec<MethodId>,
    /// Demanded by the API, which does not say what for; always empty in 1Shot's own clients.
    pub transaction_ids: Vec<TransactionId>,
    /// A name for people.
    pub name: String,
    /// A description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl NewWebhookTrigger {
    /// A trigger without events.
    #[must_use]
    pub fn new(endpoint: EndpointId, name: impl Into<String>) -> Self {
        Self {
            endpoint_id: endpoint,
            event_names: Vec::new(),
            contract_method_ids: Vec::new(),
            transaction_ids: Vec::new(),
            name: name.into(),
            description: None,
        }
    }

    /// Adds an event.
    #[must_use]
    pub fn event(mut self, event: EventName) -> Self {
        self.event_names.push(event);
        self
    }

    /// Adds a contract method.
    #[must_use]
    pub fn method(mut self, method: MethodId) -> Self {
        self.contract_method_ids.push(method);
        self
    }

    /// Sets the description.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }
}

/// Changes to a webhook trigger; what is not set stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UpdateWebhookTrigger {
    /// The endpoint that is to hear.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint_id: Option<EndpointId>,
    /// The events it is to hear of, all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_names: Option<Vec<EventName>>,
    /// The contract methods whose events it is to hear of, all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract_method_ids: Option<Vec<MethodId>>,
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

renaming!(UpdateWebhookTrigger);

impl UpdateWebhookTrigger {
    /// Has another endpoint hear.
    #[must_use]
    pub const fn endpoint(mut self, endpoint: EndpointId) -> Self {
        self.endpoint_id = Some(endpoint);
        self
    }

    /// Replaces the events.
    #[must_use]
    pub fn events(mut self, events: impl IntoIterator<Item = EventName>) -> Self {
        self.event_names = Some(events.into_iter().collect());
        self
    }

    /// Replaces the contract methods.
    #[must_use]
    pub fn methods(mut self, methods: impl IntoIterator<Item = MethodId>) -> Self {
        self.contract_method_ids = Some(methods.into_iter().collect());
        self
    }
}
