//! The gate: every refusal that the core decides, claims, races, lies, lost connections and dropped futures.

#[path = "../support/mod.rs"]
mod support;

mod admission;
mod dropped;
mod expect;
mod settlement;
mod store;
