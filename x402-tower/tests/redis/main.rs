//! Claims in Redis, with a server of its own for each test.
//!
//! They need `redis-server` or `valkey-server` in the path. Without one they say so and pass, unless
//! `X402_REQUIRE_REDIS` is set.

#![cfg(unix)]
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics is a test that fails")]

mod agreement;
mod conformance;
mod dropped;
mod gate;
mod lease;
mod outage;
mod server;
mod setup;
mod support;
