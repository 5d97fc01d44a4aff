//! A page sold for five cents.
//!
//! Run with
//!
//! ```text
//! cargo run -p premium_server
//! ```
//!
//! and pay, in a second terminal, with the command that it prints. Without an account it settles in a sandbox: 1Shot's
//! API served from this process, over a chain in this process. `--help` lists the environment.

mod app;
mod config;
mod help;

use std::{error::Error, process::ExitCode};

use clap::Parser;
use common::{Backend, Environment, Log};
use x402_core::server::Gate;
use x402_tower::server::Settlements;

use crate::config::Config;

/// Sells a page for USDC on Base Sepolia, per request, with x402.
///
/// Without an account at 1Shot API it settles in a sandbox, and needs nothing else. Facts go to stdout, one a line, the
/// log to stderr.
#[derive(Debug, Parser)]
#[command(version, after_help = help::ENVIRONMENT)]
struct Arguments {}

#[tokio::main]
async fn main() -> ExitCode {
    match common::arguments() {
        Ok(Arguments {}) => common::end(run().await),
        Err(status) => status,
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let environment = Environment::new(|name: &str| std::env::var_os(name));
    Log::read(&environment)?.start();
    let config = Config::read(&environment)?;
    let settings = &config.settings;
    let listener = common::listen(settings).await?;
    let port = listener.local_addr()?.port();

    let claims = common::shared_claims(settings).await?;
    let backend = Backend::start(settings, &settings.reported_below(port)).await?;
    let page = settings.base_url(port).join("premium")?;
    let gate = Gate::new(backend.facilitator.clone());
    let settlements = Settlements::default();
    let reports = backend.listener.clone();
    let app = match claims {
        Some(claims) => app::app(gate.claims(claims), settlements.clone(), reports, &config, &page)?,
        None => app::app(gate, settlements.clone(), reports, &config, &page)?,
    };

    // Before anything is printed: whoever reads the first line may already want to stop it.
    let told_to_stop = common::signals()?;
    let mut facts = vec![format!("listening on {}", settings.local_url(port).as_str().trim_end_matches('/'))];
    facts.extend(backend.facts());
    if backend.sandbox.is_some() {
        facts.push(format!("pay with: cargo run -p pay -- {page}"));
    }
    common::tell(facts);
    if backend.sandbox.is_some() {
        tracing::warn!("this is a sandbox: the money is test money, and nothing leaves this machine");
    }
    common::serve(listener, app, told_to_stop).await;
    if settlements.in_flight() > 0 {
        tracing::info!(settlements = settlements.in_flight(), "waiting for settlements");
    }
    settlements.drain().await;
    tracing::info!("stopped");
    Ok(())
}
