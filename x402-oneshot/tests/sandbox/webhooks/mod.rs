//! Webhooks: who is told, what is said, how often it is tried, and what can go wrong.

mod receiver;

mod deliveries;
mod endpoints;
mod faults;
mod payloads;
mod triggers;
