//! Between JSON and the values of the EVM.

use alloy_dyn_abi::{DynSolType, DynSolValue};
use alloy_primitives::{Address, B256, Bytes, I256, Sign, U256};
use serde_json::Value;

/// Reads JSON as a value of this type.
///
/// Numbers may be JSON numbers or strings, decimal or `0x`; bytes and addresses are `0x` strings. `None` means that
/// the JSON is no such value.
pub(super) fn from_json(kind: &DynSolType, json: &Value) -> Option<DynSolValue> {
    Some(match kind {
        DynSolType::Address => DynSolValue::Address(json.as_str()?.parse::<Address>().ok()?),
        DynSolType::Array(inner) => DynSolValue::Array(elements(inner, json)?),
        DynSolType::Bool => DynSolValue::Bool(match json {
            Value::Bool(value) => *value,
            Value::String(text) => text.parse().ok()?,
            _ => return None,
        }),
        DynSolType::Bytes => DynSolValue::Bytes(bytes(json)?.into()),
        DynSolType::FixedArray(inner, size) => {
            let elements = elements(inner, json)?;
            if elements.len() != *size {
                return None;
            }
            DynSolValue::FixedArray(elements)
        }
        DynSolType::FixedBytes(size) => {
            let bytes = bytes(json)?;
            if bytes.len() != *size || bytes.len() > 32 {
                return None;
            }
            DynSolValue::FixedBytes(B256::right_padding_from(&bytes), *size)
        }
        DynSolType::Int(bits) => DynSolValue::Int(int(json, *bits)?, *bits),
        DynSolType::String => DynSolValue::String(json.as_str()?.to_owned()),
        DynSolType::Uint(bits) => DynSolValue::Uint(uint(json, *bits)?, *bits),
        // A parameter cannot be declared as anything else: see `declaration`.
        _ => return None,
    })
}

/// Writes a value as JSON: numbers as decimal strings, bytes and addresses as `0x` strings.
pub(super) fn to_json(value: &DynSolValue) -> Value {
    match value {
        DynSolValue::Bool(value) => Value::Bool(*value),
        value => match elements_of(value) {
            Some(elements) => elements.iter().map(to_json).collect(),
            None => Value::String(to_text(value)),
        },
    }
}

/// Writes a value as JSON of strings and arrays only, which is the form of a log's arguments.
pub(super) fn to_strings(value: &DynSolValue) -> Value {
    match elements_of(value) {
        Some(elements) => elements.iter().map(to_strings).collect(),
        None => Value::String(to_text(value)),
    }
}

/// Writes a value for people.
pub(super) fn to_text(value: &DynSolValue) -> String {
    match value {
        DynSolValue::Address(address) => address.to_string(),
        DynSolValue::Bool(value) => value.to_string(),
        DynSolValue::Bytes(bytes) => alloy_primitives::hex::encode_prefixed(bytes),
        DynSolValue::FixedBytes(..) => {
            let (bytes, size) = value.as_fixed_bytes().unwrap_or_default();
            alloy_primitives::hex::encode_prefixed(bytes.get(..size).unwrap_or(bytes))
        }
        DynSolValue::Function(function) => function.to_string(),
        DynSolValue::Int(int, _) => int.to_string(),
        DynSolValue::String(text) => text.clone(),
        DynSolValue::Uint(uint, _) => uint.to_string(),
        sequence => {
            let elements = elements_of(sequence).unwrap_or_default();
            let texts: Vec<String> = elements.iter().map(to_text).collect();
            format!("[{}]", texts.join(", "))
        }
    }
}

/// Reads an unsigned number: a JSON number, or a string, decimal or `0x`.
pub(super) fn uint(json: &Value, bits: usize) -> Option<U256> {
    let value = match json {
        Value::Number(number) => U256::from(number.as_u64()?),
        Value::String(text) => match text.strip_prefix("0x") {
            Some(digits) => digits_of(digits, 16)?,
            None => digits_of(text, 10)?,
        },
        _ => return None,
    };
    (value.bit_len() <= bits).then_some(value)
}

fn int(json: &Value, bits: usize) -> Option<I256> {
    let text = match json {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        _ => return None,
    };
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (Sign::Negative, digits),
        None => (Sign::Positive, text.as_str()),
    };
    let value = I256::overflowing_from_sign_and_abs(sign, digits_of(digits, 10)?);
    (!value.1 && value.0.bits() as usize <= bits).then_some(value.0)
}

/// Digits and nothing else: `U256` alone would also take underscores, and nothing at all.
fn digits_of(text: &str, radix: u64) -> Option<U256> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    U256::from_str_radix(text, radix).ok()
}

fn bytes(json: &Value) -> Option<Bytes> {
    let text = json.as_str()?;
    text.starts_with("0x").then(|| text.parse().ok())?
}

fn elements(kind: &DynSolType, json: &Value) -> Option<Vec<DynSolValue>> {
    json.as_array()?.iter().map(|element| from_json(kind, element)).collect()
}

fn elements_of(value: &DynSolValue) -> Option<&[DynSolValue]> {
    value.as_array().or_else(|| value.as_fixed_array()).or_else(|| value.as_tuple())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn round_trip(kind: &str, input: &Value) -> Option<Value> {
        from_json(&kind.parse().unwrap(), input).map(|value| to_json(&value))
    }

    #[test]
    fn numbers_come_as_numbers_decimals_or_hex_and_leave_as_decimals() {
        for input in [json!(50000), json!("50000"), json!("0xc350")] {
            assert_eq!(round_trip("uint256", &input), Some(json!("50000")));
        }
        assert_eq!(round_trip("int8", &json!(-128)), Some(json!("-128")));
    }

    #[test]
    fn numbers_that_do_not_fit_or_are_not_whole_are_refused() {
        for (kind, input) in [
            ("uint8", json!(256)),
            ("int8", json!("128")),
            ("int8", json!("-129")),
            ("uint256", json!("-1")),
            ("uint256", json!(1.5)),
            ("uint256", json!("")),
            ("uint256", json!("1_000")),
            ("uint256", json!("1e3")),
            ("uint256", json!(format!("0x1{}", "0".repeat(64)))),
            ("int256", json!("--1")),
            ("int256", json!("-")),
        ] {
            assert_eq!(round_trip(kind, &input), None, "{kind} {input}");
        }
    }

    #[test]
    fn fixed_bytes_have_their_size() {
        assert_eq!(round_trip("bytes2", &json!("0xbeef")), Some(json!("0xbeef")));
        for input in [json!("0xbe"), json!("0xbeef00"), json!("beef"), json!("0xbee"), json!(1)] {
            assert_eq!(round_trip("bytes2", &input), None);
        }
    }

    #[test]
    fn arrays_keep_their_shape() {
        assert_eq!(round_trip("bool[]", &json!([true, "false"])), Some(json!([true, false])));
        assert_eq!(round_trip("string[2]", &json!(["a", "b"])), Some(json!(["a", "b"])));
        assert_eq!(round_trip("string[2]", &json!(["a"])), None);
        assert_eq!(round_trip("address[]", &json!(["0x00"])), None);
    }
}
