//! The gate: every refusal that the core decides, claims, races, lies, lost connections, hooks and dropped futures.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics is a test that fails")]

#[path = "../support/mod.rs"]
mod support;

mod admission;
mod clearing;
mod contract_wallets;
mod dropped;
mod expect;
mod expired;
mod hooks;
mod pending;
mod same_nonce;
mod settlement;
mod store;
mod unknown;
