//! The members of the JSON object.

use serde_json::{Value, json};
use x402_core::{
    Reason, X402Version,
    header::{DEFAULT_MAX_LEN, payment_header},
};

use crate::{
    expect::{bent, invalid, malformed, refused, respelled, respond},
    support::{BOTH, Draft, headers},
};

#[test]
fn clause_8_5_null_optional_members_and_unknown_members_are_accepted() {
    let nulls = bent(X402Version::V2, |json| {
        json["resource"] = Value::Null;
        json["extensions"] = Value::Null;
    });
    assert!(respond(&nulls).is_none());
    for version in BOTH {
        let unknown = bent(version, |json| {
            json["unknown"] = json!({ "deep": [null, 1.5, { "a": "b" }] });
            json["payload"]["unknown"] = Value::Null;
            json["payload"]["authorization"]["unknown"] = json!(true);
        });
        assert!(respond(&unknown).is_none());
    }
}

#[test]
fn attack_19_deep_nesting_is_malformed() {
    for version in BOTH {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            for depth in [127, 1_000, 10_000] {
                let deep = format!("{}1{}", open.repeat(depth), close.repeat(depth));
                let text = Draft::of(version).json().to_string();
                let text = text.replacen('{', &format!("{{\"deep\":{deep},"), 1);
                let headers = headers(payment_header(version), &text);
                let expected = match headers[payment_header(version)].len() {
                    ..=DEFAULT_MAX_LEN => malformed(),
                    _ => (431, Reason::INVALID_PAYLOAD.as_str().to_owned()),
                };
                assert_eq!(refused(&headers), expected, "{depth}");
            }
        }
        // As deep as anybody needs.
        let deep = format!("{}1{}", "[".repeat(60), "]".repeat(60));
        let text = Draft::of(version).json().to_string().replacen('{', &format!("{{\"deep\":{deep},"), 1);
        assert!(respond(&headers(payment_header(version), &text)).is_none());
    }
}

#[test]
fn attack_19_a_member_that_stands_twice_is_malformed() {
    for version in BOTH {
        for (from, to) in [
            ("\"value\":", "\"value\":\"1\",\"value\":"),
            ("\"nonce\":", "\"n\\u006fnce\":\"0x00\",\"nonce\":"),
            ("\"payload\":", "\"payload\":{},\"payload\":"),
            ("\"signature\":", "\"signature\":\"0x\",\"signature\":"),
            ("\"x402Version\":", "\"x402Version\":1,\"x402Version\":"),
            ("{", "{\"unknown\":1,\"unknown\":2,"),
        ] {
            assert_eq!(refused(&respelled(version, from, to)), malformed(), "{to}");
        }
    }
    for from in ["\"amount\":", "\"accepted\":", "\"payTo\":", "\"extra\":", "\"name\":"] {
        let to = format!("{from}null,{from}");
        assert_eq!(refused(&respelled(X402Version::V2, from, &to)), malformed(), "{to}");
    }
}

#[test]
fn attack_19_numbers_control_characters_and_other_texts_are_no_amounts() {
    let two_to_the_256 = "115792089237316195423570985008687907853269984665640564039457584007913129639936";
    for version in BOTH {
        for member in ["value", "validAfter", "validBefore"] {
            let with = |value: Value| bent(version, |json| json["payload"]["authorization"][member] = value);
            for text in [
                "",
                " ",
                "-1",
                "+1",
                "1.0",
                "1e3",
                "0x10",
                "01",
                " 1",
                "1 ",
                "1\n",
                "1\u{0}",
                "١",
                "NaN",
                two_to_the_256,
            ] {
                assert_eq!(refused(&with(json!(text))), malformed(), "{member} {text:?}");
            }
            for value in [json!(10_000), json!(1.5), Value::Null, json!(true), json!(["1"]), json!({})] {
                assert_eq!(refused(&with(value.clone())), malformed(), "{member} {value}");
            }
            for literal in ["NaN", "Infinity", "1e400", "-0", "0x1", "undefined", "'1'"] {
                let text = Draft::of(version).json();
                let quoted = text["payload"]["authorization"][member].to_string();
                let headers = respelled(version, &format!("\"{member}\":{quoted}"), &format!("\"{member}\":{literal}"));
                assert_eq!(refused(&headers), malformed(), "{member} {literal}");
            }
            let absent = bent(version, |json| {
                drop(json["payload"]["authorization"].as_object_mut().unwrap().remove(member));
            });
            assert_eq!(refused(&absent), malformed(), "{member}");
        }
        let raw_control = respelled(version, "\"payload\":", "\"a\u{1}b\":1,\"payload\":");
        assert_eq!(refused(&raw_control), malformed(), "JSON has no raw control characters");
    }
    for amount in [json!(10_000), json!("1.0"), json!(""), json!(two_to_the_256), Value::Null] {
        assert_eq!(refused(&bent(X402Version::V2, |json| json["accepted"]["amount"] = amount)), malformed());
    }
    for seconds in [json!("300"), json!(0), json!(-1), json!(0.5), json!(1e300), Value::Null] {
        let headers = bent(X402Version::V2, |json| json["accepted"]["maxTimeoutSeconds"] = seconds.clone());
        assert_eq!(refused(&headers), malformed(), "{seconds}");
    }
}

