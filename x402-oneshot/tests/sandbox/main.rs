//! The sandbox from outside: over HTTP, as a client of the 1Shot API meets it.
#![cfg(feature = "sandbox")]
#![expect(
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should; the exemption for tests does not reach helpers"
)]

mod harness;

mod artifact;
mod auth;
mod chains;
mod lifecycle;
mod lists;
mod malformed;
mod methods;
mod signatures;
mod smart_wallet;
mod start;
mod tokens;
mod transfers;
mod wallet_funds;
mod wallets;
mod x402;
