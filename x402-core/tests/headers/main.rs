//! Payment headers as attackers and careless peers send them: a precise refusal each, never a 5xx, never a panic.

#[path = "../support/mod.rs"]
mod support;

mod envelope;
mod expect;
mod members;
mod random;
