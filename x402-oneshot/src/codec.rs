//! Lenient reading of members, and the decimal form of big numbers.
//!
//! The rule: a member that something is decided by (an id, a status, a chain) must be there and be
//! readable. Any other member that is missing, null or of a shape never seen becomes `None`, so that
//! one odd row does not cost its reader the whole page.

use std::fmt::Display;
use std::str::FromStr;

use alloy_primitives::{Address, U256};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serializer};
use serde_json::Value;

/// Anything that reads as `T`, else `None`.
pub(crate) fn maybe<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    Ok(T::deserialize(Value::deserialize(from)?).ok())
}

/// Anything that reads as `T`, else the default.
pub(crate) fn or_default<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    Ok(maybe(from)?.unwrap_or_default())
}

/// A text that parses as `T`, else `None`.
pub(crate) fn maybe_parsed<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
{
    let text: Option<String> = maybe(from)?;
    Ok(text.and_then(|text| text.parse().ok()))
}

/// The texts of an array that parse as `T`; the others are left out.
pub(crate) fn parsed_list<'de, D, T>(from: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
{
    let texts: Vec<Value> = or_default(from)?;
    let parsed = |text: &Value| text.as_str()?.parse().ok();
    Ok(texts.iter().filter_map(parsed).collect())
}

/// A text that must be there and parse as `T`.
pub(crate) fn parsed<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
{
    let text = String::deserialize(from)?;
    text.parse().map_err(|_| D::Error::custom("text of another form"))
}

/// An integer that must be there, as a number or as decimal text.
pub(crate) fn integer<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    to_integer(&Value::deserialize(from)?).ok_or_else(|| D::Error::custom("not an integer"))
}

/// An integer as a number or as decimal text, else `None`.
pub(crate) fn maybe_integer<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    Ok(to_integer(&Value::deserialize(from)?))
}

fn to_integer(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => to_u256(text)?.try_into().ok(),
        _ => None,
    }
}

/// A big number as decimal text or as a number, else `None`.
pub(crate) fn maybe_u256<'de, D: Deserializer<'de>>(from: D) -> Result<Option<U256>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Number(number) => number.as_u64().map(U256::from),
        Value::String(text) => to_u256(&text),
        _ => None,
    })
}

/// A big number that must be there, as decimal text or as a number.
pub(crate) fn big<'de, D: Deserializer<'de>>(from: D) -> Result<U256, D::Error> {
    maybe_u256(from)?.ok_or_else(|| D::Error::custom("not an integer"))
}

/// Reads decimal digits and nothing else: no sign, blank, separator, exponent or prefix.
pub(crate) fn to_u256(text: &str) -> Option<U256> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| U256::from_str_radix(text, 10).ok()).flatten()
}

/// An address in a request, if there is one, in the mixed case of EIP-55.
#[expect(clippy::ref_option, reason = "the signature serde calls")]
pub(crate) fn maybe_checksummed<S: Serializer>(address: &Option<Address>, to: S) -> Result<S::Ok, S::Error> {
    match address {
        Some(address) => text(address, to),
        None => to.serialize_none(),
    }
}

/// Whatever is displayed, in requests as text.
pub(crate) fn text<S: Serializer>(value: &impl Display, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(value)
}

/// Big numbers in requests: optional decimal texts, for `#[serde(with)]`.
pub(crate) mod decimal {
    use alloy_primitives::U256;
    use serde::Serializer;

    #[expect(clippy::ref_option, reason = "the signature serde calls")]
    pub(crate) fn serialize<S: Serializer>(number: &Option<U256>, to: S) -> Result<S::Ok, S::Error> {
        match number {
            Some(number) => to.collect_str(number),
            None => to.serialize_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Serialize;
    use serde_json::json;

    use super::*;

    #[derive(Serialize, Deserialize)]
    struct Number {
        #[serde(serialize_with = "decimal::serialize", deserialize_with = "maybe_u256")]
        n: Option<U256>,
    }

    proptest! {
        #[test]
        fn big_numbers_survive_the_wire(limbs: [u64; 4]) {
            let n = Some(U256::from_limbs(limbs));
            let json = serde_json::to_string(&Number { n }).unwrap();
            prop_assert_eq!(serde_json::from_str::<Number>(&json).unwrap().n, n);
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,90}") {
            let read = to_u256(&text);
            if !text.bytes().all(|b| b.is_ascii_digit()) {
                prop_assert_eq!(read, None);
            }
        }
    }

    #[test]
    fn only_whole_decimals_within_256_bits_are_numbers() {
        let max = U256::MAX.to_string();
        assert_eq!(to_u256(&max), Some(U256::MAX));
        assert_eq!(to_u256("007"), Some(U256::from(7)));
        let over = format!("{max}0");
        for text in ["", " 1", "+1", "-1", "1_0", "1e3", "1.0", "0x10", "٣", &over] {
            assert_eq!(to_u256(text), None, "{text}");
        }
    }

    #[test]
    fn integers_may_be_numbers_or_texts_and_nothing_else() {
        #[derive(Deserialize)]
        struct Chain(#[serde(deserialize_with = "integer")] u64);
        for good in [json!(84532), json!("84532")] {
            assert_eq!(serde_json::from_value::<Chain>(good).unwrap().0, 84532);
        }
        for bad in [json!(1.5), json!(-1), json!("x"), json!(null), json!([1])] {
            assert!(serde_json::from_value::<Chain>(bad.clone()).is_err(), "{bad}");
        }
    }
}
