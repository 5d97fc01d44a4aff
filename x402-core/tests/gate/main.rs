//! The gate: every refusal that the core decides, claims, races, lies, lost connections, hooks and dropped futures.

#[path = "../support/mod.rs"]
mod support;

mod admission;
mod dropped;
mod expect;
mod expired;
mod hooks;
mod pending;
mod settlement;
mod store;
mod unknown;
