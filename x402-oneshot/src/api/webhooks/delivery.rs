//! A webhook that was sent, and the attempts to deliver it.

use serde::Deserialize;

use crate::api::open_enum::open_enum;
use crate::api::webhooks::event_name::EventName;
use crate::codec::{maybe, maybe_integer, or_default, text_or_json};
use crate::id::{DeliveryAttemptId, EndpointId, WebhookId};

open_enum! {
    /// How far a webhook has got.
    WebhookStatus {
        /// Given up.
        Failed = "Failed",
        /// Not delivered yet; it will be tried again.
        Retrying = "Retrying",
        /// Delivered.
        Success = "Success",
        /// Not tried yet.
        Unsent = "Unsent",
    }
}

/// A webhook: one message about one event to one endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Webhook {
    /// Its identifier.
    pub id: WebhookId,
    /// How far it has got.
    pub status: WebhookStatus,
    /// What has happened.
    pub event_name: EventName,
    /// The endpoint it goes to.
    #[serde(default, deserialize_with = "maybe")]
    pub endpoint_id: Option<EndpointId>,
    /// What it says, as JSON text. Each attempt adds its own time and signature.
    #[serde(default, deserialize_with = "text_or_json")]
    pub content: String,
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

/// One attempt to deliver a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DeliveryAttempt {
    /// Its identifier.
    pub id: DeliveryAttemptId,
    /// The webhook.
    #[serde(default, deserialize_with = "maybe")]
    pub webhook_id: Option<WebhookId>,
    /// The version of the webhook's form.
    #[serde(default, deserialize_with = "maybe_integer")]
    pub api_version: Option<u64>,
    /// The HTTP status that the endpoint answered with.
    #[serde(default, rename = "httpResponse", deserialize_with = "maybe")]
    pub http_status: Option<u16>,
    /// What the endpoint answered.
    #[serde(default, deserialize_with = "text_or_json")]
    pub client_response: String,
    /// The signature that was sent, in base64.
    #[serde(default, deserialize_with = "maybe")]
    pub signature: Option<String>,
    /// The time that was sent, and signed.
    #[serde(default, rename = "timestamp", deserialize_with = "maybe_integer")]
    pub timestamp_seconds: Option<u64>,
}
