//! What the environment decides, read and checked before anything starts.

use std::{
    ffi::OsString,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
    time::Duration,
};

use alloy_primitives::Address;
use tracing_subscriber::EnvFilter;
use url::Url;
use x402_core::Asset;
use x402_oneshot::{BaseUrl, BusinessId, Credentials};
use x402_tower::store::redis::RedisUrl;

pub(crate) use crate::values::OneshotFacilitator;
use crate::{
    environment::{ConfigError, Environment},
    log::{Format, Log},
    tokens::Tokens,
    values::{self, NETWORK},
};

/// What `--help` says of the environment.
pub(crate) const ENVIRONMENT: &str = "\
Environment:
  ONESHOT_API_KEY, ONESHOT_API_SECRET, ONESHOT_BUSINESS_ID
                         1Shot API credentials; without any of them a sandbox is used
  ONESHOT_API_URL        1Shot API [default: https://api.1shotapi.com/v0]
  ONESHOT_FACILITATOR    how 1Shot settles: relayed (a contract method) or native (its x402 endpoints)
                         [default: relayed]
  FACILITATOR_URL        an x402 facilitator to settle through instead of 1Shot and the sandbox
  FACILITATOR_TOKENS     bearer tokens, with commas between; who shows none of them gets 401
                         [default: none, and everybody may ask]
  TUNNEL_BASE_URL        this server's public base URL, where 1Shot reports [default: http://127.0.0.1:PORT]
  PAYMENT_TOKEN_ADDRESS  the token that is settled, on Base Sepolia [default: USDC]
  RECIPIENT_ADDRESSES    who may be paid, with commas between [default: anybody]
  REPEATS                a settled payment that is settled again: refuse (as spent), or answer (with the same
                         transaction; only for servers that keep a record of the payments they took) [default: refuse]
  PORT                   the port to listen on; 0 is any [default: 8403]
  LISTEN_ADDRESS         the IP address to listen on [default: 127.0.0.1 with the sandbox, else 0.0.0.0]
  REDIS_URL              keep claims there, shared by all servers with this account [default: in this process]
  REDIS_LEASE_MS         how long a server that died holds its claims there, in milliseconds [default: 30000]
  SANDBOX_PORT           the sandbox's port; 0 is any [default: 0]
  SANDBOX_BLOCK_TIME_MS  the sandbox's block time in milliseconds [default: 2000]
  RUST_LOG               what is logged, to stderr [default: info]
  LOG_FORMAT             text, or json for one JSON object a line [default: text]";

/// Everything that the environment decides.
#[derive(Debug)]
pub(crate) struct Config {
    /// A facilitator that has nothing to do with 1Shot.
    pub(crate) facilitator_url: Option<BaseUrl>,
    /// Without an account, and without a facilitator's URL: the sandbox.
    pub(crate) account: Option<Account>,
    pub(crate) oneshot_facilitator: OneshotFacilitator,
    pub(crate) tokens: Tokens,
    pub(crate) public_base_url: Option<Url>,
    pub(crate) token: Asset,
    /// Anybody, if there are none.
    pub(crate) recipients: Option<Vec<Address>>,
    /// Whether a settled payment is spent when it is settled again.
    pub(crate) refuses_repeats: bool,
    pub(crate) port: u16,
    pub(crate) listen_address: IpAddr,
    /// Without it claims are kept in this process.
    pub(crate) redis_url: Option<RedisUrl>,
    pub(crate) redis_lease: Duration,
    pub(crate) sandbox_port: u16,
    pub(crate) sandbox_block_time: Duration,
}

/// An account at 1Shot.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) credentials: Credentials,
    pub(crate) business: BusinessId,
    pub(crate) api_url: BaseUrl,
}

