//! A webhook as it is sent, and what is made of the answer.

use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;

use super::attempt::{API_VERSION, SandboxAttempt};
use super::fault::WebhookFault;
use super::key;
use super::payload::object;
use super::registry::Webhooks;
use super::target::Target;

/// One attempt, ready to be sent.
pub(super) struct Letter {
    pub(super) target: Target,
    /// Lacks what only the answer tells.
    pub(super) attempt: SandboxAttempt,
    /// Whether it may be sent where it is addressed to.
    pub(super) may_go: bool,
}

/// What a letter met with.
pub(super) struct Answer {
    /// `None` if there was no answer.
    pub(super) status: Option<u16>,
    /// The beginning of the answer, or why there was none.
    pub(super) text: String,
}

impl Webhooks {
    /// Stamps and signs the next attempt, with the key of the moment; `None` if the endpoint is gone.
    pub(super) fn letter(&mut self, id: Uuid, now: u64) -> Option<Letter> {
        let delivery = self.deliveries.iter_mut().find(|delivery| delivery.view.id == id)?;
        let Some(endpoint) = self.endpoints.iter().find(|endpoint| endpoint.id == delivery.view.endpoint_id) else {
            delivery.abandon(now);
            return None;
        };
        let age = self.switches.strike(WebhookFault::stale, now, &mut delivery.chance).unwrap_or_default();
        let timestamp = now.saturating_sub(age.as_secs());
        let mut body = object([
            ("eventName", json!(delivery.view.event)),
            ("data", delivery.data.clone()),
            ("timestamp", json!(timestamp)),
            ("apiVersion", json!(API_VERSION)),
        ]);
        let forge = self.switches.strike(WebhookFault::bad_signature, now, &mut delivery.chance).is_some();
        let signer = match forge {
            true => key::fresh(&mut delivery.chance),
            false => self.keys.of(&endpoint.target, &mut delivery.chance).clone(),
        };
        let Ok(signature) = signer.form(self.switches.form).signature(&body) else {
            delivery.abandon(now);
            return None;
        };
        body.insert("signature".to_owned(), json!(signature));
        let body = Value::Object(body).to_string();
        Some(Letter {
            target: endpoint.target.clone(),
            attempt: SandboxAttempt {
                id: delivery.chance.uuid(),
                body,
                signature,
                timestamp,
                status: None,
                answer: String::new(),
            },
            may_go: self.switches.anywhere || endpoint.target.is_loopback(),
        })
    }

    /// Records what came of a letter; says how long to wait before the next one, if there is to be one.
    pub(super) fn record(&mut self, id: Uuid, letter: Letter, answer: Answer, now: u64) -> Option<Duration> {
        let Letter { mut attempt, may_go, .. } = letter;
        (attempt.status, attempt.answer) = (answer.status, answer.text);
        let success = attempt.is_success();
        let delivery = self.deliveries.iter_mut().find(|delivery| delivery.view.id == id)?;
        let endpoint = self.endpoints.iter_mut().find(|endpoint| endpoint.id == delivery.view.endpoint_id);
        if let Some(endpoint) = endpoint {
            endpoint.pinged(now, success);
        }
        // What may not be sent now may not be sent later.
        let retries = if may_go { self.switches.retries.as_slice() } else { &[] };
        delivery.record(attempt, retries, now)
    }
}
