//! The program as its users meet it: started, asked over sockets, told to stop.
#![cfg(unix)]
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking, its helpers included")]

#[expect(dead_code, reason = "the shop's own tests ask more of it")]
#[path = "../../../premium_server/tests/program/books.rs"]
mod books;
mod caller;
#[path = "../../../premium_server/tests/program/help.rs"]
mod help;
mod payment;
#[expect(dead_code, reason = "the store's own tests do more with it")]
#[path = "../../../../x402-tower/tests/redis/server.rs"]
mod redis;
mod server;

mod answers;
mod conformance;
mod crowd;
mod deployment;
mod environment;
mod lifetime;
mod once;
mod refuses;
mod unknown;
