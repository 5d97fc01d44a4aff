//! Webhooks: who is told, what is said, how often it is tried, and what can go wrong.

pub(crate) mod receiver;

mod admin;
mod deliveries;
mod endpoints;
mod faults;
mod payloads;
mod triggers;
