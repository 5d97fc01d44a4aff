//! The environment, read and checked before anything starts.

use std::{
    ffi::OsString,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
    time::Duration,
};

use alloy_primitives::{Address, address};
use tracing_subscriber::EnvFilter;
use url::Url;
use x402_core::{Amount, Asset};
use x402_oneshot::{BaseUrl, BusinessId, Credentials};
use x402_tower::{server::Order, store::redis::RedisUrl};

use crate::{
    environment::{ConfigError, Environment},
    log::{Format, Log},
    values::{self, NETWORK},
};

pub(crate) use crate::values::OneshotFacilitator;

/// Who is paid in the sandbox, unless told otherwise.
const SANDBOX_RECIPIENT: Address = address!("0x209693Bc6afc0C5328bA36FaF03C514EF312287C");

/// Everything that the environment decides.
#[derive(Debug)]
pub(crate) struct Config {
    /// A facilitator that has nothing to do with 1Shot.
    pub(crate) facilitator_url: Option<BaseUrl>,
    /// Without an account, and without a facilitator's URL: the sandbox.
    pub(crate) account: Option<Account>,
    pub(crate) oneshot_facilitator: OneshotFacilitator,
    pub(crate) public_base_url: Option<Url>,
    pub(crate) recipient: Address,
    pub(crate) token: Asset,
    pub(crate) price: Amount,
    pub(crate) port: u16,
    pub(crate) listen_address: IpAddr,
    pub(crate) order: Order,
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
        let environment = Environment(variable);
        let facilitator_url = environment.read("FACILITATOR_URL", BaseUrl::from_str)?;
        let oneshot_facilitator = environment.read("ONESHOT_FACILITATOR", OneshotFacilitator::from_str)?;
        let account = match &facilitator_url {
            Some(_) => None,
            None => account(&environment)?,
        };
        let is_sandbox = account.is_none() && facilitator_url.is_none();
        let recipient = match environment.read("RECIPIENT_ADDRESS", values::recipient)? {
            Some(recipient) => recipient,
            None if is_sandbox => SANDBOX_RECIPIENT,
            None => return Err(ConfigError::missing("RECIPIENT_ADDRESS", "it says who is paid")),
        };
        // The sandbox is for this machine; with real money the page is for everybody.
        let interface = if is_sandbox { Ipv4Addr::LOCALHOST } else { Ipv4Addr::UNSPECIFIED };
        Ok(Self {
            facilitator_url,
            account,
            oneshot_facilitator: oneshot_facilitator.unwrap_or_default(),
            public_base_url: environment.read("TUNNEL_BASE_URL", values::public_url)?,
            recipient,
            token: match environment.read("PAYMENT_TOKEN_ADDRESS", values::token)? {
                Some(token) => token,
                None => Asset::usdc(&NETWORK).expect("Base Sepolia has USDC"),
            },
            price: environment.read("MAX_AMOUNT_REQUIRED", values::price)?.unwrap_or(Amount::from_atomic(50_000)),
            order: environment.read("SETTLE", values::order)?.unwrap_or_default(),
            port: environment.read("PORT", values::number)?.unwrap_or(8402),
            listen_address: environment.read("LISTEN_ADDRESS", values::ip_address)?.unwrap_or(interface.into()),
            redis_url: environment.read("REDIS_URL", RedisUrl::from_str)?,
            redis_lease: environment.read("REDIS_LEASE_MS", values::milliseconds)?.unwrap_or(Duration::from_secs(30)),
            sandbox_port: environment.read("SANDBOX_PORT", values::number)?.unwrap_or(0),
            sandbox_block_time: environment
                .read("SANDBOX_BLOCK_TIME_MS", values::milliseconds)?
                .unwrap_or(Duration::from_secs(2)),
        })
    }

    pub(crate) fn is_sandbox(&self) -> bool {
        self.account.is_none() && self.facilitator_url.is_none()
    }

    /// This server as this machine reaches it, ending in a slash.
    pub(crate) fn local_url(&self, port: u16) -> Url {
        let host = match self.listen_address {
            IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
            address => address,
        };
        let local = format!("http://{}/", SocketAddr::new(host, port));
        Url::parse(&local).expect("an address and a port make a URL")
    }

    /// The public base URL, ending in a slash.
    pub(crate) fn base_url(&self, port: u16) -> Url {
        self.public_base_url.clone().unwrap_or_else(|| self.local_url(port))
    }

    /// The base URL that settlements are reported below. The sandbox runs beside this server, and sends nothing to other
    /// machines.
    pub(crate) fn reported_below(&self, port: u16) -> Url {
        if self.is_sandbox() { self.local_url(port) } else { self.base_url(port) }
    }
}

