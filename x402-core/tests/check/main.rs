//! The local check: what passes, and the protocol's code for everything that does not, in both versions.

#[path = "../support/mod.rs"]
mod support;

mod authorization;
mod expect;
mod matching;
mod offers;
