//! The program as its users meet it: started, asked over sockets, told to stop.
#![cfg(unix)]
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking, its helpers included")]

mod books;
mod buyer;
mod help;
#[expect(dead_code, reason = "the store's own tests do more with it")]
#[path = "../../../../x402-tower/tests/redis/server.rs"]
mod redis;
mod server;

mod deployment;
mod environment;
mod lifetime;
mod remote;
mod reported;
mod sells;
mod shared;
