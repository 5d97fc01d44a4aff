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
mod batch;
mod calls;
mod chains;
mod client;
mod contract_events;
mod delegated;
mod delegation;
mod deterministic;
mod dialects;
mod every_endpoint;
mod fault_rules;
mod faults;
mod grants;
mod imports;
mod lifecycle;
mod lifecycle_scripts;
mod lists;
mod malformed;
mod methods;
mod reset;
mod signatures;
mod smart_wallet;
mod specification;
mod start;
mod struct_changes;
mod structs;
mod tokens;
mod transfers;
#[cfg(feature = "reqwest")]
mod wallet_client;
mod wallet_funds;
#[cfg(all(feature = "reqwest", feature = "signer"))]
mod wallet_signer;
mod wallets;
mod webhooks;
mod x402;
