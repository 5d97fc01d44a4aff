//! The webhook service, driven without sockets.

#![allow(clippy::unwrap_used, reason = "a panic is how a test reports")]

mod answers;
mod bodies;
mod handlers;
mod support;
