//! Who settles: 1Shot, or the sandbox that speaks as 1Shot does.

use std::{error::Error, time::Duration};

use url::Url;
use x402_oneshot::{
    Client, Config as ClientConfig, Credentials,
    api::WaitPolicy,
    facilitator::Relayed,
    sandbox::{Sandbox, SandboxError},
};

use crate::{chain, config::Config};

/// Base Sepolia's.
const BLOCK_TIME: Duration = Duration::from_secs(2);

/// The facilitator, and what keeps it running.
pub(crate) struct Backend {
    pub(crate) facilitator: Relayed,
    pub(crate) sandbox: Option<Sandbox>,
    api_url: String,
}

impl Backend {
    /// Starts the sandbox if there is no account, then sets up wallet and contract method, which proves that the
    /// account works before anything is sold.
    pub(crate) async fn start(config: &Config, public: &Url) -> Result<Self, Box<dyn Error>> {
        let (sandbox, credentials, business, api_url, block_time) = match &config.account {
            Some(account) => {
                (None, account.credentials.clone(), account.business, account.api_url.as_str().to_owned(), BLOCK_TIME)
            }
            None => {
                let builder = Sandbox::builder().port(config.sandbox_port).block_time(config.sandbox_block_time);
                let sandbox = builder.start().await.map_err(|error| match error {
                    SandboxError::Bind { .. } => format!("{}; SANDBOX_PORT chooses another", chain(&error)),
                    _ => chain(&error),
                })?;
                let credentials = Credentials::new(sandbox.api_key(), sandbox.api_secret());
                let (business, api_url) = (sandbox.business_id(), sandbox.base_url().to_owned());
                (Some(sandbox), credentials, business, api_url, config.sandbox_block_time)
            }
        };
        let client = Client::new(ClientConfig::new(credentials).base_url(&api_url)?)?;
        let wait = WaitPolicy::for_block_time(block_time);
        // The sandbox is ours to ask as often as we like.
        let wait = if sandbox.is_some() { wait.min_interval(Duration::from_millis(20)) } else { wait };
        let facilitator = Relayed::builder(client, business)
            .token(config.token.clone())
            .callback_url(public.join("1shot")?)
            .wait(wait)
            .connect()
            .await?;
        Ok(Self { facilitator, sandbox, api_url })
    }

    /// What is printed at the start, one fact a line.
    pub(crate) fn facts(&self) -> Vec<String> {
        match &self.sandbox {
            None => vec![format!("facilitator: 1Shot at {} (relayed)", self.api_url)],
            Some(sandbox) => vec![
                format!("facilitator: sandbox at {}", self.api_url),
                format!("buyer key: {}", sandbox.buyer_key().to_hex()),
                format!("api key: {}", sandbox.api_key()),
                format!("api secret: {}", sandbox.api_secret()),
                format!("business id: {}", sandbox.business_id()),
            ],
        }
    }
}
