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
mod backend;
mod config;
mod environment;
mod help;
mod log;
mod stop;
mod values;
mod webhook;

use std::{error::Error, process::ExitCode, time::Duration};

use clap::Parser;
use tokio::net::TcpListener;
use x402_core::{error::chain, server::Gate};
use x402_tower::{
    server::Settlements,
    store::redis::{ConnectError, RedisClaims, RedisUrl},
};

use crate::{backend::Backend, config::Config, environment::ConfigError};

/// Sells a page for USDC on Base Sepolia, per request, with x402.
///
/// Without an account at 1Shot API it settles in a sandbox, and needs nothing else. Facts go to stdout, one a line, the
/// log to stderr.
#[derive(Debug, Parser)]
#[command(version, after_help = help::ENVIRONMENT)]
struct Arguments {}

#[tokio::main]
async fn main() -> ExitCode {
    match Arguments::try_parse() {
        Ok(Arguments {}) => {}
        Err(usage) if usage.use_stderr() => {
            let text = usage.to_string();
            let what = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
            eprintln!("premium_server: {what}; --help lists what there is");
            return ExitCode::from(2);
        }
        Err(asked_for) => asked_for.exit(),
    }
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", chain(&*error));
            if error.is::<ConfigError>() { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let variable = |name: &str| std::env::var_os(name);
    config::log(variable)?.start();
    let config = Config::from_env(variable)?;
    let address = (config.listen_address, config.port);
    let listener = TcpListener::bind(address).await.map_err(|error| {
        let (address, port) = address;
        format!("cannot listen on port {port} of {address}: {error}; PORT and LISTEN_ADDRESS choose another")
    })?;
    let port = listener.local_addr()?.port();

    let claims = match &config.redis_url {
        Some(url) => Some(connect(url, config.redis_lease).await?),
        None => None,
    };
    let backend = Backend::start(&config, &config.reported_below(port)).await?;
    let page = config.base_url(port).join("premium")?;
    let gate = Gate::new(backend.facilitator.clone());
    let settlements = Settlements::default();
    let reports = backend.listener.clone();
    let app = match claims {
        Some(claims) => app::app(gate.claims(claims), settlements.clone(), reports, &config, &page)?,
        None => app::app(gate, settlements.clone(), reports, &config, &page)?,
    };

    // Before anything is printed: whoever reads the first line may already want to stop it.
    let told_to_stop = stop::signals()?;
    println!("listening on {}", config.local_url(port).as_str().trim_end_matches('/'));
    for line in backend.facts() {
        println!("{line}");
    }
    if backend.sandbox.is_some() {
        println!("pay with: cargo run -p pay -- {page}");
        tracing::warn!("this is a sandbox: the money is test money, and nothing leaves this machine");
    }
    axum::serve(listener, app).with_graceful_shutdown(told_to_stop).await?;
    if settlements.in_flight() > 0 {
        tracing::info!(settlements = settlements.in_flight(), "waiting for settlements");
    }
    settlements.drain().await;
    tracing::info!("stopped");
    Ok(())
}

/// Claims that all servers of the page share.
async fn connect(url: &RedisUrl, lease: Duration) -> Result<RedisClaims, Box<dyn Error>> {
    let connected = RedisClaims::builder(url.clone()).lease(lease).connect().await;
    connected.map_err(|error| match error {
        ConnectError::Lease { .. } => ConfigError::new("REDIS_LEASE_MS", error).into(),
        ConnectError::NoTls | ConnectError::Url => ConfigError::new("REDIS_URL", error).into(),
        _ => format!("REDIS_URL: {}", chain(&error)).into(),
    })
}
