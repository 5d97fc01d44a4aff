//! The webhook trigger endpoints.

use http::Method;

use crate::api::list::List;
use crate::api::webhooks::trigger::{NewWebhookTrigger, UpdateWebhookTrigger, WebhookTrigger};
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::id::{BusinessId, TriggerId};

/// Webhook triggers, from [`Webhooks::triggers`](crate::api::Webhooks::triggers).
#[derive(Clone, Copy, Debug)]
pub struct Triggers<'a> {
    pub(super) client: &'a Client,
}

impl<'a> Triggers<'a> {
    /// Lists the triggers of a business.
    pub fn list(self, business: BusinessId) -> List<'a, WebhookTrigger> {
        List::new(self.client, "/business/{businessId}/webhooks/triggers").segment(business)
    }

    /// Makes a trigger. It is sent once.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn create(self, business: BusinessId, trigger: &NewWebhookTrigger) -> Result<WebhookTrigger, Error> {
        let call = Call::act(Method::POST, "/business/{businessId}/webhooks/triggers");
        self.client.send(call.segment(business).json(trigger)?).await
    }

    /// Changes a trigger, and returns it as it is now. It is sent once.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`Error::is_not_found`] if there is none.
    pub async fn update(self, id: TriggerId, update: &UpdateWebhookTrigger) -> Result<WebhookTrigger, Error> {
        let call = Call::act(Method::PUT, "/webhooks/triggers/{webhookTriggerId}").segment(id).json(update)?;
        self.client.send(call).await
    }

    /// Deletes a trigger. It is sent once.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`Error::is_not_found`] if there is none.
    pub async fn delete(self, id: TriggerId) -> Result<(), Error> {
        let call = Call::act(Method::DELETE, "/webhooks/triggers/{webhookTriggerId}").segment(id);
        self.client.perform(call).await
    }
}
