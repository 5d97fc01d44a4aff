//! The sandbox from outside: over HTTP, as a client of the 1Shot API meets it.
#![cfg(feature = "sandbox")]
#![expect(
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should; the exemption for tests does not reach helpers"
)]

mod harness;

mod admin;
mod artifact;
mod auth;
mod client;
mod deterministic;
mod fault_rules;
mod faults;
mod lifecycle;
mod lifecycle_scripts;
mod lists;
mod malformed;
mod methods;
mod start;
mod transfers;
mod x402;
