//! The environment, read and checked before anything starts.

use std::{ffi::OsString, fmt, net::IpAddr, str::FromStr, time::Duration};

use alloy_primitives::{Address, address};
use url::Url;
use x402_core::{Amount, Asset, Network, address::parse_evm};
use x402_oneshot::{BaseUrl, BusinessId, Credentials};
use x402_tower::{server::Order, store::redis::RedisUrl};

/// What `--help` says of the environment.
pub(crate) const ENVIRONMENT: &str = "\
Environment:
  ONESHOT_API_KEY, ONESHOT_API_SECRET, ONESHOT_BUSINESS_ID
                         1Shot API credentials; without any of them a sandbox is used
  ONESHOT_API_URL        1Shot API [default: https://api.1shotapi.com/v0]
  ONESHOT_FACILITATOR    how 1Shot settles: relayed (a contract method) or native (its x402 endpoints)
                         [default: relayed]
  FACILITATOR_URL        an x402 facilitator to use instead of 1Shot and the sandbox
  TUNNEL_BASE_URL        this server's public base URL [default: http://127.0.0.1:PORT]
  RECIPIENT_ADDRESS      who is paid; required outside the sandbox [default in the sandbox: a test address]
  PAYMENT_TOKEN_ADDRESS  the token, on Base Sepolia [default: USDC]
  MAX_AMOUNT_REQUIRED    the price in atomic units; USDC has 6 decimals [default: 50000, which is $0.05]
  PORT                   the port to listen on; 0 is any [default: 8402]
  SETTLE                 when the money moves: after the page is made, before, or in the background (the page is
                         then handed over at once, without a receipt) [default: after]
  REDIS_URL              keep claims there, shared by all servers that sell this page [default: in this process]
  REDIS_LEASE_MS         how long a server that died holds its claims there, in milliseconds [default: 30000]
  SANDBOX_PORT           the sandbox's port; 0 is any [default: 0]
  SANDBOX_BLOCK_TIME_MS  the sandbox's block time in milliseconds [default: 2000]
  RUST_LOG               what is logged, to stderr [default: info]";

/// Who is paid in the sandbox, unless told otherwise.
const SANDBOX_RECIPIENT: Address = address!("0x209693Bc6afc0C5328bA36FaF03C514EF312287C");

const NETWORK: Network = Network::BASE_SEPOLIA;

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
    pub(crate) order: Order,
    /// Without it claims are kept in this process.
    pub(crate) redis_url: Option<RedisUrl>,
    pub(crate) redis_lease: Duration,
    pub(crate) sandbox_port: u16,
    pub(crate) sandbox_block_time: Duration,
}

/// How 1Shot settles, and the sandbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum OneshotFacilitator {
    /// Through a contract method.
    #[default]
    Relayed,
    /// Through its x402 endpoints.
    Native,
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
        let oneshot_facilitator = environment.read("ONESHOT_FACILITATOR", oneshot_facilitator)?.unwrap_or_default();
        let account = match &facilitator_url {
            Some(_) => None,
            None => environment.account()?,
        };
        let sandbox = account.is_none() && facilitator_url.is_none();
        let recipient = match environment.read("RECIPIENT_ADDRESS", evm_address)? {
            Some(recipient) => recipient,
            None if sandbox => SANDBOX_RECIPIENT,
            None => return Err(ConfigError::missing("RECIPIENT_ADDRESS", "it says who is paid")),
        };
        if recipient.is_zero() {
            return Err(ConfigError::new("RECIPIENT_ADDRESS", "the zero address cannot be paid"));
        }
        Ok(Self {
            facilitator_url,
            account,
            oneshot_facilitator,
            public_base_url: environment.read("TUNNEL_BASE_URL", public_url)?,
            recipient,
            token: match environment.read("PAYMENT_TOKEN_ADDRESS", token)? {
                Some(token) => token,
                None => Asset::usdc(&NETWORK).expect("Base Sepolia has USDC"),
            },
            price: environment.read("MAX_AMOUNT_REQUIRED", price)?.unwrap_or_else(|| Amount::from_atomic(50_000)),
            order: environment.read("SETTLE", order)?.unwrap_or_default(),
            port: environment.read("PORT", number)?.unwrap_or(8402),
            redis_url: environment.read("REDIS_URL", RedisUrl::from_str)?,
            redis_lease: environment
                .read("REDIS_LEASE_MS", number)?
                .map_or(Duration::from_secs(30), Duration::from_millis),
            sandbox_port: environment.read("SANDBOX_PORT", number)?.unwrap_or(0),
            sandbox_block_time: environment
                .read("SANDBOX_BLOCK_TIME_MS", number)?
                .map_or(Duration::from_secs(2), Duration::from_millis),
        })
    }

    pub(crate) fn is_sandbox(&self) -> bool {
        self.account.is_none() && self.facilitator_url.is_none()
    }

    /// The sandbox serves this machine; with real money the page is for everybody.
    pub(crate) fn interface(&self) -> IpAddr {
        if self.is_sandbox() { [127, 0, 0, 1].into() } else { [0, 0, 0, 0].into() }
    }

    /// The public base URL, ending in a slash.
    pub(crate) fn base_url(&self, port: u16) -> Url {
        self.public_base_url.clone().unwrap_or_else(|| {
            let local = format!("http://127.0.0.1:{port}/");
            Url::parse(&local).expect("an address and a port make a URL")
        })
    }
}

