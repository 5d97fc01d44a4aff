//! An x402 facilitator of your own: servers in any language settle through 1Shot API.
//!
//! Run with
//!
//! ```text
//! cargo run -p facilitator_server
//! ```
//!
//! and point a server at it; ours, for example, in a second terminal, with the variable that it prints:
//!
//! ```text
//! FACILITATOR_URL=http://127.0.0.1:8403 RECIPIENT_ADDRESS=0x… cargo run -p premium_server
//! ```
//!
//! It answers `POST /verify`, `POST /settle` and `GET /supported`, in both versions of the protocol, as the reference
//! facilitators do: 200 for a verdict, also a negative one, and a JSON object with an `error` for anything else. A payment
//! settles once, however often and by however many at once it is asked; a settlement of unknown outcome is
//! `settlement_pending`, and asked about when it is asked for again. `GET /healthcheck` is for whoever watches it, and
//! `POST /1shot` for 1Shot's reports.
//!
//! A server that keeps no record of the payments that it took, as the published ones, can be sent copies of a payment at
//! once: it verifies them all before it settles the first, and serves all that it is told have settled. So one of them is
//! told that, and the others that the payment is spent. `REPEATS=answer` gives all the same answer: for servers that keep
//! a record, as `premium_server` does, and want to ask again when an answer is lost.
//!
//! Without an account it settles in a sandbox: 1Shot's API served from this process, over a chain in this process.
//! `--help` lists the environment.

mod app;
#[path = "../../premium_server/src/backend.rs"]
mod backend;
mod config;
mod desk;
#[path = "../../premium_server/src/environment.rs"]
mod environment;
#[path = "../../premium_server/src/log.rs"]
mod log;
#[path = "../../premium_server/src/stop.rs"]
mod stop;
mod tokens;
#[expect(dead_code, reason = "a shop's variables are among them")]
#[path = "../../premium_server/src/values.rs"]
mod values;
#[path = "../../premium_server/src/webhook.rs"]
mod webhook;

use std::{error::Error, process::ExitCode, time::Duration};

use clap::Parser;
use tokio::net::TcpListener;
use x402_core::{error::chain, server::Gate};
use x402_tower::store::redis::{ConnectError, RedisClaims, RedisUrl};

use crate::{
    app::Door,
    backend::Backend,
    config::{Config, ENVIRONMENT},
    desk::{Desk, Settlements},
    environment::ConfigError,
};

/// Settles x402 payments for other servers, through 1Shot API.
#[derive(Debug, Parser)]
#[command(version, after_help = ENVIRONMENT)]
struct Arguments {}

#[tokio::main]
async fn main() -> ExitCode {
    Arguments::parse();
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
        format!("cannot listen on port {}: {error}; PORT and LISTEN_ADDRESS choose another", config.port)
    })?;
    let port = listener.local_addr()?.port();
    let local = config.local_url(port);
    let public = config.public_base_url.clone().unwrap_or_else(|| local.clone());

    let claims = match &config.redis_url {
        Some(url) => Some(shared_claims(url, config.redis_lease).await?),
        None => None,
    };
    // The sandbox is in this process, and reports to no other machine.
    let backend = Backend::start(&config, if config.is_sandbox() { &local } else { &public }).await?;
    let (gate, settlements) = (Gate::new(backend.facilitator.clone()), Settlements::default());
    let door = Door { tokens: config.tokens.clone(), reports: backend.listener.clone() };
    let app = match claims {
        Some(claims) => app::app(Desk::new(gate.claims(claims), &config, settlements.clone()), door),
        None => app::app(Desk::new(gate, &config, settlements.clone()), door),
    };

    // Before anything is printed: whoever reads the first line may already want to stop it.
    let told_to_stop = stop::signals()?;
    println!("listening on {}", local.as_str().trim_end_matches('/'));
    for line in backend.facts() {
        println!("{line}");
    }
    println!("use it as: FACILITATOR_URL={}", public.as_str().trim_end_matches('/'));
    if backend.sandbox.is_some() {
        tracing::warn!("this is a sandbox: the money is test money, and nothing leaves this machine");
    } else if config.tokens.is_empty() {
        tracing::warn!("FACILITATOR_TOKENS is not set: whoever reaches this server can settle, at your account's cost");
    }
    axum::serve(listener, app).with_graceful_shutdown(told_to_stop).await?;
    settlements.drain().await;
    tracing::info!("stopped");
    Ok(())
}

/// Claims that all servers with this account share.
async fn shared_claims(url: &RedisUrl, lease: Duration) -> Result<RedisClaims, Box<dyn Error>> {
    RedisClaims::builder(url.clone()).lease(lease).connect().await.map_err(|error| match error {
        ConnectError::Lease { .. } => ConfigError::new("REDIS_LEASE_MS", error).into(),
        ConnectError::NoTls | ConnectError::Url => ConfigError::new("REDIS_URL", error).into(),
        _ => format!("REDIS_URL: {}", chain(&error)).into(),
    })
}
