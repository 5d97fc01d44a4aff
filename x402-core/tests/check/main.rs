//! The local check: what passes, and the protocol's code for everything that does not, in both versions.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics is a test that fails")]

#[path = "../support/mod.rs"]
mod support;

mod authorization;
mod expect;
mod identifiers;
mod matching;
mod offers;
