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
//! It is made for strangers: whoever shows no token, if there are any, is not read; requests are short and must come
//! soon; and beyond so many at once (`MAX_IN_FLIGHT`) the answer is 503 with `Retry-After`, so that nothing piles up.
//!
//! Without an account it settles in a sandbox: 1Shot's API served from this process, over a chain in this process.
//! `--help` lists the environment.

mod app;
mod config;
mod desk;
mod help;
mod room;
mod tokens;

use std::{error::Error, process::ExitCode};

use clap::Parser;
use common::{Backend, Environment, Log};
use x402_core::server::Gate;

use crate::{
    app::Door,
    config::Config,
    desk::{Desk, Settlements},
};

/// Settles x402 payments for other servers, through 1Shot API.
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
    config.leads_elsewhere(port)?;

    let claims = common::shared_claims(settings).await?;
    let backend = Backend::start(settings, &settings.reported_below(port)).await?;
    let (gate, settlements) = (Gate::new(backend.facilitator.clone()), Settlements::default());
    let door = Door { tokens: config.tokens.clone(), reports: backend.listener.clone() };
    let app = match claims {
        Some(claims) => app::app(Desk::new(gate.claims(claims), &config, settlements.clone()), door),
        None => app::app(Desk::new(gate, &config, settlements.clone()), door),
    };

    // Before anything is printed: whoever reads the first line may already want to stop it.
    let told_to_stop = common::signals()?;
    let [local, public] = [settings.local_url(port), settings.base_url(port)];
    let mut facts = vec![format!("listening on {}", local.as_str().trim_end_matches('/'))];
    facts.extend(backend.facts());
    facts.push(format!("use it as: FACILITATOR_URL={}", public.as_str().trim_end_matches('/')));
    common::tell(facts);
    if backend.sandbox.is_some() {
        tracing::warn!("this is a sandbox: the money is test money, and nothing leaves this machine");
    } else if config.tokens.is_empty() {
        tracing::warn!("FACILITATOR_TOKENS is not set: whoever reaches this server can settle, at your account's cost");
    }
    common::serve(listener, app, told_to_stop).await;
    settlements.drain().await;
    tracing::info!("stopped");
    Ok(())
}