impl Config {
    pub(crate) fn from_env(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, ConfigError> {
        let env = Environment(variable);
        let facilitator_url = env.read("FACILITATOR_URL", BaseUrl::from_str)?;
        let account = account(&env)?.filter(|_| facilitator_url.is_none());
        let is_sandbox = account.is_none() && facilitator_url.is_none();
        // The sandbox is for this machine; an account is for every server of its owner's.
        let interface = if is_sandbox { Ipv4Addr::LOCALHOST } else { Ipv4Addr::UNSPECIFIED };
        let milliseconds = |name, default| {
            env.read(name, values::milliseconds).map(|read| read.unwrap_or(Duration::from_millis(default)))
        };
        Ok(Self {
            account,
            facilitator_url,
            oneshot_facilitator: env.read("ONESHOT_FACILITATOR", OneshotFacilitator::from_str)?.unwrap_or_default(),
            tokens: env.read("FACILITATOR_TOKENS", Tokens::parse)?.unwrap_or_default(),
            public_base_url: env.read("TUNNEL_BASE_URL", values::public_url)?,
            token: match env.read("PAYMENT_TOKEN_ADDRESS", values::token)? {
                Some(token) => token,
                None => Asset::usdc(&NETWORK).expect("Base Sepolia has USDC"),
            },
            recipients: env.read("RECIPIENT_ADDRESSES", recipients)?,
            refuses_repeats: env.read("REPEATS", refuses_repeats)?.unwrap_or(true),
            port: env.read("PORT", values::number)?.unwrap_or(8403),
            listen_address: env.read("LISTEN_ADDRESS", values::ip_address)?.unwrap_or(interface.into()),
            redis_url: env.read("REDIS_URL", RedisUrl::from_str)?,
            redis_lease: milliseconds("REDIS_LEASE_MS", 30_000)?,
            sandbox_port: env.read("SANDBOX_PORT", values::number)?.unwrap_or(0),
            sandbox_block_time: milliseconds("SANDBOX_BLOCK_TIME_MS", 2_000)?,
        })
    }

    pub(crate) const fn is_sandbox(&self) -> bool {
        self.account.is_none() && self.facilitator_url.is_none()
    }

    /// This server as this machine reaches it, ending in a slash.
    pub(crate) fn local_url(&self, port: u16) -> Url {
        let host = match self.listen_address {
            IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
            address => address,
        };
        format!("http://{}/", SocketAddr::new(host, port)).parse().expect("an address and a port make a URL")
    }
}

/// What to log, which is known before the rest.
pub(crate) fn log(variable: impl Fn(&str) -> Option<OsString>) -> Result<Log, ConfigError> {
    let env = Environment(variable);
    let filter = env.read("RUST_LOG", values::log_filter)?.unwrap_or_else(|| EnvFilter::new("info"));
    Ok(Log { filter, format: env.read("LOG_FORMAT", Format::from_str)?.unwrap_or_default() })
}

/// The account at 1Shot: all of it, or none.
fn account(env: &Environment<impl Fn(&str) -> Option<OsString>>) -> Result<Option<Account>, ConfigError> {
    let (key, secret) = (env.text("ONESHOT_API_KEY")?, env.text("ONESHOT_API_SECRET")?);
    let business = env.read("ONESHOT_BUSINESS_ID", str::parse)?;
    let api_url = env.read("ONESHOT_API_URL", BaseUrl::from_str)?.unwrap_or_else(BaseUrl::production);
    if key.is_none() && secret.is_none() && business.is_none() {
        return Ok(None);
    }
    let missing = |name| ConfigError::missing(name, "1Shot takes key, secret and business id together");
    let key = key.ok_or_else(|| missing("ONESHOT_API_KEY"))?;
    let secret = secret.ok_or_else(|| missing("ONESHOT_API_SECRET"))?;
    let business = business.ok_or_else(|| missing("ONESHOT_BUSINESS_ID"))?;
    Ok(Some(Account { credentials: Credentials::new(key, secret), business, api_url }))
}

fn refuses_repeats(text: &str) -> Result<bool, &'static str> {
    match text {
        "answer" => Ok(false),
        "refuse" => Ok(true),
        _ => Err("it must be `answer` or `refuse`"),
    }
}

fn recipients(text: &str) -> Result<Vec<Address>, String> {
    text.split(',').map(|address| values::recipient(address.trim())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::from_env(|name| variables.iter().find(|(key, _)| *key == name).map(|found| found.1.into()))
    }

    #[test]
    fn an_empty_environment_is_the_sandbox_for_everybody() {
        for variables in [&[][..], &[("ONESHOT_API_KEY", ""), ("FACILITATOR_TOKENS", " ")]] {
            let config = with(variables).unwrap();
            assert!(config.account.is_none() && config.tokens.is_empty() && config.recipients.is_none());
            assert_eq!(config.local_url(config.port).as_str(), "http://127.0.0.1:8403/");
        }
    }

    #[test]
    fn lists_have_commas_and_perhaps_spaces() {
        let two = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C, 0x036CbD53842c5426634e7929541eC2318f3dCF7e";
        assert_eq!(with(&[("RECIPIENT_ADDRESSES", two)]).unwrap().recipients.unwrap().len(), 2);
    }

    #[test]
    fn a_public_base_url_keeps_its_path() {
        for text in ["https://pay.example/x402", "https://pay.example/x402/"] {
            let url = with(&[("TUNNEL_BASE_URL", text)]).unwrap().public_base_url.unwrap();
            assert_eq!(url.join("1shot").unwrap().as_str(), "https://pay.example/x402/1shot");
        }
    }
}
