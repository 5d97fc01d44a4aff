//! Reading what was signed.
//!
//! The API returns it as JSON whose members are not documented. Only the nonce, which 1Shot chooses, has to be found;
//! whatever else is there must be readable, and what is missing is taken to be as asked. That is safe because the
//! signature is checked afterwards over exactly what was read here.

use alloy_primitives::{Address, B256, U256};
use serde_json::{Map, Value};
use x402_core::exact::Authorization;

use super::WalletSignerError;
use crate::codec::to_u256;

/// How deep the authorization may be wrapped: in objects, arrays, or texts that are JSON themselves.
const MAX_DEPTH: u8 = 8;

type Members = Map<String, Value>;

/// The authorization that was signed, if it was made for what was `asked`.
pub(super) fn authorization(data: &str, asked: &Authorization) -> Result<Authorization, WalletSignerError> {
    let members = serde_json::from_str(data).ok().and_then(|data| find(data, MAX_DEPTH));
    let members = members.ok_or(WalletSignerError::Nonce)?;
    Ok(Authorization {
        from: member(&members, &["from", "fromAddress"], address, asked.from)?,
        to: member(&members, &["to", "destinationAddress"], address, asked.to)?,
        value: member(&members, &["value", "amount"], number, asked.value)?,
        valid_after: member(&members, &["validAfter"], number, asked.valid_after)?,
        valid_before: member(&members, &["validBefore", "validUntil"], number, asked.valid_before)?,
        nonce: members.get("nonce").and_then(nonce).ok_or(WalletSignerError::Nonce)?,
    })
}

