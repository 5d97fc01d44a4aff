//! The payment layer, driven without sockets.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a panic is how a test reports")]

mod drain;
mod frameworks;
mod hang_up;
mod hooks;
mod identifier;
mod orders;
mod paid;
mod parked;
#[cfg(feature = "paywall")]
mod paywall;
mod pricing;
mod refused;
mod support;
mod unknown;