struct Environment<F>(F);

impl<F: Fn(&str) -> Option<OsString>> Environment<F> {
    /// An unset variable and an empty one are the same: `example.env` files leave them empty.
    fn text(&self, name: &'static str) -> Result<Option<String>, ConfigError> {
        let Some(value) = (self.0)(name) else { return Ok(None) };
        let text = value.into_string().map_err(|_| ConfigError::new(name, "it is not UTF-8"))?;
        Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
    }

    fn read<T, E: fmt::Display>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, ConfigError> {
        self.text(name)?.map(|text| parse(&text).map_err(|error| ConfigError::new(name, error))).transpose()
    }

    fn account(&self) -> Result<Option<Account>, ConfigError> {
        let names = ["ONESHOT_API_KEY", "ONESHOT_API_SECRET", "ONESHOT_BUSINESS_ID"];
        let api_url = self.read("ONESHOT_API_URL", BaseUrl::from_str)?.unwrap_or_else(BaseUrl::production);
        let [key, secret, business] = names;
        match [self.text(key)?, self.text(secret)?, self.text(business)?] {
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
}

fn order(text: &str) -> Result<Order, &'static str> {
    match text {
        "after" => Ok(Order::After),
        "before" => Ok(Order::Before),
        "background" => Ok(Order::Background),
        _ => Err("it must be `after`, `before` or `background`"),
    }
}

fn oneshot_facilitator(text: &str) -> Result<OneshotFacilitator, &'static str> {
    match text {
        "relayed" => Ok(OneshotFacilitator::Relayed),
        "native" => Ok(OneshotFacilitator::Native),
        _ => Err("it must be `relayed` or `native`"),
    }
}

fn evm_address(text: &str) -> Result<Address, x402_core::address::ParseAddressError> {
    parse_evm(text)
}

fn token(text: &str) -> Result<Asset, String> {
    let address = evm_address(text).map_err(|error| error.to_string())?;
    Asset::known(&NETWORK, address).ok_or_else(|| format!("{address} is no token known on Base Sepolia"))
}

fn price(text: &str) -> Result<Amount, String> {
    let amount: Amount = text.parse().map_err(|error: x402_core::amount::ParseAmountError| error.to_string())?;
    if amount.is_zero() { Err("a price must be above zero".to_owned()) } else { Ok(amount) }
}

fn number<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("`{}` is not a number in range", text.escape_debug()))
}

fn public_url(text: &str) -> Result<Url, String> {
    let fail = |what: &str| Err(format!("{what}, such as https://shop.example"));
    let Ok(mut url) = Url::parse(text) else { return fail("it must be a URL") };
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return fail("it must be an http or https URL");
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return fail("it must be a base URL without query, fragment and user");
    }
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

/// A variable that makes no sense: one line that names it.
#[derive(Debug)]
pub(crate) struct ConfigError {
    name: &'static str,
    what: String,
}

impl ConfigError {
    fn new(name: &'static str, what: impl fmt::Display) -> Self {
        Self { name, what: what.to_string() }
    }

    fn missing(name: &'static str, why: &str) -> Self {
        Self::new(name, format_args!("it is not set; {why}"))
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn the_public_base_url_keeps_its_path() {
        let config = with(&[("TUNNEL_BASE_URL", "https://shop.example/api")]).unwrap();
        assert_eq!(config.base_url(1).join("premium").unwrap().as_str(), "https://shop.example/api/premium");
    }
}
