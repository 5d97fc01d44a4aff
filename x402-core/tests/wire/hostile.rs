//! Types that are not the protocol's, and what errors may say.

use serde_json::{Value, json};
use x402_core::wire::{DecodeErrorKind, decode_facilitator_request, decode_payment_payload, decode_payment_required};

use super::offers;
use crate::support::{BOTH, Draft};

/// Every string member of a payment and of an offer, replaced by what is no string.
#[test]
fn nothing_stands_in_for_a_string() {
    let impostors = [json!(1), json!(1.5), json!(true), json!(null), json!([]), json!({}), json!(["1"])];
    for version in BOTH {
        let whole = Draft::of(version).json();
        let mut paths = vec!["/payload/signature"];
        paths.extend(
            ["from", "to", "value", "validAfter", "validBefore", "nonce"]
                .map(|member| &*Box::leak(format!("/payload/authorization/{member}").into_boxed_str())),
        );
        match version.as_u64() {
            1 => paths.extend(["/scheme", "/network"]),
            _ => paths.extend([
                "/accepted/scheme",
                "/accepted/network",
                "/accepted/amount",
                "/accepted/asset",
                "/accepted/payTo",
                "/resource/url",
            ]),
        }
        for path in paths {
            for impostor in &impostors {
                let mut bent = whole.clone();
                *bent.pointer_mut(path).unwrap() = impostor.clone();
                let error = decode_payment_payload(bent.to_string().as_bytes()).unwrap_err();
                assert_eq!(error.kind(), DecodeErrorKind::Shape, "{path} {impostor}");
            }
        }
    }
    for (document, amount) in [(offers::v1(), "maxAmountRequired"), (offers::v2(), "amount")] {
        for member in [amount, "scheme", "network", "asset", "payTo"] {
            for impostor in &impostors {
                let mut bent = document.clone();
                bent["accepts"][0][member] = impostor.clone();
                assert!(decode_payment_required(bent.to_string().as_bytes()).is_err(), "{member} {impostor}");
            }
        }
    }
}

#[test]
fn a_timeout_is_a_positive_whole_number_however_it_is_spelled() {
    for document in [offers::v1(), offers::v2()] {
        let text = document.to_string();
        let with = |number: &str| {
            let bent = text.replace("\"maxTimeoutSeconds\":60", &format!("\"maxTimeoutSeconds\":{number}"));
            decode_payment_required(bent.as_bytes()).map(|offer| offer.accepts[0].max_timeout_seconds)
        };
        for (spelling, seconds) in [("60", 60), ("60.0", 60), ("6e1", 60), ("1", 1), ("18446744073709551615", u64::MAX)]
        {
            assert_eq!(with(spelling), Ok(seconds), "{spelling}");
        }
        for spelling in
            ["0", "0.0", "-0.0", "-1", "0.5", "60.5", "1e300", "18446744073709551616", "\"60\"", "null", "true"]
        {
            assert!(with(spelling).is_err(), "{spelling}");
        }
    }
}

#[test]
fn the_version_is_the_number_1_or_2() {
    for (document, number) in [(offers::v1(), 1), (offers::v2(), 2)] {
        let kind = |version: Value| {
            let mut bent = document.clone();
            bent["x402Version"] = version;
            decode_payment_required(bent.to_string().as_bytes()).map(drop).map_err(|error| error.kind())
        };
        assert_eq!(kind(json!(number)), Ok(()));
        for other in [json!(0), json!(3), json!(u64::MAX)] {
            assert_eq!(kind(other), Err(DecodeErrorKind::Version));
        }
        for other in [json!(number.to_string()), json!(null), json!(-1), json!(1.5), json!([number])] {
            assert_eq!(kind(other), Err(DecodeErrorKind::Shape));
        }
    }
}

#[test]
fn attack_19_duplicates_are_refused_in_offers_too() {
    for (document, from) in [
        (offers::v1(), "\"maxAmountRequired\":"),
        (offers::v1(), "\"accepts\":"),
        (offers::v2(), "\"amount\":"),
        (offers::v2(), "\"url\":"),
        (offers::v2(), "\"name\":"),
        (offers::v2(), "\"x402Version\":"),
    ] {
        let twice = document.to_string().replacen(from, &format!("{from}null,{from}"), 1);
        let error = decode_payment_required(twice.as_bytes()).unwrap_err();
        assert_eq!(error.kind(), DecodeErrorKind::Json, "{from}");
        assert!(error.to_string().contains("duplicate member"), "{error}");
    }
}

/// Readers in Go and C# take members whatever the case of their letters, and the last of several.
#[test]
fn attack_19_a_payment_has_no_member_twice_whatever_the_case_of_its_letters() {
    for version in BOTH {
        let whole = Draft::of(version).json().to_string();
        for (member, twin) in [
            ("payload", "Payload"),
            ("signature", "SIGNATURE"),
            ("signature", "\u{17f}ignature"),
            ("authorization", "Authorization"),
            ("nonce", "NONCE"),
            ("validBefore", "validbefore"),
            ("network", "networ\u{212a}"),
            ("network", "networ\\u212a"),
        ] {
            for (first, second) in [(member, twin), (twin, member)] {
                let member = format!("\"{member}\":");
                let twice = whole.replacen(&member, &format!("\"{first}\":null,\"{second}\":"), 1);
                assert_ne!(twice, whole);
                let error = decode_payment_payload(twice.as_bytes()).unwrap_err();
                assert_eq!(error.kind(), DecodeErrorKind::Json, "{first} {second}");
                let body = format!(
                    r#"{{"x402Version":{},"paymentPayload":{twice},"paymentRequirements":{{}}}}"#,
                    version.as_u64()
                );
                let error = decode_facilitator_request(body.as_bytes()).unwrap_err();
                assert_eq!(error.kind(), DecodeErrorKind::Json, "{first} {second}");
            }
        }
    }
    // An offer is read by nobody else, and schemas may have such members.
    let mut offer = offers::v2();
    offer["accepts"][0]["extra"]["properties"] = json!({ "id": 1, "ID": 2 });
    assert!(decode_payment_required(offer.to_string().as_bytes()).is_ok());
}

/// Errors end up in logs.
#[test]
fn an_error_is_short_names_the_place_and_holds_no_control_character_and_no_signature() {
    let long = format!("\u{1b}[31m{}\n", "x".repeat(10_000));
    for version in BOTH {
        let whole = Draft::of(version).json();
        for path in ["/payload/authorization/value", "/payload/authorization/from", "/payload/signature", "/payload"] {
            let mut bent = whole.clone();
            *bent.pointer_mut(path).unwrap() = json!(long);
            let error = decode_payment_payload(bent.to_string().as_bytes()).unwrap_err().to_string();
            assert!(error.chars().count() < 500, "{error}");
            assert!(!error.chars().any(char::is_control), "{error:?}");
            assert!(error.contains("payload"), "{error}");
        }
        let mut odd = whole.clone();
        let signature = format!("{}0", whole["payload"]["signature"].as_str().unwrap());
        odd["payload"]["signature"] = json!(signature);
        let error = decode_payment_payload(odd.to_string().as_bytes()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(&signature[2..40]), "{error}");
        let keyed = whole.to_string().replacen('{', &format!("{{{0}:1,{0}:2,", json!(long)), 1);
        let error = decode_payment_payload(keyed.as_bytes()).unwrap_err().to_string();
        assert!(error.chars().count() < 500 && !error.chars().any(char::is_control), "{error:?}");
    }
}
