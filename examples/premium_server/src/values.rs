//! The values of variables.

use std::{net::IpAddr, str::FromStr, time::Duration};

use alloy_primitives::Address;
use tracing_subscriber::EnvFilter;
use url::Url;
use x402_core::{
    Amount, Asset, Network,
    address::{ParseAddressError, parse_evm},
    amount::ParseAmountError,
};
use x402_tower::server::Order;

/// The network of everything that is sold here.
pub(crate) const NETWORK: Network = Network::BASE_SEPOLIA;

/// How 1Shot settles, and the sandbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum OneshotFacilitator {
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

pub(crate) fn order(text: &str) -> Result<Order, &'static str> {
    match text {
        "after" => Ok(Order::After),
        "before" => Ok(Order::Before),
        "background" => Ok(Order::Background),
        _ => Err("it must be `after`, `before` or `background`"),
    }
}

pub(crate) fn recipient(text: &str) -> Result<Address, String> {
    let address = parse_evm(text).map_err(|error: ParseAddressError| error.to_string())?;
    if address.is_zero() { Err("the zero address cannot be paid".to_owned()) } else { Ok(address) }
}

pub(crate) fn token(text: &str) -> Result<Asset, String> {
    let address = parse_evm(text).map_err(|error| error.to_string())?;
    Asset::known(&NETWORK, address).ok_or_else(|| format!("{address} is no token known on Base Sepolia"))
}

pub(crate) fn price(text: &str) -> Result<Amount, String> {
    let amount: Amount = text.parse().map_err(|error: ParseAmountError| error.to_string())?;
    if amount.is_zero() { Err("a price must be above zero".to_owned()) } else { Ok(amount) }
}

pub(crate) fn number<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("`{}` is not a number in range", text.escape_debug()))
}

pub(crate) fn milliseconds(text: &str) -> Result<Duration, String> {
    number(text).map(Duration::from_millis)
}

pub(crate) fn ip_address(text: &str) -> Result<IpAddr, String> {
    text.parse().map_err(|_| format!("`{}` is not an IP address", text.escape_debug()))
}

/// Stricter than the subscriber by itself, which drops what it cannot read and logs less than was meant.
pub(crate) fn log_filter(text: &str) -> Result<EnvFilter, String> {
    EnvFilter::try_new(text).map_err(|error| format!("{error}; it is written like info or premium_server=debug"))
}

pub(crate) fn public_url(text: &str) -> Result<Url, String> {
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
