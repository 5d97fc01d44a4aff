//! How webhooks are made and delivered, and what goes wrong with them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::fault::WebhookFault;
use super::shape::WebhookShape;
use crate::sandbox::entropy::Entropy;
use crate::sandbox::faults::{Full, MAX_FAULTS, When};
use crate::webhook::CanonicalForm;

/// Waits between attempts when nothing else is said. What 1Shot's are is not known.
const RETRIES: [u64; 5] = [1, 2, 4, 8, 16];

/// What can be switched while the sandbox runs.
#[derive(Clone)]
pub(in crate::sandbox) struct Switches {
    pub(in crate::sandbox) shape: WebhookShape,
    pub(super) form: CanonicalForm,
    /// How long to wait after the first failure, the second and so on; after the last, a webhook is given up.
    pub(in crate::sandbox) retries: Vec<Duration>,
    /// Whether webhooks may leave this machine.
    pub(in crate::sandbox) anywhere: bool,
    /// Oldest first.
    faults: Vec<Injected>,
}

/// A fault and when it strikes.
#[derive(Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Injected {
    fault: WebhookFault,
    when: When,
    /// How often it was asked for.
    #[serde(skip_deserializing)]
    seen: u64,
}

impl Injected {
    pub(super) const fn new(fault: WebhookFault, when: When) -> Self {
        Self { fault, when, seen: 0 }
    }
}

/// What is asked for is known by its kind: faults of one kind differ in what they carry.
pub(super) type Kind<T> = fn(WebhookFault) -> Option<T>;

impl Default for Switches {
    fn default() -> Self {
        Self {
            shape: WebhookShape::default(),
            form: CanonicalForm::EcmaScript,
            retries: RETRIES.map(Duration::from_secs).to_vec(),
            anywhere: false,
            faults: Vec::new(),
        }
    }
}

impl Switches {
    pub(super) fn inject(&mut self, injected: Injected) -> Result<(), Full> {
        if self.faults.len() >= MAX_FAULTS {
            return Err(Full);
        }
        self.faults.push(injected);
        Ok(())
    }

    /// Those that may still strike, oldest first.
    pub(super) fn faults(&self) -> &[Injected] {
        &self.faults
    }

    pub(super) fn clear(&mut self) {
        self.faults.clear();
    }

    /// Whether a fault of this kind strikes now, and what it carries. The oldest that strikes is it, and the others do
    /// not see it.
    pub(super) fn strike<T>(&mut self, kind: Kind<T>, now: u64, chance: &mut Entropy) -> Option<T> {
        let struck = self.faults.iter_mut().find_map(|injected| {
            let carried = kind(injected.fault)?;
            let strikes = injected.when.strikes(injected.seen, now, chance);
            injected.seen += 1;
            strikes.then_some(carried)
        });
        self.faults.retain(|injected| !injected.when.is_spent(injected.seen));
        struck
    }
}
