//! Every fault that the sandbox knows, and what our client and facilitators make of it: which error, whether it may have
//! acted, whether it was tried again, and that money moved once or not at all.
#![cfg(all(feature = "sandbox", feature = "reqwest"))]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should; the exemption for tests does not reach helpers"
)]

#[path = "../shared/documented.rs"]
mod documented;
mod support;

mod answers;
mod executions;
mod latency;
mod lifecycles;
mod methods;
mod native;
mod races;
mod tokens;
mod wallets;
