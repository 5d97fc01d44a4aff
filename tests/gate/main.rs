//! The gate cannot be cheated, confused or interrupted: a server that sells, a facilitator that fails on command, and
//! clients that lie and hang up, each behind a socket of its own.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a panic is how a test reports; the exemption for tests does not reach helpers"
)]

mod attacks;
mod contract_wallets;
mod copies;
mod faults;
mod hang_up;
mod orders;
mod support;
