//! A webhook endpoint: a URL that webhooks are delivered to.

use serde::{Deserialize, Serialize};

use crate::api::change::renaming;
use crate::codec::{maybe, maybe_integer, or_default};
use crate::id::{BusinessId, EndpointId, UserId};

/// A webhook endpoint as the API knows it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct WebhookEndpoint {
    /// Its identifier.
    pub id: EndpointId,
    /// The URL that webhooks are sent to.
    pub destination_url: String,
    /// The ed25519 key, in base64, that signs them.
    #[serde(default, deserialize_with = "maybe")]
    pub public_key: Option<String>,
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
    /// Whether 1Shot has made sure that it answers.
    #[serde(default, deserialize_with = "or_default")]
    pub verified: bool,
    /// When 1Shot last tried it.
    #[serde(default, rename = "lastPing", deserialize_with = "maybe_integer")]
    pub last_ping_seconds: Option<u64>,
    /// Whether it answered then.
    #[serde(default, deserialize_with = "or_default")]
    pub last_ping_status: bool,
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

/// A webhook endpoint to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct NewWebhookEndpoint {
    /// The URL that webhooks are sent to. It cannot be changed later.
    pub destination_url: String,
    /// A name for people.
    pub name: String,
    /// A description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl NewWebhookEndpoint {
    /// An endpoint at this URL.
    #[must_use]
    pub fn new(destination_url: impl Into<String>, name: impl Into<String>) -> Self {
        Self { destination_url: destination_url.into(), name: name.into(), description: None }
    }

    /// Sets the description.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }
}

/// Changes to a webhook endpoint; what is not set stays as it is. For another URL, make another endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UpdateWebhookEndpoint {
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

renaming!(UpdateWebhookEndpoint);
