//! The header itself: base64, one JSON object, one version, one payment, not too long.

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};
use x402_core::{
    Reason, X402Version,
    header::{
        DEFAULT_MAX_LEN, PAYMENT_REQUIRED, PAYMENT_RESPONSE, PAYMENT_SIGNATURE, PaymentHeaderError, X_PAYMENT,
        X_PAYMENT_RESPONSE, payment_header, read_payment, read_receipt,
    },
    server::{Gate, RefusalKind},
    testing::ScriptedFacilitator,
};

use crate::{
    expect::{bent, malformed, refused, respelled, respond, value, wrong_version},
    support::{self, BOTH, Draft, base64, headers, json as parse, unbase64},
};

#[test]
fn no_payment_is_a_402_with_both_offers() {
    let response = respond(&HeaderMap::new()).unwrap();
    assert_eq!(response.status(), StatusCode::PAYMENT_REQUIRED);
    let v2 = parse(unbase64(&response.headers()[PAYMENT_REQUIRED]).as_bytes());
    assert_eq!(
        v2,
        json!({
            "x402Version": 2, "error": "Payment required", "resource": { "url": support::URL },
            "accepts": [{
                "scheme": "exact", "network": "eip155:84532", "amount": "10000",
                "asset": "0x036CbD53842c5426634e7929541eC2318f3dCF7e",
                "payTo": "0x209693Bc6afc0C5328bA36FaF03C514EF312287C", "maxTimeoutSeconds": 300,
                "extra": { "name": "USDC", "version": "2" },
            }],
        })
    );
    assert_eq!(
        parse(response.body()),
        json!({
            "x402Version": 1, "error": "X-PAYMENT header is required",
            "accepts": [{
                "scheme": "exact", "network": "base-sepolia", "maxAmountRequired": "10000",
                "resource": support::URL, "description": "", "mimeType": "",
                "asset": "0x036CbD53842c5426634e7929541eC2318f3dCF7e",
                "payTo": "0x209693Bc6afc0C5328bA36FaF03C514EF312287C", "maxTimeoutSeconds": 300,
                "extra": { "name": "USDC", "version": "2" },
            }],
        })
    );
    assert_eq!(response.headers()["vary"], "payment-signature, x-payment, accept");
    assert_eq!(response.headers()["cache-control"], "no-store");
}

#[test]
fn clause_8_5_missing_padding_is_read() {
    for version in BOTH {
        // One of three lengths has no padding to miss: add spaces until all were seen.
        let mut unpadded = 0;
        for spaces in 0..3 {
            let text = format!("{}{}", Draft::of(version).json(), " ".repeat(spaces));
            let padded = base64(&text);
            let bare = padded.to_str().unwrap().trim_end_matches('=');
            unpadded += usize::from(bare.len() < padded.len());
            let headers = HeaderMap::from_iter([(payment_header(version), value(bare))]);
            assert!(respond(&headers).is_none(), "{version} {spaces}");
        }
        assert_eq!(unpadded, 2);
    }
}

#[test]
fn clause_8_5_the_url_safe_alphabet_is_refused() {
    for version in BOTH {
        // Characters whose base64 has both of the letters in which the alphabets differ.
        let headers = bent(version, |json| json["note"] = json!("???>>>~~~ÿÿÿ"));
        let name = payment_header(version);
        let standard = headers[&name].to_str().unwrap();
        assert!(standard.contains('+') || standard.contains('/'));
        assert!(respond(&headers).is_none(), "the standard alphabet is read");
        let url_safe = standard.replace('+', "-").replace('/', "_");
        assert_eq!(refused(&HeaderMap::from_iter([(name, value(&url_safe))])), malformed());
    }
}

#[test]
fn clause_8_5_an_empty_header_is_no_payment() {
    for version in BOTH {
        let headers = HeaderMap::from_iter([(payment_header(version), value(""))]);
        assert_eq!(refused(&headers), (402, "X-PAYMENT header is required".to_owned()));
        // Beside a payment of the other version it is not there either.
        let mut headers = Draft::of(version).headers();
        let other = if version == X402Version::V1 { X402Version::V2 } else { X402Version::V1 };
        headers.insert(payment_header(other), value(""));
        assert!(respond(&headers).is_none());
    }
}

#[test]
fn clause_8_5_base64_of_anything_but_a_json_object_is_malformed() {
    for version in BOTH {
        for text in ["", " ", "x", "not json", "{", "{}{}", "[]", "[1]", "null", "true", "1", "\"text\"", "\u{feff}{}"]
        {
            let headers = headers(payment_header(version), text);
            let expected = match text {
                "" => (402, "X-PAYMENT header is required".to_owned()),
                _ => malformed(),
            };
            assert_eq!(refused(&headers), expected, "{text:?}");
        }
        for header in ["=", "====", "a", "%%%", "e30", "e30=", "{\"x402Version\":1}", "Bearer abc", "a=a=", "a b"] {
            let headers = HeaderMap::from_iter([(payment_header(version), value(header))]);
            assert_eq!(refused(&headers), malformed(), "{header}");
        }
        let not_utf8 = HeaderValue::from_bytes(b"\xff\xfe\x80").unwrap();
        assert_eq!(refused(&HeaderMap::from_iter([(payment_header(version), not_utf8)])), malformed());
        // Base64 of bytes that are not UTF-8, in a string.
        let headers = HeaderMap::from_iter([(payment_header(version), value("eyLigiI6MX0="))]);
        assert_eq!(refused(&headers), malformed());
    }
}

