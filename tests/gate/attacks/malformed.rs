//! Headers that are doubled, mixed up, huge or senseless.

use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use x402_core::{
    Reason, X402Version,
    header::{PAYMENT_SIGNATURE, X_PAYMENT, payment_header},
};

use crate::support::{Act, BOTH, Latch, PREMIUM, Shop, bent, document, encoded, within};

#[tokio::test]
async fn attack_9_header_ambiguity_one_payment_in_one_header_or_400() {
    let shop = Shop::open().await;
    let v1 = shop.sign(X402Version::V1, PREMIUM, 1).await;
    let v2 = shop.sign(X402Version::V2, PREMIUM, 2).await;
    let another = shop.sign(X402Version::V2, PREMIUM, 3).await;
    let joined = |a: &HeaderValue, b: &HeaderValue| {
        HeaderValue::try_from(format!("{}, {}", a.to_str().unwrap(), b.to_str().unwrap())).unwrap()
    };
    for ambiguous in [
        vec![v1.clone(), v2.clone()],
        vec![v2.clone(), v1.clone()],
        vec![v2.clone(), v2.clone()],
        vec![v2.clone(), another.clone()],
        vec![(v2.0.clone(), joined(&v2.1, &another.1))],
        vec![(v2.0.clone(), joined(&v2.1, &v2.1))],
        vec![(v1.0.clone(), joined(&v1.1, &v1.1))],
        // Of one version, in the header of the other.
        vec![(X_PAYMENT, v2.1.clone())],
        vec![(PAYMENT_SIGNATURE, v1.1.clone())],
    ] {
        let answer = shop.get(PREMIUM, &ambiguous).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{ambiguous:?}");
        assert_eq!(answer.headers["cache-control"], "no-store");
    }
    assert_eq!((shop.work.started(), shop.facilitator.calls(), shop.claims.len()), (0, 0, 0));
    shop.get(PREMIUM, &[v1]).await.is_served(X402Version::V1);
    shop.get(PREMIUM, &[v2]).await.is_served(X402Version::V2);
    assert!(!shop.work.saw_payment(), "the handler is not shown what could be spent");
}

/// Payments that are none.
fn senseless(payment: &(HeaderName, HeaderValue)) -> Vec<(&'static str, (HeaderName, HeaderValue))> {
    let name = &payment.0;
    let text = document(payment).to_string();
    let bend = |path: &str, value: Value| bent(payment, |document| *document.pointer_mut(path).unwrap() = value);
    let nested = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    let repeated = text.replacen("\"payload\":{", "\"payload\":{},\"payload\":{", 1);
    let nonce = "/payload/authorization/nonce";
    let value = "/payload/authorization/value";
    vec![
        ("not base64", (name.clone(), HeaderValue::from_static("!!!"))),
        ("not ASCII", (name.clone(), HeaderValue::from_bytes(b"\xff\xfe").unwrap())),
        ("URL-safe base64", (name.clone(), HeaderValue::from_static("e30-_w"))),
        ("not UTF-8", encoded(name, [0xff, 0xfe, 0x00])),
        ("not JSON", encoded(name, "payment")),
        ("null", encoded(name, "null")),
        ("a number", encoded(name, "1")),
        ("a list", encoded(name, "[]")),
        ("nothing", encoded(name, "{}")),
        ("cut", encoded(name, &text[..text.len() / 2])),
        ("two", encoded(name, format!("{text}{text}"))),
        ("nested", encoded(name, nested)),
        ("a member twice", encoded(name, repeated)),
        ("no version", bend("/x402Version", json!(null))),
        ("version 3", bend("/x402Version", json!(3))),
        ("version as text", bend("/x402Version", json!("2"))),
        ("no payload", bend("/payload", json!(null))),
        ("a payload of text", bend("/payload", json!("signed"))),
        ("no signature", bend("/payload/signature", json!(null))),
        ("a signature of a number", bend("/payload/signature", json!(7))),
        ("no authorization", bend("/payload/authorization", json!(null))),
        ("a short nonce", bend(nonce, json!("0x12"))),
        ("a long nonce", bend(nonce, json!(format!("0x{}", "ab".repeat(33))))),
        ("a nonce with control characters", bend(nonce, json!(format!("0x{}\u{0}\n", "a".repeat(62))))),
        ("2^256", bend(value, json!("115792089237316195423570985008687907853269984665640564039457584007913129639936"))),
        ("a negative value", bend(value, json!("-1"))),
        ("a fraction", bend(value, json!("0.5"))),
        ("an exponent", bend(value, json!("5e4"))),
        ("NaN", bend(value, json!("NaN"))),
        ("a bad address", bend("/payload/authorization/from", json!("0x0"))),
    ]
}

