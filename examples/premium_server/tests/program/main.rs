//! The program as its users meet it: started, asked over sockets, told to stop.
#![cfg(unix)]
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking, its helpers included")]

mod books;
mod buyer;
mod server;

mod environment;
mod lifetime;
mod remote;
mod sells;
