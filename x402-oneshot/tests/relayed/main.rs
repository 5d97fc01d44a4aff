//! The relayed facilitator against the sandbox: real HTTP, real transfers on the sandbox's chain.
#![cfg(all(feature = "sandbox", feature = "reqwest"))]
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a panic is how a test reports")]

mod books;
mod conformance;
mod flaky;
mod gas;
mod lookup;
mod lost;
mod overloads;
mod provision;
mod settings;
mod settle;
mod support;
mod token_calls;
mod verify;
mod webhooks;