/// The first object that has a nonce.
fn find(value: Value, depth: u8) -> Option<Members> {
    let depth = depth.checked_sub(1)?;
    match value {
        Value::Object(members) if members.get("nonce").and_then(nonce).is_some() => Some(members),
        Value::Object(members) => members.into_iter().find_map(|(_, value)| find(value, depth)),
        Value::Array(values) => values.into_iter().find_map(|value| find(value, depth)),
        Value::String(text) => find(serde_json::from_str(&text).ok()?, depth),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// The member under the first of its names that is there; as asked, if under none.
fn member<T>(
    members: &Members,
    names: &[&'static str],
    read: impl Fn(&Value) -> Option<T>,
    asked: T,
) -> Result<T, WalletSignerError> {
    let is_there = |name: &&'static str| Some((*name, members.get(*name).filter(|value| !value.is_null())?));
    match names.iter().find_map(is_there) {
        Some((name, value)) => read(value).ok_or(WalletSignerError::Unreadable(name)),
        None => Ok(asked),
    }
}

fn address(value: &Value) -> Option<Address> {
    value.as_str()?.parse().ok()
}

fn nonce(value: &Value) -> Option<B256> {
    value.as_str()?.parse().ok()
}

fn number(value: &Value) -> Option<U256> {
    match value {
        Value::Number(number) => number.as_u64().map(U256::from),
        Value::String(text) => match text.strip_prefix("0x") {
            Some(digits) => hexadecimal(digits),
            None => to_u256(text),
        },
        _ => None,
    }
}

/// Reads digits and nothing else, of which there must be one: no digits would be taken for zero.
fn hexadecimal(digits: &str) -> Option<U256> {
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
    is_number.then(|| U256::from_str_radix(digits, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use alloy_primitives::address;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const NONCE: B256 = B256::repeat_byte(7);

    fn asked() -> Authorization {
        Authorization {
            from: address!("1111111111111111111111111111111111111111"),
            to: address!("2222222222222222222222222222222222222222"),
            value: U256::from(50_000),
            valid_after: U256::ZERO,
            valid_before: U256::from(1_760_000_060),
            nonce: B256::ZERO,
        }
    }

    fn message() -> Value {
        json!({
            "from": "0x1111111111111111111111111111111111111111",
            "to": "0x2222222222222222222222222222222222222222",
            "value": "50000",
            "validAfter": 0,
            "validBefore": "0x68e7783c",
            "nonce": NONCE.to_string(),
        })
    }

    #[test]
    fn flat_nested_and_twice_encoded_forms_are_read() {
        let typed = json!({"domain": {"name": "USDC"}, "types": {"T": [{"name": "nonce", "type": "bytes32"}]},
            "primaryType": "TransferWithAuthorization", "message": message()});
        let twice = json!({"message": message().to_string()});
        let other = json!([{"nonce": 5}, {"fromAddress": asked().from.to_string(), "destinationAddress":
            asked().to.to_string(), "amount": 50_000, "validUntil": 1_760_000_060_u64, "nonce": NONCE.to_string()}]);
        let bare = json!({"nonce": NONCE.to_string().trim_start_matches("0x"), "value": null});
        let whole = json!(message().to_string());
        for form in [message(), typed, twice, other, bare, whole] {
            let read = authorization(&form.to_string(), &asked()).unwrap();
            assert_eq!(read, Authorization { nonce: NONCE, ..asked() }, "{form}");
        }
    }

    #[test]
    fn what_is_said_is_not_replaced_by_what_was_asked() {
        let mut data = message();
        data["value"] = json!("0xc351");
        data["to"] = json!(asked().from.to_string());
        let read = authorization(&data.to_string(), &asked()).unwrap();
        assert_eq!((read.value, read.to), (U256::from(50_001), asked().from));
    }

    #[test]
    fn a_member_of_another_form_is_named_and_not_passed_over() {
        for (member, value) in [
            ("from", json!("alice")),
            ("to", json!(7)),
            ("value", json!(1.5)),
            ("value", json!("-1")),
            ("validAfter", json!("0x-1")),
            ("validBefore", json!({"hex": "0x1"})),
        ] {
            let mut data = message();
            data[member] = value;
            let error = authorization(&data.to_string(), &asked()).unwrap_err();
            assert_eq!(error.to_string(), format!("member `{member}` of the signed data cannot be read"));
        }
    }

    #[test]
    fn data_without_a_nonce_is_refused() {
        let deep = (0..20).fold(message(), |inner, _| json!([inner]));
        for data in ["", "a text", "[]", r#"{"nonce":7}"#, r#"{"nonce":"0x07"}"#, &deep.to_string()] {
            assert!(matches!(authorization(data, &asked()), Err(WalletSignerError::Nonce)), "{data}");
        }
    }

    #[test]
    fn the_authorization_may_be_wrapped_seven_times_and_no_more() {
        for (wraps, is_read) in [(7, true), (8, false)] {
            let arrays = (0..wraps).fold(message(), |inner, _| json!([inner]));
            let objects = (0..wraps).fold(message(), |inner, _| json!({"nonce": 7, "message": inner}));
            for data in [arrays, objects] {
                assert_eq!(authorization(&data.to_string(), &asked()).is_ok(), is_read, "{wraps}: {data}");
            }
        }
    }

    #[test]
    fn a_member_has_its_own_name_before_1shots_and_null_is_no_member() {
        let stranger = Address::repeat_byte(9);
        let mut data = message();
        for (name, value) in [("fromAddress", json!(stranger)), ("amount", json!(1)), ("validUntil", json!(1))] {
            data[name] = value;
        }
        assert_eq!(authorization(&data.to_string(), &asked()).unwrap(), Authorization { nonce: NONCE, ..asked() });
        for name in ["from", "value", "validBefore"] {
            data[name] = Value::Null;
        }
        let read = authorization(&data.to_string(), &asked()).unwrap();
        assert_eq!((read.from, read.value, read.valid_before), (stranger, U256::ONE, U256::ONE));
    }

    #[test]
    fn numbers_are_decimal_or_hexadecimal_and_whole() {
        for (value, expected) in [
            (json!(0), Some(U256::ZERO)),
            (json!(u64::MAX), Some(U256::from(u64::MAX))),
            (json!("16"), Some(U256::from(16))),
            (json!("0x10"), Some(U256::from(16))),
            (json!("0xFf"), Some(U256::from(255))),
            (json!(U256::MAX.to_string()), Some(U256::MAX)),
            (json!(format!("{:#x}", U256::MAX)), Some(U256::MAX)),
            (json!(format!("0x1{}", "0".repeat(64))), None),
            (json!("0x"), None),
            (json!(""), None),
            (json!("10_000"), None),
            (json!("0x1_0"), None),
            (json!("ff"), None),
            (json!(-1), None),
            (json!(2.0), None),
            (json!(true), None),
        ] {
            assert_eq!(number(&value), expected, "{value}");
        }
    }

    proptest! {
        #[test]
        fn no_data_makes_the_reader_panic(text in "\\PC{0,80}", value in "[0-9a-fx\\-]{0,70}") {
            let _ = authorization(&text, &asked());
            let _ = number(&json!(value));
        }
    }
}