#[tokio::test]
async fn attack_19_malformed_input_is_a_client_error_and_never_a_500() {
    for version in BOTH {
        let shop = Shop::open().await;
        let payment = shop.sign(version, PREMIUM, 1).await;
        for (case, bad) in senseless(&payment) {
            let answer = shop.get(PREMIUM, &[bad]).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{case}: {}", answer.body);
        }
        let accepted = bent(&payment, |document| document["accepted"] = json!(null));
        let status = shop.get(PREMIUM, &[accepted]).await.status;
        let expected = if version == X402Version::V1 { StatusCode::OK } else { StatusCode::BAD_REQUEST };
        assert_eq!(status, expected, "null is what v1 has anyway");
        assert_eq!(shop.work.started(), usize::from(version == X402Version::V1));
    }
}

#[tokio::test]
async fn attack_19_signatures_that_cannot_be_are_refused() {
    for version in BOTH {
        let shop = Shop::open().await;
        let payment = shop.sign(version, PREMIUM, 1).await;
        for signature in [
            "0x".to_owned(),
            format!("0x{}", "00".repeat(65)),
            format!("0x{}", "ff".repeat(65)),
            format!("0x{}1b", "00".repeat(64)),
            format!("0x{}", "ab".repeat(4000)),
        ] {
            let bad = bent(&payment, |document| document["payload"]["signature"] = json!(signature));
            shop.get(PREMIUM, &[bad]).await.is_refused(&Reason::INVALID_SIGNATURE);
        }
        assert_eq!((shop.work.started(), shop.facilitator.calls(), shop.claims.len()), (0, 0, 0));
    }
}

#[tokio::test]
async fn attack_19_huge_headers_are_431_and_the_server_goes_on() {
    for version in BOTH {
        let shop = Shop::open().await;
        let name = payment_header(version);
        for length in [16 * 1024 + 1, 100_000] {
            let huge = (name.clone(), HeaderValue::try_from("A".repeat(length)).unwrap());
            let answer = shop.get(PREMIUM, &[huge]).await;
            assert_eq!(answer.status, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "{length}");
        }
        // A megabyte is more than the server's own HTTP reads: it says so, or hangs up.
        let mut client = shop.connect().await;
        let megabyte =
            format!("GET {PREMIUM} HTTP/1.1\r\nhost: shop.example\r\n{name}: {}\r\n\r\n", "A".repeat(1 << 20));
        let _ = within(client.write_all(megabyte.as_bytes())).await;
        let mut read = Vec::new();
        let _ = within(client.read_to_end(&mut read)).await;
        let read = String::from_utf8(read).unwrap();
        assert!(read.is_empty() || read.starts_with("HTTP/1.1 431 "), "{read}");
        let payment = [shop.sign(version, PREMIUM, 1).await];
        shop.get(PREMIUM, &payment).await.is_served(version);
        assert_eq!(shop.work.started(), 1);
    }
}

#[tokio::test]
async fn attack_20_timing_oracle_a_rejection_waits_for_nobody() {
    for version in BOTH {
        let shop = Shop::open().await;
        // Whoever came to the facilitator would wait for ever.
        let never = Latch::new();
        for _ in 0..100 {
            shop.facilitator.next_verify(Act::honestly().held(&never));
        }
        let payment = shop.sign(version, PREMIUM, 1).await;
        for (pointer, value) in [
            ("/payload/authorization/value", json!("49999")),
            ("/payload/authorization/to", json!("0x209693Bc6afc0C5328bA36FaF03C514EF312287C")),
            ("/payload/authorization/validBefore", json!("1")),
            ("/payload/authorization/validAfter", json!("1899999999")),
            ("/payload/signature", json!(format!("0x{}1b", "11".repeat(64)))),
        ] {
            let bad = bent(&payment, |document| *document.pointer_mut(pointer).unwrap() = value);
            let answer = shop.get(PREMIUM, &[bad]).await;
            assert_eq!(answer.status, StatusCode::PAYMENT_REQUIRED, "{pointer}: {}", answer.body);
        }
        for (_, bad) in senseless(&payment) {
            shop.get(PREMIUM, &[bad]).await;
        }
        // What is compared is public, and nothing but this process is asked: time tells nothing about others.
        assert_eq!((shop.facilitator.calls(), shop.facilitator.connections(), shop.claims.len()), (0, 0, 0));
    }
}
