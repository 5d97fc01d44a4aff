//! How single members are read: always from strings where the protocol has strings.

use std::{fmt, marker::PhantomData, str::FromStr};

use alloy_primitives::{Address, B256, Bytes, U256, hex};
use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

use crate::{
    address::{ChainAddress, parse_evm},
    amount::Amount,
    network::Network,
    reason::Reason,
};

/// Reads a string by a function; anything but a string is an error.
struct Text<T, F>(&'static str, F, PhantomData<T>);

impl<T, E: fmt::Display, F: FnOnce(&str) -> Result<T, E>> Visitor<'_> for Text<T, F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<D: Error>(self, text: &str) -> Result<T, D> {
        (self.1)(text).map_err(D::custom)
    }
}

fn text<'de, D, T, E>(
    deserializer: D,
    expecting: &'static str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    E: fmt::Display,
{
    deserializer.deserialize_str(Text(expecting, parse, PhantomData))
}

pub(super) fn amount<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Amount, D::Error> {
    text(deserializer, "an amount as a string of digits", Amount::from_str)
}

pub(super) fn uint256<'de, D: Deserializer<'de>>(deserializer: D) -> Result<U256, D::Error> {
    amount(deserializer).map(Amount::as_u256)
}

pub(super) fn evm_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Address, D::Error> {
    text(deserializer, "an EVM address", parse_evm)
}

pub(super) fn chain_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ChainAddress, D::Error> {
    text(deserializer, "an address", |address| match address {
        "" => Err("an address is not empty"),
        address => Ok(ChainAddress::new(address)),
    })
}

pub(super) fn caip2<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Network, D::Error> {
    text(deserializer, "a CAIP-2 network", Network::from_str)
}

pub(super) fn v1_network<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Network, D::Error> {
    text(deserializer, "a network name", |name| match name {
        "" => Err("a network name is not empty"),
        name => Ok(Network::from_v1_name(name)),
    })
}

pub(super) fn nonce<'de, D: Deserializer<'de>>(deserializer: D) -> Result<B256, D::Error> {
    text(deserializer, "a nonce", |nonce| {
        nonce
            .strip_prefix("0x")
            .filter(|digits| digits.len() == 64)
            .and_then(|digits| digits.parse().ok())
            .ok_or("a nonce is `0x` and 64 hexadecimal digits")
    })
}

/// The text is not shown: it is the one part of a payment that must not be logged.
pub(super) fn signature<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
    text(deserializer, "a signature", |signature| {
        signature
            .strip_prefix("0x")
            // The decoder would take a second prefix.
            .filter(|digits| !digits.starts_with("0x"))
            .and_then(|digits| hex::decode(digits).ok())
            .map(Bytes::from)
            .ok_or("a signature is `0x` and an even number of hexadecimal digits")
    })
}

/// A positive whole number of seconds; `60.0` is one too, as JSON has no integers.
pub(super) fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let number = serde_json::Number::deserialize(deserializer)?;
    let seconds = match (number.as_u64(), number.as_f64()) {
        (Some(seconds), _) => Some(seconds),
        // Below 2^53 the conversion is exact.
        (None, Some(float)) if float.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(&float) => {
            Some(float as u64)
        }
        _ => None,
    };
    seconds
        .filter(|seconds| *seconds > 0)
        .ok_or_else(|| Error::invalid_value(Unexpected::Other("this number"), &"a positive whole number of seconds"))
}

/// A code, or nothing where a facilitator wrote free text, an empty string or `null`.
pub(super) fn reason<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Reason>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.and_then(|code| Reason::parse(&code)))
}

/// An address, or nothing where a facilitator wrote an empty string or `null`.
pub(super) fn optional_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ChainAddress>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.filter(|text| !text.is_empty()).map(ChainAddress::new))
}

/// A network in either spelling, or nothing where a facilitator wrote an empty string or `null`.
pub(super) fn optional_network<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Network>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.filter(|text| !text.is_empty()).map(|name| Network::from_v1_name(&name)))
}
