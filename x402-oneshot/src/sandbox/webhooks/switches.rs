//! How webhooks are made and delivered, and what goes wrong with them.

use std::time::Duration;

use super::fault::WebhookFault;
use super::shape::WebhookShape;
use crate::webhook::CanonicalForm;

/// Waits between attempts when nothing else is said. What 1Shot's are is not known.
const RETRIES: [u64; 5] = [1, 2, 4, 8, 16];

/// What can be switched while the sandbox runs.
pub(in crate::sandbox) struct Switches {
    pub(in crate::sandbox) shape: WebhookShape,
    pub(super) form: CanonicalForm,
    /// How long to wait after the first failure, the second and so on; after the last, a webhook is given up.
    pub(in crate::sandbox) retries: Vec<Duration>,
    /// Whether webhooks may leave this machine.
    pub(in crate::sandbox) anywhere: bool,
    /// Each with how often it is still to strike, which is forever if that is not said.
    faults: Vec<(WebhookFault, Option<usize>)>,
}

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
    pub(super) fn inject(&mut self, fault: WebhookFault, times: Option<usize>) {
        self.faults.push((fault, times));
    }

    pub(super) fn clear(&mut self) {
        self.faults.clear();
    }

    /// Whether a fault of this kind strikes now, and what it carries. The first that was injected is used up first.
    pub(super) fn strike<T>(&mut self, kind: impl Fn(WebhookFault) -> Option<T>) -> Option<T> {
        let (fault, times) =
            self.faults.iter_mut().find(|(fault, times)| *times != Some(0) && kind(*fault).is_some())?;
        if let Some(times) = times {
            *times -= 1;
        }
        kind(*fault)
    }
}
