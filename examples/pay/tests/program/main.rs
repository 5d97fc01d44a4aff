//! The program as its users meet it: run against shops over sockets.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, its helpers included")]

mod run;
mod shop;

mod odd;
mod open;
mod pays;
mod refuses;
