//! What the events of a transaction say of a payment.

use std::str::FromStr;

use alloy_primitives::U256;
use serde_json::Value;
use x402_core::exact::Authorization;

use crate::api::LogDescription;

/// Whether a transaction shows that it did something else than a transfer that was signed, although it did not revert.
///
/// Not every token reverts when a nonce is spent: some say so in an event, and move nothing (attack 12). And not every
/// transaction that is named is the one that was meant. No events are no evidence, since not every list has them; nor
/// are events that cannot be read.
pub(super) fn contradicts(logs: &[LogDescription], signed: &Authorization) -> bool {
    let named = |name: &'static str| logs.iter().filter(move |log| log.name == name);
    let moved = seen(named("Transfer").map(|log| {
        let [from, to, value] = args(log)?;
        Some(is(from, &signed.from)? & is(to, &signed.to)? & (integer(value)? == signed.value))
    }));
    let spent = seen(named("AuthorizationUsed").map(|log| {
        let [payer, nonce] = args(log)?;
        Some(is(payer, &signed.from)? & is(nonce, &signed.nonce)?)
    }));
    let was_spent_before = named("AuthorizationAlreadyUsed").next().is_some();
    moved == Some(false) || spent == Some(false) || (was_spent_before && moved.is_none())
}

/// Whether one of the events that can be read is the one that is looked for; `None` if none can be read.
fn seen(events: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    events.flatten().reduce(|one, another| one || another)
}

fn args<const N: usize>(log: &LogDescription) -> Option<&[Value; N]> {
    log.args.as_slice().try_into().ok()
}

fn is<T: FromStr + PartialEq>(arg: &Value, expected: &T) -> Option<bool> {
    Some(arg.as_str()?.parse::<T>().ok()? == *expected)
}

fn integer(arg: &Value) -> Option<U256> {
    match arg {
        Value::Number(number) => number.as_u64().map(U256::from),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{Address, B256};
    use serde_json::json;

    use super::*;

    const OURS: Address = Address::repeat_byte(0xaa);
    const SELLER: Address = Address::repeat_byte(0xbb);
    const NONCE: B256 = B256::repeat_byte(3);

    fn signed() -> Authorization {
        Authorization {
            from: OURS,
            to: SELLER,
            value: U256::from(50_000),
            valid_after: U256::ZERO,
            valid_before: U256::from(9),
            nonce: NONCE,
        }
    }

    fn log(name: &str, args: &Value) -> LogDescription {
        serde_json::from_value(json!({ "name": name, "args": args })).unwrap()
    }

    fn transfer(from: Address, to: Address, value: &str) -> LogDescription {
        log("Transfer", &json!([from, to, value]))
    }

    fn used(payer: Address, nonce: B256) -> LogDescription {
        log("AuthorizationUsed", &json!([payer, nonce]))
    }

    #[test]
    fn the_transfer_that_was_signed_is_no_contradiction_in_whatever_spelling() {
        let good = transfer(OURS, SELLER, "50000");
        let lower = log("Transfer", &json!([format!("{OURS:#x}"), format!("{SELLER:#x}"), 50_000]));
        for logs in [
            vec![],
            vec![good.clone()],
            vec![lower],
            vec![used(OURS, NONCE), good.clone()],
            vec![transfer(SELLER, OURS, "1"), good],
            vec![log("Approval", &json!([OURS, SELLER, "1"]))],
        ] {
            assert!(!contradicts(&logs, &signed()), "{logs:?}");
        }
    }

    #[test]
    fn another_transfer_or_nonce_and_a_nonce_that_was_spent_before_are_contradictions() {
        let good = transfer(OURS, SELLER, "50000");
        for logs in [
            vec![transfer(OURS, SELLER, "49999")],
            vec![transfer(OURS, OURS, "50000")],
            vec![transfer(SELLER, SELLER, "50000")],
            vec![used(OURS, B256::ZERO), good.clone()],
            vec![used(SELLER, NONCE), good],
            vec![used(OURS, NONCE), transfer(OURS, SELLER, "1")],
            vec![log("AuthorizationAlreadyUsed", &json!([OURS, NONCE]))],
            vec![log("AuthorizationAlreadyUsed", &json!([]))],
        ] {
            assert!(contradicts(&logs, &signed()), "{logs:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_no_evidence() {
        for args in
            [json!([]), json!(["x", "y", "z"]), json!([OURS, SELLER]), json!([OURS, SELLER, null]), json!([[], {}, 1])]
        {
            assert!(!contradicts(&[log("Transfer", &args)], &signed()), "{args}");
            assert!(!contradicts(&[log("AuthorizationUsed", &json!([args]))], &signed()));
        }
    }
}
