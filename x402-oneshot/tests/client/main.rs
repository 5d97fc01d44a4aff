//! The client against a scripted transport and a paused clock, and once against real sockets.

mod support;

mod endpoints;
mod models;
#[cfg(feature = "reqwest")]
mod over_reqwest;
mod retries;
mod secrets;
mod token;
mod types;
mod wait;
