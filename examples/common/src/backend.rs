//! Who settles: 1Shot, the sandbox that speaks as 1Shot does, or any x402 facilitator.

use std::{error::Error, time::Duration};

use url::Url;
use x402_core::{SharedFacilitator, error::chain};
use x402_oneshot::{
    Client, Config, Credentials, ErrorKind,
    api::WaitPolicy,
    facilitator::{Listener, Native, ProvisionError, Relayed, Remote},
    sandbox::{Sandbox, SandboxError},
};

use crate::{ConfigError, OneshotFacilitator, Settings, gas};

/// Base Sepolia's.
const BLOCK_TIME: Duration = Duration::from_secs(2);

/// 1Shot's own facilitator may answer only when the transfer is mined.
const NATIVE_DEADLINE: Duration = Duration::from_secs(90);

/// The facilitator, and what keeps it running.
#[derive(Debug)]
#[non_exhaustive]
pub struct Backend {
    /// Who verifies and settles.
    pub facilitator: SharedFacilitator,
    /// What 1Shot reports is for, if anything.
    pub listener: Option<Listener>,
    /// Runs until this is dropped.
    pub sandbox: Option<Sandbox>,
    /// Who it is.
    fact: String,
}

impl Backend {
    /// Starts the sandbox if there is no account, then sets up what settling takes there, which proves that the account
    /// works before anything is sold. A facilitator at a URL is asked nothing before the first payment. 1Shot
    /// reports to `1shot` below this URL of the server's.
    ///
    /// # Errors
    ///
    /// If the sandbox cannot listen, or 1Shot cannot be reached or does not let the account settle.
    pub async fn start(settings: &Settings, base: &Url) -> Result<Self, Box<dyn Error>> {
        if let Some(url) = &settings.facilitator_url {
            let facilitator = SharedFacilitator::new(Remote::new(url.as_str())?);
            return Ok(Self { facilitator, listener: None, sandbox: None, fact: format!("facilitator: {url}") });
        }
        let (sandbox, credentials, business, api_url, block_time) = match &settings.account {
            Some(account) => {
                (None, account.credentials.clone(), account.business, account.api_url.as_str().to_owned(), BLOCK_TIME)
            }
            None => {
                let builder = Sandbox::builder().port(settings.sandbox_port).block_time(settings.sandbox_block_time);
                let sandbox = builder.start().await.map_err(|error| match error {
                    SandboxError::Bind { .. } => format!("{}; SANDBOX_PORT chooses another", chain(&error)),
                    _ => chain(&error),
                })?;
                let credentials = Credentials::new(sandbox.api_key(), sandbox.api_secret());
                let (business, api_url) = (sandbox.business_id(), sandbox.base_url().to_owned());
                (Some(sandbox), credentials, business, api_url, settings.sandbox_block_time)
            }
        };
        let client_config = Config::new(credentials).base_url(&api_url)?;
        let wait = WaitPolicy::for_block_time(block_time);
        let (facilitator, listener, kind) = match settings.oneshot_facilitator {
            OneshotFacilitator::Native => {
                let client = Client::new(client_config.deadline(NATIVE_DEADLINE)?)?;
                let builder = Native::builder(client.clone(), business).token(settings.token.clone());
                let native = builder.wait(wait).connect().await.map_err(blame)?;
                gas::check_all(&client, business, &settings.token.network()).await.map_err(asked)?;
                (SharedFacilitator::new(native), None, "native")
            }
            OneshotFacilitator::Relayed => {
                let (client, token) = (Client::new(client_config)?, &settings.token);
                let relayed = Relayed::builder(client.clone(), business)
                    .token(token.clone())
                    .callback_url(base.join("1shot")?)
                    .wait(wait)
                    .connect()
                    .await
                    .map_err(blame)?;
                if let Some(wallet) = relayed.wallet(&token.network(), token.address()) {
                    gas::check(&client, wallet).await.map_err(asked)?;
                }
                let listener = relayed.listener();
                (SharedFacilitator::new(relayed), listener, "relayed")
            }
        };
        let fact = match &sandbox {
            Some(_) => format!("facilitator: sandbox at {api_url}"),
            None => format!("facilitator: 1Shot at {api_url} ({kind})"),
        };
        Ok(Self { facilitator, listener, sandbox, fact })
    }

    /// What is printed at the start, one fact a line.
    #[must_use]
    pub fn facts(&self) -> Vec<String> {
        let mut facts = vec![self.fact.clone()];
        if let Some(sandbox) = &self.sandbox {
            facts.extend([
                format!("buyer key: {}", sandbox.buyer_key().to_hex()),
                format!("api key: {}", sandbox.api_key()),
                format!("api secret: {}", sandbox.api_secret()),
                format!("business id: {}", sandbox.business_id()),
            ]);
        }
        facts
    }
}

fn asked(call: x402_oneshot::Error) -> Box<dyn Error> {
    blame(ProvisionError::Call(call))
}

/// Names the variable that is to blame, where 1Shot's answer, or that there is none, says which.
fn blame(error: ProvisionError) -> Box<dyn Error> {
    let ProvisionError::Call(call) = &error else { return error.into() };
    match (call.kind(), call.status().map(|status| status.as_u16())) {
        (_, Some(401)) => {
            ConfigError::new("ONESHOT_API_SECRET", format_args!("not the one of ONESHOT_API_KEY; {}", chain(&error)))
                .into()
        }
        (_, Some(403)) => {
            ConfigError::new("ONESHOT_BUSINESS_ID", format_args!("not one of this key's; {}", chain(&error))).into()
        }
        (ErrorKind::Decode | ErrorKind::Timeout | ErrorKind::Transport, _) | (_, Some(404)) => {
            format!("{}; ONESHOT_API_URL says where it is", chain(&error)).into()
        }
        _ => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Environment;

    async fn start(variables: &[(&str, &str)]) -> Backend {
        let environment = Environment::new(|name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name)?;
            Some(found.1.into())
        });
        let base = "http://127.0.0.1:8402/".parse().unwrap();
        Backend::start(&Settings::read(&environment, 8402).unwrap(), &base).await.unwrap()
    }

    #[tokio::test]
    async fn the_sandbox_settles_natively_when_told() {
        for (kind, endpoint) in [("relayed", "/business/{id}/methods"), ("native", "/x402/supported")] {
            let backend = start(&[("ONESHOT_FACILITATOR", kind)]).await;
            let sandbox = backend.sandbox.as_ref().unwrap();
            assert_eq!(backend.facts()[0], format!("facilitator: sandbox at {}", sandbox.base_url()));
            assert_eq!(sandbox.requests().of("GET", endpoint), 1, "{kind}");
        }
    }

    #[tokio::test]
    async fn a_facilitator_at_a_url_is_asked_nothing_at_the_start() {
        // Nobody listens there.
        let backend = start(&[("FACILITATOR_URL", "http://127.0.0.1:9/x402/")]).await;
        assert!(backend.sandbox.is_none());
        assert_eq!(backend.facts(), ["facilitator: http://127.0.0.1:9/x402"]);
    }
}
