//! The client against a scripted transport and a paused clock, and once against real sockets; and webhooks.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking, its helpers included")]

#[path = "../shared/documented.rs"]
mod documented;
mod support;

mod chains;
mod contract_events;
mod delegations;
mod endpoints;
mod errors;
mod lists;
mod methods;
mod models;
#[cfg(feature = "reqwest")]
mod over_reqwest;
mod reported;
mod retries;
mod secrets;
mod signatures;
#[cfg(feature = "signer")]
mod signer;
mod structs;
mod token;
mod types;
mod wait;
mod wallets;
mod webhook;
mod webhooks;
