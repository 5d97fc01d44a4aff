//! Who hears of what, and what became of it.
//!
//! An endpoint is a URL with a key; a trigger says of which events and contract methods it hears; a webhook is one
//! message, and an attempt is one try to deliver it. The callback URL of a contract method is short for an endpoint
//! and a trigger.

mod event_name;
pub use event_name::EventName;

mod endpoint;
pub use endpoint::{NewWebhookEndpoint, UpdateWebhookEndpoint, WebhookEndpoint};

mod trigger;
pub use trigger::{NewWebhookTrigger, UpdateWebhookTrigger, WebhookTrigger};

mod delivery;
pub use delivery::{DeliveryAttempt, Webhook, WebhookStatus};

mod endpoints;
pub use endpoints::Endpoints;

mod triggers;
pub use triggers::Triggers;

mod group;
pub use group::Webhooks;
