//! The sandbox on its own: 1Shot's API over a chain, both in this process.
//!
//! Run with
//!
//! ```text
//! cargo run -p sandbox
//! ```
//!
//! and point a client of 1Shot's API at it, in any language: base URL, credentials and a buyer with test USDC go to
//! stdout, one fact a line. The last line starts `premium_server` with it. With `--admin` tests can make things go
//! wrong, over HTTP.

use std::{error::Error, process::ExitCode, str::FromStr, time::Duration};

use clap::Parser;
use x402_oneshot::sandbox::{Sandbox, SandboxError};

/// Who is paid in the line that starts a shop.
const RECIPIENT: &str = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";

/// Serves 1Shot's API over a chain in this process: no account, no network, no money.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The port of 127.0.0.1 to listen on; 0 is any.
    #[arg(long, env, default_value_t = 8404, value_parser = |text: &str| number(text, 8404_u16))]
    port: u16,

    /// How long a block takes, in milliseconds.
    #[arg(long, env = "SANDBOX_BLOCK_TIME_MS", value_name = "MILLISECONDS", default_value_t = 2000)]
    #[arg(value_parser = |text: &str| number(text, 2000_u64))]
    block_time_ms: u64,

    /// Serve /_sandbox too, where faults are set, blocks mined and requests counted, without a token.
    #[arg(long)]
    admin: bool,

    /// Make keys, credentials and ids the same at every start. Whoever knows the seed knows the credentials.
    #[arg(long)]
    seed: Option<u64>,

    /// Send webhooks to other machines too, wherever those who have the credentials want them.
    #[arg(long)]
    dangerous_webhooks_anywhere: bool,
}

/// A number. An empty variable is as good as not there: `example.env` leaves `PORT` empty.
fn number<T: FromStr>(text: &str, default: T) -> Result<T, T::Err> {
    if text.is_empty() { Ok(default) } else { text.parse() }
}

#[tokio::main]
async fn main() -> ExitCode {
    let sandbox = match start(&Arguments::parse()).await {
        Ok(sandbox) => sandbox,
        Err(error) => {
            let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            eprintln!("sandbox: {error}{cause}");
            return ExitCode::FAILURE;
        }
    };
    match tokio::signal::ctrl_c().await {
        Ok(()) => sandbox.stop().await,
        // It cannot be told to stop, so it is killed.
        Err(_) => std::future::pending().await,
    }
    ExitCode::SUCCESS
}

async fn start(arguments: &Arguments) -> Result<Sandbox, SandboxError> {
    let builder = Sandbox::builder().port(arguments.port).block_time(Duration::from_millis(arguments.block_time_ms));
    let builder = if arguments.admin { builder.admin() } else { builder };
    let builder = match arguments.seed {
        Some(seed) => builder.seed(seed),
        None => builder,
    };
    let builder = match arguments.dangerous_webhooks_anywhere {
        true => builder.dangerous_webhooks_anywhere(),
        false => builder,
    };
    let sandbox = builder.start().await?;
    print(&sandbox, arguments.admin);
    Ok(sandbox)
}

/// One fact a line.
fn print(sandbox: &Sandbox, admin: bool) {
    let (url, key, secret) = (sandbox.base_url(), sandbox.api_key(), sandbox.api_secret());
    let business = sandbox.business_id();
    println!("base url: {url}");
    println!("api key: {key}");
    println!("api secret: {secret}");
    println!("business id: {business}");
    println!("buyer key: {}", sandbox.buyer_key().to_hex());
    println!("buyer address: {}", sandbox.buyer_address());
    if admin {
        println!("admin: {}/_sandbox", url.trim_end_matches("/v0"));
    }
    println!(
        "sell with: ONESHOT_API_URL={url} ONESHOT_API_KEY={key} ONESHOT_API_SECRET={secret} \
         ONESHOT_BUSINESS_ID={business} RECIPIENT_ADDRESS={RECIPIENT} cargo run -p premium_server"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_is_the_default_and_nonsense_is_none() {
        assert_eq!(number("", 8404_u16), Ok(8404));
        assert_eq!(number("0", 8404_u16), Ok(0));
        for nonsense in ["65536", "-1", "http", " "] {
            assert!(number(nonsense, 8404_u16).is_err(), "{nonsense}");
        }
    }
}
