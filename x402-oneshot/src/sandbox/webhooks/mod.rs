//! Webhooks: who is told of what, and the telling.
//!
//! What happens is put on record as [`SandboxEvent`](super::SandboxEvent)s. When a block is mined, [`notice`] makes a
//! webhook of each event for each trigger that asks for it; [`courier`] takes those from there and tries to deliver
//! them, each time with a fresh timestamp and signature.

mod status;
pub use status::DeliveryStatus;

mod shape;
pub use shape::WebhookShape;

mod fault;
pub use fault::WebhookFault;

mod switches;
pub(super) use switches::Switches;

mod target;

mod callback;
pub(super) use callback::Callback;

mod key;

mod endpoint;

mod trigger;

mod attempt;
pub use attempt::SandboxAttempt;

mod delivery;
pub use delivery::SandboxDelivery;

mod registry;
pub(super) use registry::Webhooks;

mod payload;

mod notice;
pub(super) use notice::tell;

mod letter;

mod courier;
pub(super) use courier::Courier;

mod wait;
pub(super) use wait::let_webhooks_pass;

pub(super) mod endpoints;

pub(super) mod triggers;

pub(super) mod deliveries;

mod handle;
pub use handle::SandboxWebhooks;

pub(super) mod admin;
