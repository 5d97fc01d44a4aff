//! What the benches share: a shop, its routes, the bare libraries to compare with, and a way to compare.

#![allow(clippy::expect_used, reason = "a bench that cannot be set up has nothing to measure")]

pub mod account;

pub mod bare;

pub mod crowd;

pub mod customers;

pub mod held;

pub mod latency;

pub mod loopback;

pub mod ratio;

pub mod routes;

pub mod shop;

pub mod verdicts;
