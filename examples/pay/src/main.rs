//! A curl that pays.
//!
//! Run with
//!
//! ```text
//! cargo run -p pay -- http://127.0.0.1:8402/premium
//! ```
//!
//! while `premium_server` runs in another terminal. The body goes to stdout, the receipt to stderr. The exit status is
//! 0 if the content was served, 1 if it was not, 2 for bad usage, and 3 if the payment may have been taken and nothing
//! came back: then the signed payment is printed, to be presented again; also when it is interrupted.

mod again;
mod arguments;
mod content;
mod journey;
mod key;
mod outcome;
mod report;
mod stop;

use std::{process::ExitCode, sync::Arc};

use clap::Parser;

use crate::{arguments::Arguments, report::say, stop::Sent};

/// What a shell says of a program that was interrupted.
const INTERRUPTED: u8 = 130;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // An `Err` says that a provider was installed already, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (plan, told_to_stop) = match (arguments.plan(), stop::signals()) {
        (Ok(plan), Ok(told_to_stop)) => (plan, told_to_stop),
        (Err(error), _) => {
            say(&format!("pay: {error}"));
            return ExitCode::from(2);
        }
        (_, Err(error)) => {
            say(&format!("pay: signals cannot be heard: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let sent = Arc::new(Sent::default());
    let outcome = tokio::select! {
        outcome = journey::run(&plan, &sent) => outcome,
        () = told_to_stop => match sent.stopped(&plan) {
            Some(outcome) => outcome,
            None => return ExitCode::from(INTERRUPTED),
        },
    };
    report::print(&outcome, plan.json)
}
