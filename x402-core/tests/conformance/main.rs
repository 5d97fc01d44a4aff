//! The conformance suites: what they pass, and that they catch what they should.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics is a test that fails")]

#[path = "../support/mod.rs"]
mod support;

mod claims;
mod facilitators;
mod ledger;
mod toy;
