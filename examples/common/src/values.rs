//! The values of variables.

use std::{net::IpAddr, str::FromStr, time::Duration};

use alloy_primitives::Address;
use tracing_subscriber::EnvFilter;
use url::Url;
use x402_core::{
    Asset, Network,
    address::{ParseAddressError, parse_evm},
};

/// The network of everything that is settled here.
pub const NETWORK: Network = Network::BASE_SEPOLIA;

/// Longer than this, nobody waits for a block or for a dead server: whoever writes it means something else.
const LONGEST: Duration = Duration::from_secs(3600);

/// An address that can be paid. In capitals and small letters it must bear its
/// [checksum](https://eips.ethereum.org/EIPS/eip-55): money that goes to an address with a digit wrong is lost.
///
/// # Errors
///
/// If it is none, or the zero address, or its checksum is wrong.
pub fn recipient(text: &str) -> Result<Address, String> {
    let address = parse_evm(text).map_err(|error: ParseAddressError| error.to_string())?;
    if address.is_zero() {
        return Err("the zero address cannot be paid".to_owned());
    }
    let digits = text.trim_start_matches("0x");
    let has = |is_cased: fn(&u8) -> bool| digits.as_bytes().iter().any(is_cased);
    if has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && address.to_checksum(None) != text {
        return Err("its capitals are not those of the EIP-55 checksum: is a digit wrong?".to_owned());
    }
    Ok(address)
}

pub(crate) fn token(text: &str) -> Result<Asset, String> {
    let address = parse_evm(text).map_err(|error| error.to_string())?;
    Asset::known(&NETWORK, address).ok_or_else(|| format!("{address} is no token known on Base Sepolia"))
}

/// A whole number.
///
/// # Errors
///
/// If it is none, or is too small or too large for its type.
pub fn number<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("`{}` is not a number in range", text.escape_debug()))
}

pub(crate) fn block_time(text: &str) -> Result<Duration, String> {
    milliseconds(text, Duration::ZERO)
}

/// Shorter than this it cannot be renewed in time.
pub(crate) fn lease(text: &str) -> Result<Duration, String> {
    milliseconds(text, Duration::from_millis(100))
}

fn milliseconds(text: &str, least: Duration) -> Result<Duration, String> {
    let duration = number(text).map(Duration::from_millis)?;
    if (least..=LONGEST).contains(&duration) {
        return Ok(duration);
    }
    Err(format!("it must be from {} to {} milliseconds", least.as_millis(), LONGEST.as_millis()))
}

pub(crate) fn ip_address(text: &str) -> Result<IpAddr, String> {
    text.parse().map_err(|_| format!("`{}` is not an IP address", text.escape_debug()))
}

/// Stricter than the subscriber by itself, which drops what it cannot read and logs less than was meant.
pub(crate) fn log_filter(text: &str) -> Result<EnvFilter, String> {
    EnvFilter::try_new(text).map_err(|error| format!("{error}; it is written like info or warn,x402_oneshot=debug"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_a_digit_wrong_is_nobodys_to_pay() {
        let good = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";
        let address: Address = good.parse().unwrap();
        let upper = format!("0x{}", good[2..].to_uppercase());
        for text in [good, &good.to_lowercase(), &upper] {
            assert_eq!(recipient(text), Ok(address), "{text}");
        }
        for text in [good.replace("693B", "693C"), good.replace('B', "b")] {
            assert!(recipient(&text).unwrap_err().contains("checksum"), "{text}");
        }
    }
}
