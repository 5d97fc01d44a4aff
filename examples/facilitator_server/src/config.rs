//! What the environment decides, read and checked before anything starts.

use std::{ffi::OsString, net::IpAddr, str::FromStr, time::Duration};

use alloy_primitives::Address;
use url::Url;
use x402_core::{Asset, Network, address::parse_evm};
use x402_oneshot::{BaseUrl, BusinessId, Credentials};
use x402_tower::store::redis::RedisUrl;

use crate::{
    environment::{ConfigError, Environment, base, number},
    tokens::Tokens,
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
  REPEATS                a settled payment that is settled again: answer (with the same transaction) or refuse (as
                         spent; for servers that keep no record of payments and verify copies at once)
                         [default: answer]
  PORT                   the port to listen on; 0 is any [default: 8403]
  REDIS_URL              keep claims there, shared by all servers with this account [default: in this process]
  REDIS_LEASE_MS         how long a server that died holds its claims there, in milliseconds [default: 30000]
  SANDBOX_PORT           the sandbox's port; 0 is any [default: 0]
  SANDBOX_BLOCK_TIME_MS  the sandbox's block time in milliseconds [default: 2000]
  RUST_LOG               what is logged, to stderr [default: info]";

const NETWORK: Network = Network::BASE_SEPOLIA;

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
    /// Without it claims are kept in this process.
    pub(crate) redis_url: Option<RedisUrl>,
    pub(crate) redis_lease: Duration,
    pub(crate) sandbox_port: u16,
    pub(crate) sandbox_block_time: Duration,
}

/// How 1Shot settles, and the sandbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum OneshotFacilitator {
    /// Through its x402 endpoints.
    Native,
    /// Through a contract method.
    #[default]
    Relayed,
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
        let milliseconds =
            |name, default| env.read(name, number).map(|read| Duration::from_millis(read.unwrap_or(default)));
        Ok(Self {
            account: env.account()?.filter(|_| facilitator_url.is_none()),
            facilitator_url,
            oneshot_facilitator: env.read("ONESHOT_FACILITATOR", oneshot_facilitator)?.unwrap_or_default(),
            tokens: env.read("FACILITATOR_TOKENS", Tokens::parse)?.unwrap_or_default(),
            public_base_url: env.read("TUNNEL_BASE_URL", base)?,
            token: match env.read("PAYMENT_TOKEN_ADDRESS", token)? {
                Some(token) => token,
                None => Asset::usdc(&NETWORK).expect("Base Sepolia has USDC"),
            },
            recipients: env.read("RECIPIENT_ADDRESSES", recipients)?,
            refuses_repeats: env.read("REPEATS", refuses_repeats)?.unwrap_or(false),
            port: env.read("PORT", number)?.unwrap_or(8403),
            redis_url: env.read("REDIS_URL", RedisUrl::from_str)?,
            redis_lease: milliseconds("REDIS_LEASE_MS", 30_000)?,
            sandbox_port: env.read("SANDBOX_PORT", number)?.unwrap_or(0),
            sandbox_block_time: milliseconds("SANDBOX_BLOCK_TIME_MS", 2_000)?,
        })
    }

    /// The sandbox serves this machine; an account is for every server of its owner's.
    pub(crate) fn interface(&self) -> IpAddr {
        let is_sandbox = self.account.is_none() && self.facilitator_url.is_none();
        if is_sandbox { [127, 0, 0, 1].into() } else { [0, 0, 0, 0].into() }
    }

    /// The public base URL, ending in a slash.
    pub(crate) fn public_url(&self, port: u16) -> Url {
        let local = || format!("http://127.0.0.1:{port}/").parse().expect("an address and a port make a URL");
        self.public_base_url.clone().unwrap_or_else(local)
    }
}

fn oneshot_facilitator(text: &str) -> Result<OneshotFacilitator, &'static str> {
    match text {
        "native" => Ok(OneshotFacilitator::Native),
        "relayed" => Ok(OneshotFacilitator::Relayed),
        _ => Err("it must be `relayed` or `native`"),
    }
}

fn refuses_repeats(text: &str) -> Result<bool, &'static str> {
    match text {
        "answer" => Ok(false),
        "refuse" => Ok(true),
        _ => Err("it must be `answer` or `refuse`"),
    }
}

fn token(text: &str) -> Result<Asset, String> {
    let address = parse_evm(text).map_err(|error| error.to_string())?;
    Asset::known(&NETWORK, address).ok_or_else(|| format!("{address} is no token known on Base Sepolia"))
}

fn recipients(text: &str) -> Result<Vec<Address>, String> {
    let address = |text: &str| match parse_evm(text.trim()) {
        Ok(address) if address.is_zero() => Err("the zero address cannot be paid".to_owned()),
        other => other.map_err(|error| error.to_string()),
    };
    text.split(',').map(address).collect()
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
            assert_eq!((config.port, config.interface()), (8403, [127, 0, 0, 1].into()));
            assert_eq!(config.public_url(8403).as_str(), "http://127.0.0.1:8403/");
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
            let url = with(&[("TUNNEL_BASE_URL", text)]).unwrap().public_url(1);
            assert_eq!(url.join("1shot").unwrap().as_str(), "https://pay.example/x402/1shot");
        }
    }
}
