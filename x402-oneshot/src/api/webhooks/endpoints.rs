//! The webhook endpoint endpoints.

use http::Method;

use crate::api::list::List;
use crate::api::webhooks::delivery::Webhook;
use crate::api::webhooks::endpoint::{NewWebhookEndpoint, UpdateWebhookEndpoint, WebhookEndpoint};
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::id::{BusinessId, EndpointId};

/// Webhook endpoints, from [`Webhooks::endpoints`](crate::api::Webhooks::endpoints).
#[derive(Clone, Copy, Debug)]
pub struct Endpoints<'a> {
    pub(super) client: &'a Client,
}

impl<'a> Endpoints<'a> {
    /// Lists the endpoints of a business.
    pub fn list(self, business: BusinessId) -> List<'a, WebhookEndpoint> {
        List::new(self.client, "/business/{businessId}/webhooks/endpoints").segment(business)
    }

    /// Makes an endpoint. It is sent once.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn create(self, business: BusinessId, endpoint: &NewWebhookEndpoint) -> Result<WebhookEndpoint, Error> {
        let call = Call::act(Method::POST, "/business/{businessId}/webhooks/endpoints");
        self.client.send(call.segment(business).json(endpoint)?).await
    }

    /// One endpoint.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`Error::is_not_found`] if there is none.
    pub async fn get(self, id: EndpointId) -> Result<WebhookEndpoint, Error> {
        let call = Call::read(Method::GET, "/webhooks/endpoints/{webhookEndpointId}").segment(id);
        self.client.send(call).await
    }

    /// Changes an endpoint, and returns it as it is now. It is sent once.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`Error::is_not_found`] if there is none.
    pub async fn update(self, id: EndpointId, update: &UpdateWebhookEndpoint) -> Result<WebhookEndpoint, Error> {
        let call = Call::act(Method::PUT, "/webhooks/endpoints/{webhookEndpointId}").segment(id).json(update)?;
        self.client.send(call).await
    }

    /// Deletes an endpoint. It is sent once.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`Error::is_not_found`] if there is none.
    pub async fn delete(self, id: EndpointId) -> Result<(), Error> {
        let call = Call::act(Method::DELETE, "/webhooks/endpoints/{webhookEndpointId}").segment(id);
        self.client.perform(call).await
    }

    /// Replaces the key that signs the webhooks of an endpoint, and returns the endpoint with the new public key.
    ///
    /// It is sent once: a second time would replace the key again. After an error that
    /// [may have acted](Error::may_have_acted), [`get`](Self::get) tells the key there is.
    ///
    /// Webhooks on their way are signed with the old key still, so accept both for a while.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`Error::is_not_found`] if there is none.
    pub async fn rotate(self, id: EndpointId) -> Result<WebhookEndpoint, Error> {
        let call = Call::act(Method::PUT, "/webhooks/endpoints/{webhookEndpointId}/rotate").segment(id);
        self.client.send(call).await
    }

    /// Lists the webhooks that were made for an endpoint, delivered or not.
    pub fn deliveries(self, id: EndpointId) -> List<'a, Webhook> {
        List::new(self.client, "/webhooks/endpoints/{webhookEndpointId}/webhooks").segment(id)
    }
}
