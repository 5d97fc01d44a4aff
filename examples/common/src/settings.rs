//! The variables that every server reads.

use std::{
    ffi::OsString,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
    time::Duration,
};

use url::Url;
use x402_core::Asset;
use x402_oneshot::{BaseUrl, BusinessId, Credentials};
use x402_tower::store::redis::RedisUrl;

use crate::{
    ConfigError, Environment,
    values::{self, NETWORK},
};

/// Who settles, and where this server is.
#[derive(Debug)]
#[non_exhaustive]
pub struct Settings {
    /// A facilitator that has nothing to do with 1Shot.
    pub facilitator_url: Option<BaseUrl>,
    /// Without an account, and without a facilitator's URL: the sandbox.
    pub account: Option<Account>,
    /// How 1Shot settles, and the sandbox.
    pub oneshot_facilitator: OneshotFacilitator,
    /// What is paid in.
    pub token: Asset,
    /// This server as others reach it, ending in a slash.
    pub public_base_url: Option<Url>,
    /// The port to listen on.
    pub port: u16,
    /// The address to listen on.
    pub listen_address: IpAddr,
    /// Without it claims are kept in this process.
    pub redis_url: Option<RedisUrl>,
    /// How long a server that died holds its claims there.
    pub redis_lease: Duration,
    /// The port of the sandbox's 1Shot API.
    pub sandbox_port: u16,
    /// How long a block takes there.
    pub sandbox_block_time: Duration,
}

/// An account at 1Shot.
#[derive(Debug)]
#[non_exhaustive]
pub struct Account {
    /// The API key and its secret.
    pub credentials: Credentials,
    /// Whose wallets and contract methods are used.
    pub business: BusinessId,
    /// Where the API is.
    pub api_url: BaseUrl,
}

/// How 1Shot settles, and the sandbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OneshotFacilitator {
    /// Through a contract method.
    #[default]
    Relayed,
    /// Through its x402 endpoints.
    Native,
}

impl FromStr for OneshotFacilitator {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "relayed" => Ok(Self::Relayed),
            "native" => Ok(Self::Native),
            _ => Err("it must be `relayed` or `native`"),
        }
    }
}

impl Settings {
    /// Reads them. Without `PORT` it is the default port.
    ///
    /// # Errors
    ///
    /// If a variable makes no sense, also one that is not used with the others as they are, or an account is not
    /// complete that is to be used.
    #[expect(clippy::missing_panics_doc, reason = "Base Sepolia has USDC")]
    pub fn read(
        environment: &Environment<impl Fn(&str) -> Option<OsString>>,
        default_port: u16,
    ) -> Result<Self, ConfigError> {
        let facilitator_url = environment.read("FACILITATOR_URL", BaseUrl::from_str)?;
        let account = account(environment, facilitator_url.is_none())?;
        let is_sandbox = account.is_none() && facilitator_url.is_none();
        // The sandbox is for this machine; with real money the server is for everybody.
        let interface = if is_sandbox { Ipv4Addr::LOCALHOST } else { Ipv4Addr::UNSPECIFIED };
        let milliseconds = |name, parse: fn(&str) -> Result<Duration, String>, default| {
            environment.read(name, parse).map(|read| read.unwrap_or(Duration::from_millis(default)))
        };
        Ok(Self {
            facilitator_url,
            account,
            oneshot_facilitator: environment
                .read("ONESHOT_FACILITATOR", OneshotFacilitator::from_str)?
                .unwrap_or_default(),
            token: match environment.read("PAYMENT_TOKEN_ADDRESS", values::token)? {
                Some(token) => token,
                None => Asset::usdc(&NETWORK).expect("Base Sepolia has USDC"),
            },
            public_base_url: environment.read("TUNNEL_BASE_URL", values::public_url)?,
            port: environment.read("PORT", values::number)?.unwrap_or(default_port),
            listen_address: environment.read("LISTEN_ADDRESS", values::ip_address)?.unwrap_or(interface.into()),
            redis_url: environment.read("REDIS_URL", RedisUrl::from_str)?,
            redis_lease: milliseconds("REDIS_LEASE_MS", values::lease, 30_000)?,
            sandbox_port: environment.read("SANDBOX_PORT", values::number)?.unwrap_or(0),
            sandbox_block_time: milliseconds("SANDBOX_BLOCK_TIME_MS", values::block_time, 2_000)?,
        })
    }

