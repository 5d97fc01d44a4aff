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
mod stop;

use std::{error::Error, io::IsTerminal as _, process::ExitCode, time::Duration};

use clap::Parser;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;
use x402_core::server::Gate;
use x402_tower::{
    server::Settlements,
    store::redis::{ConnectError, RedisClaims, RedisUrl},
};

use crate::{
    backend::Backend,
    config::{Config, ENVIRONMENT},
};

/// Sells a page for USDC on Base Sepolia, per request, with x402.
#[derive(Debug, Parser)]
#[command(version, after_help = ENVIRONMENT)]
struct Arguments {}

#[tokio::main]
async fn main() -> ExitCode {
    Arguments::parse();
    let config = match Config::from_env(|name| std::env::var_os(name)) {
        Ok(config) => config,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    match run(config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", chain(&*error));
            ExitCode::FAILURE
        }
    }
}

async fn run(config: Config) -> Result<(), Box<dyn Error>> {
    let address = (config.interface(), config.port);
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| format!("cannot listen on port {}: {error}; PORT chooses another", config.port))?;
    let port = listener.local_addr()?.port();
    let base_url = config.base_url(port);

    let claims = match &config.redis_url {
        Some(url) => Some(connect(url, config.redis_lease).await?),
        None => None,
    };
    let backend = Backend::start(&config, &base_url).await?;
    let page = base_url.join("premium")?;
    let gate = Gate::new(backend.facilitator.clone());
    let settlements = Settlements::default();
    let reports = backend.listener.clone();
    let app = match claims {
        Some(claims) => app::app(gate.claims(claims), settlements.clone(), reports, &config, &page)?,
        None => app::app(gate, settlements.clone(), reports, &config, &page)?,
    };

    // Before anything is printed: whoever reads the first line may already want to stop it.
    let told_to_stop = stop::signals()?;
    println!("listening on http://127.0.0.1:{port}");
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
async fn connect(url: &RedisUrl, lease: Duration) -> Result<RedisClaims, String> {
    let connected = RedisClaims::builder(url.clone()).lease(lease).connect().await;
    connected.map_err(|error| match error {
        ConnectError::Lease { .. } => format!("REDIS_LEASE_MS: {error}"),
        _ => format!("REDIS_URL: {}", chain(&error)),
    })
}

/// An error and its causes, on one line.
fn chain(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        line = format!("{line}: {error}");
        cause = error.source();
    }
    line
}
