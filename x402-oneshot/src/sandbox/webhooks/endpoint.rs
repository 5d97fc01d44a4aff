//! Webhook endpoints.

use serde_json::{Value, json};
use uuid::Uuid;

use super::target::Target;
use crate::sandbox::account::Account;
use crate::webhook::PublicKey;

/// A URL that webhooks go to.
pub(super) struct Endpoint {
    pub(super) id: Uuid,
    pub(super) target: Target,
    pub(super) name: String,
    pub(super) description: String,
    /// Changes with each rotation.
    pub(super) public_key: PublicKey,
    created: u64,
    pub(super) updated: u64,
    /// The last attempt, and whether the receiver took it.
    last_ping: Option<(u64, bool)>,
    verified: bool,
}

impl Endpoint {
    pub(super) fn new(
        id: Uuid,
        target: Target,
        name: String,
        description: String,
        public_key: PublicKey,
        now: u64,
    ) -> Self {
        Self { id, target, name, description, public_key, created: now, updated: now, last_ping: None, verified: false }
    }

    /// Remembers an attempt; the first that succeeds verifies the endpoint.
    pub(super) fn pinged(&mut self, now: u64, success: bool) {
        self.last_ping = Some((now, success));
        self.verified |= success;
    }

    /// The API's `WebhookEndpoint`.
    pub(super) fn to_json(&self, account: &Account) -> Value {
        json!({
            "id": self.id,
            "destinationUrl": self.target.as_str(),
            "businessId": account.business_id,
            "userId": null,
            "name": self.name,
            "description": self.description,
            "publicKey": self.public_key.to_string(),
            "verified": self.verified,
            "lastPing": self.last_ping.map(|(at, _)| at),
            "lastPingStatus": self.last_ping.is_some_and(|(_, success)| success),
            "deleted": false,
            "updated": self.updated,
            "created": self.created,
        })
    }
}
