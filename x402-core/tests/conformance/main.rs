//! The conformance suites: what they pass, and that they catch what they should.

#[path = "../support/mod.rs"]
mod support;

mod claims;
mod facilitators;
mod ledger;
mod toy;