    /// Whether all of it is test money.
    #[must_use]
    pub const fn is_sandbox(&self) -> bool {
        self.account.is_none() && self.facilitator_url.is_none()
    }

    /// This server as this machine reaches it on this port, ending in a slash.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "an address and a port make a URL")]
    pub fn local_url(&self, port: u16) -> Url {
        let host = match self.listen_address {
            IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
            address => address,
        };
        let local = format!("http://{}/", SocketAddr::new(host, port));
        Url::parse(&local).expect("an address and a port make a URL")
    }

    /// The public base URL, ending in a slash.
    #[must_use]
    pub fn base_url(&self, port: u16) -> Url {
        self.public_base_url.clone().unwrap_or_else(|| self.local_url(port))
    }

    /// The base URL that settlements are reported below. The sandbox runs beside this server, and sends nothing to other
    /// machines.
    #[must_use]
    pub fn reported_below(&self, port: u16) -> Url {
        if self.is_sandbox() { self.local_url(port) } else { self.base_url(port) }
    }
}

/// The account, all of it or none. One that is not used need not be complete.
fn account(
    environment: &Environment<impl Fn(&str) -> Option<OsString>>,
    is_used: bool,
) -> Result<Option<Account>, ConfigError> {
    let (key, secret) = (environment.text("ONESHOT_API_KEY")?, environment.text("ONESHOT_API_SECRET")?);
    let business = environment.read("ONESHOT_BUSINESS_ID", BusinessId::from_str)?;
    let api_url = environment.read("ONESHOT_API_URL", BaseUrl::from_str)?.unwrap_or_else(BaseUrl::production);
    if !is_used || (key.is_none() && secret.is_none() && business.is_none()) {
        return Ok(None);
    }
    let missing = |name| ConfigError::missing(name, "1Shot takes key, secret and business id together");
    let key = key.ok_or_else(|| missing("ONESHOT_API_KEY"))?;
    let secret = secret.ok_or_else(|| missing("ONESHOT_API_SECRET"))?;
    let business = business.ok_or_else(|| missing("ONESHOT_BUSINESS_ID"))?;
    Ok(Some(Account { credentials: Credentials::new(key, secret), business, api_url }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: [(&str, &str); 3] = [
        ("ONESHOT_API_KEY", "k"),
        ("ONESHOT_API_SECRET", "s"),
        ("ONESHOT_BUSINESS_ID", "3b2c5e0a-8d0e-4f6e-9a51-7c1f6a0c2d11"),
    ];

    fn with(variables: &[(&str, &str)]) -> Result<Settings, ConfigError> {
        let environment = Environment::new(|name: &str| {
            let found = variables.iter().rev().find(|(key, _)| *key == name)?;
            Some(found.1.into())
        });
        Settings::read(&environment, 8402)
    }

    #[test]
    fn an_empty_environment_is_the_sandbox_for_this_machine() {
        for variables in [&[][..], &[("ONESHOT_API_KEY", ""), ("PORT", " ")]] {
            let settings = with(variables).unwrap();
            assert!(settings.is_sandbox() && settings.redis_url.is_none());
            assert_eq!(settings.port, 8402);
            assert_eq!(settings.base_url(8402).as_str(), "http://127.0.0.1:8402/");
        }
        assert!(with(&ACCOUNT).unwrap().listen_address.is_unspecified(), "an account is for everybody");
    }

    #[test]
    fn each_malformed_variable_is_one_line_that_names_it() {
        let cases: &[(&str, &[&str])] = &[
            ("PORT", &["x", "-1", "65536", "8402.0"]),
            ("SANDBOX_PORT", &["x", "70000"]),
            ("SANDBOX_BLOCK_TIME_MS", &["2s", "-5", "3600001", "18446744073709551615"]),
            ("PAYMENT_TOKEN_ADDRESS", &["USDC", "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"]),
            ("TUNNEL_BASE_URL", &["shop.example", "ftp://x", "https://u:p@x", "https://x/?a=1", "https://"]),
            ("ONESHOT_API_URL", &["api", "http://api.1shotapi.com/v0"]),
            ("ONESHOT_FACILITATOR", &["both", "RELAYED"]),
            (
                "FACILITATOR_URL",
                &["f.example", "http://f.example", "ftp://127.0.0.1", "https://u:p@f.example", "https://"],
            ),
            ("ONESHOT_BUSINESS_ID", &["7", "None"]),
            ("REDIS_URL", &["localhost", "http://127.0.0.1:6379", "redis://", "redis://:s3cret@127.0.0.1:port"]),
            ("REDIS_LEASE_MS", &["30s", "-1", "99", "3600001"]),
            ("LISTEN_ADDRESS", &["localhost", "127.0.0.1:8402", "256.0.0.1"]),
        ];
        for (name, values) in cases {
            for value in *values {
                // What is not used as things are is read all the same.
                let facilitator = ("FACILITATOR_URL", "https://facilitator.example");
                for others in [&[][..], &ACCOUNT[..], &[facilitator]] {
                    let line = with(&[others, &[(name, value)]].concat()).unwrap_err().to_string();
                    assert!(line.starts_with(&format!("{name}: ")), "{line}");
                    assert!(!line.contains('\n') && line.matches(name).count() == 1, "{line}");
                    assert!(!line.contains("s3cret"), "{line}");
                }
            }
        }
    }

    #[test]
    fn half_an_account_is_an_error_that_names_the_other_half() {
        for missing in ACCOUNT.map(|(name, _)| name) {
            let variables: Vec<_> = ACCOUNT.into_iter().filter(|(name, _)| *name != missing).collect();
            let line = with(&variables).unwrap_err().to_string();
            assert!(line.starts_with(&format!("{missing}: it is not set")), "{line}");
        }
        assert!(with(&ACCOUNT).unwrap().account.is_some());
    }

    #[test]
    fn a_facilitators_url_takes_the_place_of_1shot() {
        let url = ("FACILITATOR_URL", "https://facilitator.example/x402/");
        for others in [&[][..], &ACCOUNT, &ACCOUNT[1..]] {
            let settings = with(&[others, &[url]].concat()).unwrap();
            assert!(settings.account.is_none() && !settings.is_sandbox());
            assert_eq!(settings.facilitator_url.unwrap().as_str(), "https://facilitator.example/x402");
        }
        assert!(with(&[("FACILITATOR_URL", "http://127.0.0.1:8403")]).is_ok());
    }

    #[test]
    fn the_sandbox_settles_both_ways_too() {
        for (text, kind) in [
            ("", OneshotFacilitator::Relayed),
            ("relayed", OneshotFacilitator::Relayed),
            ("native", OneshotFacilitator::Native),
        ] {
            let settings = with(&[("ONESHOT_FACILITATOR", text)]).unwrap();
            assert!(settings.is_sandbox());
            assert_eq!(settings.oneshot_facilitator, kind);
        }
    }

    #[test]
    fn the_sandbox_reports_to_this_machine_and_1shot_to_the_public_url() {
        let tunnel = ("TUNNEL_BASE_URL", "https://shop.example/api");
        assert_eq!(with(&[tunnel]).unwrap().reported_below(8402).as_str(), "http://127.0.0.1:8402/");
        let settings = with(&[&ACCOUNT[..], &[tunnel]].concat()).unwrap();
        assert_eq!(settings.reported_below(8402).as_str(), "https://shop.example/api/");
        for (address, url) in
            [("::", "http://[::1]:1/"), ("0.0.0.0", "http://127.0.0.1:1/"), ("10.0.0.7", "http://10.0.0.7:1/")]
        {
            assert_eq!(with(&[("LISTEN_ADDRESS", address)]).unwrap().local_url(1).as_str(), url);
        }
    }

    #[test]
    fn the_public_base_url_keeps_its_path() {
        for text in ["https://shop.example/api", "https://shop.example/api/"] {
            let settings = with(&[("TUNNEL_BASE_URL", text)]).unwrap();
            assert_eq!(settings.base_url(1).join("premium").unwrap().as_str(), "https://shop.example/api/premium");
        }
    }
}
