//! What [`premium_server`](../premium_server) and [`facilitator_server`](../facilitator_server) share: they read the same
//! variables, settle through the same backends, and listen to strangers in the same way.
//!
//! It is part of the examples and not published: take from it what you need.

mod environment;
mod values;

mod log;
mod settings;

mod claims;
mod gas;
mod webhook;

mod backend;
mod program;
mod serve;
mod stop;

pub use backend::Backend;
pub use claims::shared_claims;
pub use environment::{ConfigError, Environment};
pub use log::Log;
pub use program::{arguments, end, tell};
pub use serve::{MAX_CONNECTIONS, listen, serve};
pub use settings::{Account, OneshotFacilitator, Settings};
pub use stop::signals;
pub use values::{NETWORK, number, recipient};
pub use webhook::reports;
