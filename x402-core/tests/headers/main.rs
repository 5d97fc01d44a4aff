//! Payment headers as attackers and careless peers send them: a precise refusal each, never a 5xx, never a panic.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics is a test that fails")]

#[path = "../support/mod.rs"]
mod support;

mod envelope;
mod expect;
mod members;
mod random;
