//! The native facilitator: over the sandbox with real transfers, and over each documented form of answer.
#![cfg(all(feature = "sandbox", feature = "reqwest"))]
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a panic is how a test reports")]

mod confirmation;
mod conformance;
mod connect;
mod fixtures;
mod sandbox;
mod support;