/// What to log, which is known before the rest: whatever fails afterwards can be logged.
pub(crate) fn log(variable: impl Fn(&str) -> Option<OsString>) -> Result<Log, ConfigError> {
    let environment = Environment(variable);
    Ok(Log {
        filter: environment.read("RUST_LOG", values::log_filter)?.unwrap_or_else(|| EnvFilter::new("info")),
        format: environment.read("LOG_FORMAT", Format::from_str)?.unwrap_or_default(),
    })
}

fn account(environment: &Environment<impl Fn(&str) -> Option<OsString>>) -> Result<Option<Account>, ConfigError> {
    let names = ["ONESHOT_API_KEY", "ONESHOT_API_SECRET", "ONESHOT_BUSINESS_ID"];
    let api_url = environment.read("ONESHOT_API_URL", BaseUrl::from_str)?.unwrap_or_else(BaseUrl::production);
    let [key, secret, business] = names;
    match [environment.text(key)?, environment.text(secret)?, environment.text(business)?] {
        [None, None, None] => Ok(None),
        [Some(key), Some(secret), Some(business)] => {
            let business = business.parse().map_err(|error| ConfigError::new("ONESHOT_BUSINESS_ID", error))?;
            Ok(Some(Account { credentials: Credentials::new(key, secret), business, api_url }))
        }
        some => {
            let missing = names.into_iter().zip(&some).find(|(_, value)| value.is_none());
            let name = missing.map_or("ONESHOT_API_KEY", |(name, _)| name);
            Err(ConfigError::missing(name, "1Shot takes key, secret and business id together"))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, collections::BTreeSet};

    use super::*;
    use crate::help::ENVIRONMENT;

    const ACCOUNT: [(&str, &str); 4] = [
        ("ONESHOT_API_KEY", "k"),
        ("ONESHOT_API_SECRET", "s"),
        ("ONESHOT_BUSINESS_ID", "3b2c5e0a-8d0e-4f6e-9a51-7c1f6a0c2d11"),
        ("RECIPIENT_ADDRESS", "0x209693Bc6afc0C5328bA36FaF03C514EF312287C"),
    ];

    fn with(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::from_env(|name| {
            let found = variables.iter().rev().find(|(key, _)| *key == name)?;
            Some(found.1.into())
        })
    }

    #[test]
    fn an_empty_environment_is_the_sandbox_at_five_cents() {
        for variables in [&[][..], &[("ONESHOT_API_KEY", ""), ("PORT", " ")]] {
            let config = with(variables).unwrap();
            assert!(config.account.is_none());
            assert_eq!((config.port, config.price), (8402, Amount::from_atomic(50_000)));
            assert_eq!(config.base_url(8402).as_str(), "http://127.0.0.1:8402/");
        }
    }

    #[test]
    fn each_malformed_variable_is_one_line_that_names_it() {
        let cases: &[(&str, &[&str])] = &[
            ("PORT", &["x", "-1", "65536", "8402.0"]),
            ("SANDBOX_PORT", &["x", "70000"]),
            ("SANDBOX_BLOCK_TIME_MS", &["2s", "-5"]),
            ("MAX_AMOUNT_REQUIRED", &["0", "0.05", "$0.05", "-1", "1e18", "٣"]),
            ("RECIPIENT_ADDRESS", &["None", "0x12", "0x0000000000000000000000000000000000000000"]),
            ("PAYMENT_TOKEN_ADDRESS", &["USDC", "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"]),
            ("TUNNEL_BASE_URL", &["shop.example", "ftp://x", "https://u:p@x", "https://x/?a=1", "https://"]),
            ("ONESHOT_API_URL", &["api", "http://api.1shotapi.com/v0"]),
            ("ONESHOT_FACILITATOR", &["both", "RELAYED"]),
            ("SETTLE", &["later", "AFTER"]),
            (
                "FACILITATOR_URL",
                &["f.example", "http://f.example", "ftp://127.0.0.1", "https://u:p@f.example", "https://"],
            ),
            ("ONESHOT_BUSINESS_ID", &["7", "None"]),
            ("REDIS_URL", &["localhost", "http://127.0.0.1:6379", "redis://", "redis://:s3cret@127.0.0.1:port"]),
            ("REDIS_LEASE_MS", &["30s", "-1"]),
            ("LISTEN_ADDRESS", &["localhost", "127.0.0.1:8402", "256.0.0.1"]),
        ];
        for (name, values) in cases {
            for value in *values {
                let mut variables = ACCOUNT.to_vec();
                variables.push((name, value));
                let line = with(&variables).unwrap_err().to_string();
                assert!(line.starts_with(&format!("{name}: ")), "{line}");
                assert!(!line.contains('\n') && line.matches(name).count() == 1, "{line}");
            }
        }
    }

    #[test]
    fn help_lists_exactly_the_variables_that_are_read() {
        let read = RefCell::new(BTreeSet::new());
        let variable = |name: &str| {
            read.borrow_mut().insert(name.to_owned());
            None
        };
        log(variable).unwrap();
        Config::from_env(variable).unwrap();
        let is_name = |word: &&str| word.contains('_') || *word == "PORT" || *word == "SETTLE";
        let begins = ENVIRONMENT.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
        let listed: BTreeSet<_> = begins.filter(is_name).map(str::to_owned).collect();
        assert_eq!(listed, *read.borrow());
    }

    #[test]
    fn half_an_account_is_an_error_that_names_the_other_half() {
        for missing in ["ONESHOT_API_KEY", "ONESHOT_API_SECRET", "ONESHOT_BUSINESS_ID", "RECIPIENT_ADDRESS"] {
            let variables: Vec<_> = ACCOUNT.into_iter().filter(|(name, _)| *name != missing).collect();
            let line = with(&variables).unwrap_err().to_string();
            assert!(line.starts_with(&format!("{missing}: it is not set")), "{line}");
        }
        assert!(with(&ACCOUNT).unwrap().account.is_some());
    }

    #[test]
    fn a_facilitators_url_takes_the_place_of_1shot_and_needs_a_recipient() {
        let url = ("FACILITATOR_URL", "https://facilitator.example/x402/");
        let line = with(&[url]).unwrap_err().to_string();
        assert!(line.starts_with("RECIPIENT_ADDRESS: it is not set"), "{line}");
        for others in [&ACCOUNT[..], &ACCOUNT[1..]] {
            let config = with(&[others, &[url]].concat()).unwrap();
            assert!(config.account.is_none() && !config.is_sandbox());
            assert_eq!(config.facilitator_url.unwrap().as_str(), "https://facilitator.example/x402");
        }
        assert!(with(&[ACCOUNT[3], ("FACILITATOR_URL", "http://127.0.0.1:8403")]).is_ok());
    }

    #[test]
    fn the_sandbox_settles_both_ways_too() {
        for (text, kind) in [
            ("", OneshotFacilitator::Relayed),
            ("relayed", OneshotFacilitator::Relayed),
            ("native", OneshotFacilitator::Native),
        ] {
            let config = with(&[("ONESHOT_FACILITATOR", text)]).unwrap();
            assert!(config.is_sandbox());
            assert_eq!(config.oneshot_facilitator, kind);
        }
    }

    #[test]
    fn a_log_that_makes_no_sense_is_one_line_too() {
        for (name, value) in [("RUST_LOG", "x=loud"), ("RUST_LOG", "[["), ("LOG_FORMAT", "JSON")] {
            let line = log(|asked| (asked == name).then(|| value.into())).unwrap_err().to_string();
            assert!(line.starts_with(&format!("{name}: ")) && !line.contains('\n'), "{line}");
        }
    }

    #[test]
    fn the_sandbox_reports_to_this_machine_and_1shot_to_the_public_url() {
        let tunnel = ("TUNNEL_BASE_URL", "https://shop.example/api");
        assert_eq!(with(&[tunnel]).unwrap().reported_below(8402).as_str(), "http://127.0.0.1:8402/");
        let config = with(&[&ACCOUNT[..], &[tunnel]].concat()).unwrap();
        assert_eq!(config.reported_below(8402).as_str(), "https://shop.example/api/");
        for (address, url) in
            [("::", "http://[::1]:1/"), ("0.0.0.0", "http://127.0.0.1:1/"), ("10.0.0.7", "http://10.0.0.7:1/")]
        {
            assert_eq!(with(&[("LISTEN_ADDRESS", address)]).unwrap().local_url(1).as_str(), url);
        }
    }

    #[test]
    fn the_public_base_url_keeps_its_path() {
        let config = with(&[("TUNNEL_BASE_URL", "https://shop.example/api")]).unwrap();
        assert_eq!(config.base_url(1).join("premium").unwrap().as_str(), "https://shop.example/api/premium");
    }
}
