//! The webhooks of a running sandbox.

use std::fmt;

use super::delivery::SandboxDelivery;
use super::fault::WebhookFault;
use super::shape::WebhookShape;
use super::switches::Injected;
use super::wait::until;
use crate::TransactionId;
use crate::sandbox::faults::{MAX_FAULTS, When};
use crate::sandbox::shared::{Shared, State as World};
use crate::webhook::CanonicalForm;

/// The webhooks of a running [`Sandbox`](crate::sandbox::Sandbox): what was sent, and what is to go wrong.
///
/// ```
/// use x402_oneshot::sandbox::faults::When;
/// use x402_oneshot::sandbox::{Sandbox, WebhookFault, WebhookShape};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), x402_oneshot::sandbox::SandboxError> {
/// let sandbox = Sandbox::start().await?;
/// sandbox.webhooks().set_shape(WebhookShape::Relayer);
/// sandbox.webhooks().inject(WebhookFault::BadSignature, When::Times(1));
///
/// // Here the program under test settles a payment; then:
/// let deliveries = sandbox.webhooks().settled().await;
/// assert!(deliveries.iter().all(|delivery| delivery.status.is_final()));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct SandboxWebhooks<'a> {
    shared: &'a Shared,
}

impl<'a> SandboxWebhooks<'a> {
    pub(in crate::sandbox) const fn new(shared: &'a Shared) -> Self {
        Self { shared }
    }

    /// All webhooks so far, oldest first.
    #[must_use]
    pub fn deliveries(&self) -> Vec<SandboxDelivery> {
        self.shared.state().webhooks.deliveries.iter().map(|delivery| delivery.view.clone()).collect()
    }

    /// Waits until nothing more is to be delivered of what has happened so far; gives all webhooks.
    pub async fn settled(&self) -> Vec<SandboxDelivery> {
        self.when(|deliveries| deliveries.iter().all(|delivery| delivery.status.is_final())).await
    }

    /// Waits until a transaction is final and its webhooks are delivered or given up; gives those webhooks.
    ///
    /// With [manual mining](crate::sandbox::SandboxBuilder::manual_mining), somebody has to mine meanwhile. There are
    /// no webhooks of a transaction that the sandbox does not have.
    pub async fn delivered(&self, transaction: impl Into<TransactionId>) -> Vec<SandboxDelivery> {
        let id = transaction.into().into();
        self.shared.wait(id).await;
        let of_it = |delivery: &&SandboxDelivery| delivery.transaction_id == Some(id);
        let all = self.when(|all| all.iter().filter(of_it).all(|delivery| delivery.status.is_final())).await;
        all.into_iter().filter(|delivery| of_it(&delivery)).collect()
    }

    /// Waits until the webhooks are as the test wants them; gives all of them as they are then.
    ///
    /// Asks now, and again after each attempt.
    pub async fn when(&self, ready: impl Fn(&[SandboxDelivery]) -> bool) -> Vec<SandboxDelivery> {
        let views = |webhooks: &super::registry::Webhooks| -> Vec<SandboxDelivery> {
            webhooks.deliveries.iter().map(|delivery| delivery.view.clone()).collect()
        };
        until(self.shared, |webhooks| ready(&views(webhooks))).await;
        self.deliveries()
    }

    /// Writes the webhooks of what happens from now on in this shape.
    pub fn set_shape(&self, shape: WebhookShape) {
        self.shared.state().webhooks.switches.shape = shape;
    }

    /// Signs attempts over this form from now on; 1Shot signs [`CanonicalForm::EcmaScript`].
    pub fn set_form(&self, form: CanonicalForm) {
        self.shared.state().webhooks.switches.form = form;
    }

    /// Makes this go wrong with those attempts, webhooks or executions that are chosen, until [`clear`](Self::clear).
    ///
    /// # Panics
    ///
    /// If there are a thousand faults that may still strike.
    pub fn inject(&self, fault: WebhookFault, when: When) {
        let held = self.shared.state().webhooks.switches.inject(Injected::new(fault, when));
        // A test that adds a thousand faults and takes none away is in a loop.
        assert!(held.is_ok(), "a sandbox holds no more than {MAX_FAULTS} webhook faults");
    }

    /// Lets nothing more go wrong.
    pub fn clear(&self) {
        self.shared.state().webhooks.switches.clear();
    }

    /// Gives a URL another key pair, as `PUT /webhooks/endpoints/{id}/rotate` does; whether an endpoint has that URL.
    ///
    /// The next attempt is signed with the new key, also of what happened before.
    #[must_use = "if no endpoint has the URL, nothing was rotated"]
    pub fn rotate(&self, url: &str) -> bool {
        let now = self.shared.now();
        let World { webhooks, methods, entropy, .. } = &mut *self.shared.state();
        let endpoint = webhooks.endpoints.iter().find(|endpoint| endpoint.target.as_str() == url);
        let Some(id) = endpoint.map(|endpoint| endpoint.id) else {
            return false;
        };
        webhooks.rotate(id, methods, entropy, now).is_ok()
    }
}

impl fmt::Debug for SandboxWebhooks<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxWebhooks").field("deliveries", &self.deliveries().len()).finish_non_exhaustive()
    }
}
