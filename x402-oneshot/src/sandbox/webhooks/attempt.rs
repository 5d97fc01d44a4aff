//! One try at delivering a webhook.

use serde_json::{Value, json};
use uuid::Uuid;

/// The version of the envelope.
pub(super) const API_VERSION: u32 = 0;

/// One try at delivering a webhook: what was sent and what came back.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SandboxAttempt {
    /// The id the API gave it.
    pub id: Uuid,
    /// The body as it was sent, signature included.
    pub body: String,
    /// The signature in it, in base64.
    pub signature: String,
    /// The timestamp in it: Unix time in seconds.
    pub timestamp: u64,
    /// The status of the answer; `None` if there was none.
    pub status: Option<u16>,
    /// The beginning of the answer's body or, if there was no answer, why.
    pub answer: String,
}

impl SandboxAttempt {
    /// Whether the receiver took the webhook.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// The API's `WebhookDeliveryAttempt`; the response is 0 where there was none.
    pub(super) fn to_json(&self, webhook: Uuid) -> Value {
        json!({
            "id": self.id,
            "webhookId": webhook,
            "apiVersion": API_VERSION,
            "httpResponse": self.status.unwrap_or_default(),
            "clientResponse": self.answer,
            "signature": self.signature,
            "timestamp": self.timestamp,
        })
    }
}
