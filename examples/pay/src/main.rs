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
//! came back: then the signed payment is printed, to be presented again.

mod again;
mod arguments;
mod journey;
mod key;
mod report;

use std::process::ExitCode;

use clap::Parser;

use crate::{arguments::Arguments, journey::Outcome};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // An `Err` says that a provider was installed already, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let outcome = match arguments.plan() {
        Ok(plan) => journey::run(&plan).await,
        Err(error) => {
            eprintln!("pay: {error}");
            return ExitCode::from(2);
        }
    };
    report::print(&outcome, arguments.json);
    match outcome {
        Outcome::Served { .. } | Outcome::Priced { .. } => ExitCode::SUCCESS,
        Outcome::NotServed { .. } | Outcome::Failed { .. } => ExitCode::FAILURE,
        Outcome::Unknown { .. } => ExitCode::from(3),
    }
}