#[test]
fn the_largest_amount_is_read_and_does_not_pay() {
    let most = alloy_primitives::U256::MAX.to_string();
    for (version, code) in [(X402Version::V1, Reason::VALUE), (X402Version::V2, Reason::VALUE_MISMATCH)] {
        let headers = bent(version, |json| json["payload"]["authorization"]["value"] = json!(most));
        assert_eq!(refused(&headers), invalid(&code));
    }
}

#[test]
fn attack_19_nonces_and_addresses_have_their_length() {
    let hex = |digits: usize| json!(format!("0x{}", "1".repeat(digits)));
    for version in BOTH {
        let with = |member: &str, value: Value| bent(version, |json| json["payload"]["authorization"][member] = value);
        let not_hex = |digits: usize| json!(format!("0x{}", "g".repeat(digits)));
        let twice = |digits: usize| json!(format!("0x0x{}", "1".repeat(digits - 2)));
        for (member, digits) in [("nonce", 64), ("from", 40), ("to", 40)] {
            for value in [
                hex(digits - 1),
                hex(digits + 1),
                hex(digits - 2),
                hex(digits + 2),
                hex(0),
                not_hex(digits),
                twice(digits),
                twice(digits + 2),
                json!("1".repeat(digits)),
                json!(format!("0X{}", "1".repeat(digits))),
                json!(""),
                Value::Null,
                json!(5),
                json!([1, 2]),
            ] {
                assert_eq!(refused(&with(member, value.clone())), malformed(), "{member} {value}");
            }
        }
    }
}

#[test]
fn attack_16_signatures_that_are_hex_are_judged_and_others_are_malformed() {
    for version in BOTH {
        let with = |value: Value| refused(&bent(version, |json| json["payload"]["signature"] = value));
        let good = Draft::of(version).json()["payload"]["signature"].as_str().unwrap().to_owned();
        let (rs, v) = good.split_at(good.len() - 2);
        let double = format!("0x{good}");
        for text in ["", "0x1", "0xgg", "zz", &good[2..], &double, "0X00", " 0x00"] {
            assert_eq!(with(json!(text)), malformed(), "{text}");
        }
        for value in [Value::Null, json!(1), json!([]), json!({})] {
            assert_eq!(with(value), malformed());
        }
        let (longer, twice) = (format!("{good}00"), format!("{good}{}", &good[2..]));
        for text in ["0x", "0x00", rs, &format!("{rs}02"), &longer, &twice] {
            assert_eq!(with(json!(text)), invalid(&Reason::INVALID_SIGNATURE), "{text}");
        }
        let other_parity = if v == "1b" { "1c" } else { "1b" };
        assert_eq!(with(json!(format!("{rs}{other_parity}"))), invalid(&Reason::INVALID_SIGNATURE));
    }
}

#[test]
fn a_payload_of_another_scheme_is_read_and_not_accepted() {
    let headers = bent(X402Version::V1, |json| {
        json["scheme"] = json!("upto");
        json["payload"] = json!({ "anything": [1, 2, 3] });
    });
    assert_eq!(refused(&headers), invalid(&Reason::UNSUPPORTED_SCHEME));
    let headers = bent(X402Version::V2, |json| {
        json["accepted"]["scheme"] = json!("upto");
        json["payload"] = json!({});
    });
    assert_eq!(refused(&headers), invalid(&Reason::UNSUPPORTED_SCHEME));
    for payload in [Value::Null, json!("text"), json!([])] {
        let headers = bent(X402Version::V1, |json| {
            json["scheme"] = json!("upto");
            json["payload"] = payload;
        });
        assert_eq!(refused(&headers), malformed());
    }
}

#[test]
fn whatever_the_envelope_lacks_is_malformed() {
    for (version, members) in
        [(X402Version::V1, vec!["scheme", "network", "payload"]), (X402Version::V2, vec!["accepted", "payload"])]
    {
        for member in members {
            let absent = bent(version, |json| drop(json.as_object_mut().unwrap().remove(member)));
            assert_eq!(refused(&absent), malformed(), "{member}");
            for value in [Value::Null, json!(1), json!([])] {
                assert_eq!(refused(&bent(version, |json| json[member] = value)), malformed(), "{member}");
            }
        }
    }
    for resource in [json!("https://api.example.com/weather"), json!({}), json!({ "url": null }), json!(1)] {
        assert_eq!(refused(&bent(X402Version::V2, |json| json["resource"] = resource)), malformed());
    }
    for extensions in [json!("text"), json!([]), json!(1)] {
        assert_eq!(refused(&bent(X402Version::V2, |json| json["extensions"] = extensions)), malformed());
    }
    for network in [json!("base-sepolia"), json!("eip155:084532"), json!("eip155:*"), json!(84532), json!("")] {
        assert_eq!(refused(&bent(X402Version::V2, |json| json["accepted"]["network"] = network)), malformed());
    }
    assert_eq!(refused(&bent(X402Version::V1, |json| json["network"] = json!(""))), malformed());
}
