//! The payment layer, driven without sockets.

#![allow(clippy::unwrap_used, reason = "a panic is how a test reports")]

mod frameworks;
mod hang_up;
mod paid;
mod refused;
mod support;
