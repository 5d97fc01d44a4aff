//! Lenient reading of members, and values as text.
//!
//! The rule: a member that something is decided by (an id, a status, a chain) must be there and be
//! readable. Any other member that is missing, null or of a shape never seen becomes `None`, so that
//! one odd row does not cost its reader the whole page.

use std::fmt::Display;
use std::str::FromStr;

use alloy_primitives::U256;
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

/// A list in which nothing is left out: one odd item is an error. Null is an empty one.
pub(crate) fn whole_list<'de, D, T>(from: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// A text, or the JSON text of a value of another shape.
pub(crate) fn text_or_json<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(text) => text,
        Value::Null => String::new(),
        other => other.to_string(),
    })
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

pub(crate) fn to_integer(value: &Value) -> Option<u64> {
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

/// Whatever is displayed, in requests as text.
pub(crate) fn text<S: Serializer>(value: &impl Display, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(value)
}

/// As [`text`], if there is a value: big numbers become decimals, addresses the mixed case of EIP-55.
#[expect(clippy::ref_option, reason = "the signature serde calls")]
pub(crate) fn maybe_text<T: Display, S: Serializer>(value: &Option<T>, to: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => text(value, to),
        None => to.serialize_none(),
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
        #[serde(serialize_with = "maybe_text", deserialize_with = "maybe_u256")]
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