#[test]
fn clause_8_5_the_version_is_a_number_that_we_speak_and_fits_its_header() {
    for version in BOTH {
        let with = |number: Value| refused(&bent(version, |json| json["x402Version"] = number));
        assert_eq!(with(json!(version.as_u64().to_string())), malformed());
        assert_eq!(with(Value::Null), malformed());
        assert_eq!(with(json!(-1)), malformed());
        assert_eq!(with(json!(0)), wrong_version());
        assert_eq!(with(json!(3)), wrong_version());
        assert_eq!(with(json!(u64::MAX)), wrong_version());
        let absent = bent(version, |json| drop(json.as_object_mut().unwrap().remove("x402Version")));
        assert_eq!(refused(&absent), malformed());
    }
    // Attack 18: a whole payment of one version in the other's header.
    assert_eq!(refused(&headers(PAYMENT_SIGNATURE, &Draft::v1().json().to_string())), wrong_version());
    assert_eq!(refused(&headers(X_PAYMENT, &Draft::v2().json().to_string())), wrong_version());
    // Attack 18: the members of one version under the number of the other.
    assert_eq!(refused(&respelled(X402Version::V1, "\"x402Version\":1", "\"x402Version\":2")), malformed());
    assert_eq!(refused(&respelled(X402Version::V2, "\"x402Version\":2", "\"x402Version\":1")), malformed());
}

#[test]
fn attack_9_one_payment_and_no_more() {
    let payment = Draft::v2().headers()[PAYMENT_SIGNATURE].clone();
    for name in [X_PAYMENT, PAYMENT_SIGNATURE] {
        let twice: [&[u8]; 3] = [payment.as_bytes(), b"x", b""];
        for second in twice {
            let mut headers = HeaderMap::from_iter([(name.clone(), payment.clone())]);
            headers.append(name.clone(), HeaderValue::from_bytes(second).unwrap());
            assert_eq!(refused(&headers), malformed(), "{name} twice");
        }
        let joined = |joint: &str| {
            let payment = payment.to_str().unwrap();
            HeaderMap::from_iter([(name.clone(), value(&format!("{payment}{joint}{payment}")))])
        };
        for joint in [",", ", ", " , "] {
            assert_eq!(refused(&joined(joint)), malformed(), "{name} joined by a proxy");
            let said = read_payment(&joined(joint), usize::MAX).unwrap_err();
            assert!(matches!(said, PaymentHeaderError::Repeated), "and not that it is no base64: {said}");
        }
        let comma = HeaderMap::from_iter([(name.clone(), value(&format!("{},", payment.to_str().unwrap())))]);
        assert_eq!(refused(&comma), malformed());
    }
    let mut both = Draft::v1().headers();
    both.extend(Draft::v2().nonce(7).headers());
    assert_eq!(refused(&both), malformed());
    both.insert(X_PAYMENT, value("x"));
    assert_eq!(refused(&both), malformed(), "also if one of them is no payment");
}

#[test]
fn header_names_are_case_insensitive() {
    let payment = Draft::v1().headers()[X_PAYMENT].clone();
    let name = HeaderName::from_bytes(b"X-PaYmEnT").unwrap();
    assert!(respond(&HeaderMap::from_iter([(name, payment)])).is_none());
}

#[test]
fn attack_19_a_header_over_the_cap_is_a_431_and_one_at_the_cap_is_read() {
    for version in BOTH {
        let name = payment_header(version);
        let of_length = |length: usize| HeaderMap::from_iter([(name.clone(), value(&"A".repeat(length)))]);
        assert_eq!(refused(&of_length(DEFAULT_MAX_LEN)), malformed());
        let too_long = (431, Reason::INVALID_PAYLOAD.as_str().to_owned());
        assert_eq!(refused(&of_length(DEFAULT_MAX_LEN + 1)), too_long);
        assert_eq!(refused(&of_length(1 << 20)), too_long);
        // A good payment, filled up to the cap with spaces behind its JSON.
        let filled = |length: usize| {
            let json = Draft::of(version).json().to_string();
            headers(name.clone(), &format!("{json}{}", " ".repeat(length / 4 * 3 - json.len())))
        };
        assert_eq!(filled(DEFAULT_MAX_LEN)[&name].len(), DEFAULT_MAX_LEN);
        assert!(respond(&filled(DEFAULT_MAX_LEN)).is_none());
        assert_eq!(refused(&filled(DEFAULT_MAX_LEN + 4)), too_long);
    }
    let small = Gate::new(ScriptedFacilitator::willing()).max_header_len(100);
    let refusal = small.read_payment(&Draft::v2().headers()).unwrap_err();
    assert_eq!((refusal.kind(), refusal.status()), (RefusalKind::TooLong, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE));
    assert!(read_payment(&Draft::v2().headers(), 100).unwrap_err().to_string().contains("100"));
}

#[test]
fn a_receipt_is_read_from_either_header_the_newer_first() {
    let receipt = |transaction: &str| base64(&json!({ "success": true, "transaction": transaction }).to_string());
    let mut headers = HeaderMap::new();
    assert_eq!(read_receipt(&headers).unwrap(), None);
    headers.insert(X_PAYMENT_RESPONSE, receipt("1"));
    assert_eq!(read_receipt(&headers).unwrap().unwrap().transaction, "1");
    headers.insert(PAYMENT_RESPONSE, receipt("2"));
    assert_eq!(read_receipt(&headers).unwrap().unwrap().transaction, "2");
    headers.insert(PAYMENT_RESPONSE, value("%"));
    assert!(read_receipt(&headers).is_err());
}

#[test]
fn payment_headers_are_marked_sensitive() {
    let payment = Draft::v2().payload();
    assert!(x402_core::header::encode_payment(&payment).is_sensitive());
}
