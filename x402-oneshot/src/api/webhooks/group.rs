//! The webhook endpoints of the API, from the top.

use http::Method;
use serde::Deserialize;

use crate::api::list::List;
use crate::api::webhooks::delivery::DeliveryAttempt;
use crate::api::webhooks::endpoints::Endpoints;
use crate::api::webhooks::event_name::EventName;
use crate::api::webhooks::triggers::Triggers;
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::id::WebhookId;

impl Client {
    /// The management of webhooks.
    #[must_use]
    pub const fn webhooks(&self) -> Webhooks<'_> {
        Webhooks { client: self }
    }
}

/// The management of webhooks, from [`Client::webhooks`].
///
/// ```no_run
/// use x402_oneshot::api::{EventName, NewWebhookEndpoint, NewWebhookTrigger};
///
/// # async fn run(client: x402_oneshot::Client, business: x402_oneshot::BusinessId)
/// #     -> Result<(), x402_oneshot::Error> {
/// let endpoint = NewWebhookEndpoint::new("https://shop.example/1shot", "shop");
/// let endpoint = client.webhooks().endpoints().create(business, &endpoint).await?;
/// let trigger = NewWebhookTrigger::new(endpoint.id, "low balance").event(EventName::EscrowWalletLowBalanceDetected);
/// client.webhooks().triggers().create(business, &trigger).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Webhooks<'a> {
    client: &'a Client,
}

#[derive(Deserialize)]
struct Events {
    events: Vec<EventName>,
}

impl<'a> Webhooks<'a> {
    /// The events that webhooks can tell of.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn events(self) -> Result<Vec<EventName>, Error> {
        let all: Events = self.client.send(Call::read(Method::GET, "/webhooks")).await?;
        Ok(all.events)
    }

    /// The URLs that webhooks are delivered to.
    #[must_use]
    pub const fn endpoints(self) -> Endpoints<'a> {
        Endpoints { client: self.client }
    }

    /// What ties endpoints to events.
    #[must_use]
    pub const fn triggers(self) -> Triggers<'a> {
        Triggers { client: self.client }
    }

    /// Lists the attempts to deliver a webhook.
    pub fn attempts(self, id: WebhookId) -> List<'a, DeliveryAttempt> {
        List::new(self.client, "/webhooks/{webhookId}/attempts").segment(id)
    }
}
