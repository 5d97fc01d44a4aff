//! The relayed facilitator against the sandbox: real HTTP, real transfers on the sandbox's chain.
#![cfg(all(feature = "sandbox", feature = "reqwest"))]
#![allow(clippy::unwrap_used, reason = "a panic is how a test reports")]

mod flaky;
mod lost;
mod provision;
mod settle;
mod support;
mod verify;
