//! The remote facilitator against a scripted transport, and against real sockets.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a panic is how a test reports; the exemption for tests does not reach helpers"
)]

mod auth;
mod faults;
mod forms;
mod pending;
#[cfg(feature = "reqwest")]
mod sockets;
mod support;
mod supported;
mod url;
