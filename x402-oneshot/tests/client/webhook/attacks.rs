//! Bodies made to be believed.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};
use x402_oneshot::webhook::{CanonicalForm, PublicKey, Verifier, VerifyError};

use super::{METHOD, NOW, TRANSACTION, clock, is_mismatch, sign, signer, success, verifier};

#[tokio::test]
async fn attack_30_a_body_signed_in_1970_is_too_old() {
    let signer = signer(1);
    let body = json!({ "eventName": "TransactionExecutionSuccess", "timestamp": 0, "data": {} });
    let body = signer.sign(body.as_object().unwrap().clone()).unwrap();
    let refused = verifier(signer.public_key()).verify(body.as_bytes()).await.unwrap_err();
    assert!(matches!(refused, VerifyError::TooOld { seconds: NOW }));
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_window_is_five_minutes_both_ways_to_the_second() {
    let signer = signer(1);
    let body = success(&signer, TRANSACTION);
    for (now, good) in [(NOW - 301, false), (NOW - 300, true), (NOW + 300, true), (NOW + 301, false)] {
        let verifier = Verifier::builder(signer.public_key()).clock(clock(now)).build();
        match verifier.verify(body.as_bytes()).await {
            Ok(_) => assert!(good, "{now}"),
            Err(VerifyError::TooOld { seconds: 301 }) => assert_eq!(now, NOW + 301),
            Err(VerifyError::FromTheFuture { seconds: 301 }) => assert_eq!(now, NOW - 301),
            Err(other) => panic!("{other}"),
        }
    }
}

#[tokio::test]
async fn the_window_is_as_wide_as_the_tolerance_that_was_told() {
    let signer = signer(1);
    let body = success(&signer, TRANSACTION);
    for wide in [0, 60, 86_400] {
        for (now, good) in [(NOW - wide - 1, false), (NOW - wide, true), (NOW + wide, true), (NOW + wide + 1, false)] {
            let builder = Verifier::builder(signer.public_key()).tolerance(Duration::from_secs(wide));
            let verified = builder.clock(clock(now)).build().verify(body.as_bytes()).await;
            assert_eq!(verified.is_ok(), good, "{wide} s, {now}");
        }
    }
}

#[tokio::test]
async fn the_longest_body_is_as_long_as_was_told_to_the_byte() {
    let signer = signer(1);
    let body = success(&signer, TRANSACTION);
    for (max, good) in [(body.len(), true), (body.len() - 1, false)] {
        let verifier = Verifier::builder(signer.public_key()).clock(clock(NOW)).max_body(max).build();
        match verifier.verify(body.as_bytes()).await {
            Ok(_) => assert!(good),
            Err(refused) => assert!(!good && matches!(refused, VerifyError::TooLarge { limit } if limit == max)),
        }
    }
}

#[tokio::test]
async fn what_is_signed_in_pythons_form_is_taken_only_where_that_form_is() {
    let signer = signer(1).form(CanonicalForm::Python);
    let body = sign(&signer, "InvoiceCreated", &json!({ "to": "Zo\u{eb}", "tax": 1e-7 }));
    assert!(is_mismatch(&verifier(signer.public_key()).verify(body.as_bytes()).await));
    let both = Verifier::builder(signer.public_key()).clock(clock(NOW)).accept_python_form().build();
    assert_eq!(both.verify(body.as_bytes()).await.unwrap().form(), CanonicalForm::Python);
}

#[tokio::test]
async fn a_body_that_is_signed_again_carries_nothing_of_its_first_signature() {
    let (first, second) = (signer(1), signer(2));
    let body: Value = serde_json::from_str(&success(&first, TRANSACTION)).unwrap();
    let again = second.sign(body.as_object().unwrap().clone()).unwrap();
    assert!(verifier(second.public_key()).verify(again.as_bytes()).await.is_ok());
    assert!(is_mismatch(&verifier(first.public_key()).verify(again.as_bytes()).await));
}

#[tokio::test]
async fn attack_30_a_proto_member_added_to_a_signed_body_breaks_the_signature() {
    let signer = signer(1);
    let body = success(&signer, TRANSACTION);
    let injected = body.replacen(r#""data":{"#, r#""data":{"__proto__":{"status":"injected"},"#, 1);
    assert_ne!(injected, body);
    assert!(is_mismatch(&verifier(signer.public_key()).verify(injected.as_bytes()).await));
}

#[tokio::test]
async fn a_member_given_twice_reads_as_it_was_signed() {
    let signer = signer(1);
    let body = success(&signer, TRANSACTION);
    let other = "00000000-0000-0000-0000-000000000001";
    let before = body.replacen(r#""data":{"#, &format!(r#""data":{{"transactionId":"{other}","#), 1);
    let delivery = verifier(signer.public_key()).verify(before.as_bytes()).await.unwrap();
    assert_eq!(delivery.event().execution().unwrap().transaction_id.to_string(), TRANSACTION);

    let after = body.replacen(r#"},"eventName""#, &format!(r#","transactionId":"{other}"}},"eventName""#), 1);
    assert_ne!(after, body);
    assert!(is_mismatch(&verifier(signer.public_key()).verify(after.as_bytes()).await));
}

#[tokio::test]
async fn digits_that_no_signature_covers_are_not_in_the_event() {
    let signer = signer(1);
    let body = sign(&signer, "InvoiceCreated", &json!({ "total": 9_007_199_254_740_992_u64 }));
    let tampered = body.replace("9007199254740992", "9007199254740993");
    assert_ne!(tampered, body);
    // One double, so one canonical text; what is handed out is that text's number.
    let delivery = verifier(signer.public_key()).verify(tampered.as_bytes()).await.unwrap();
    assert_eq!(delivery.event().data["total"], 9_007_199_254_740_992_u64);
}

#[tokio::test]
async fn attack_30_a_body_cannot_name_the_key_it_is_verified_with() {
    let (ours, theirs) = (signer(1), signer(2));
    let body = json!({
        "eventName": "TransactionExecutionSuccess", "timestamp": NOW,
        "publicKey": theirs.public_key().to_string(), "keyId": "theirs",
        "data": { "transactionId": TRANSACTION, "contractMethodId": METHOD },
    });
    let body = theirs.sign(body.as_object().unwrap().clone()).unwrap();
    let verifier = verifier(ours.public_key());
    assert!(is_mismatch(&verifier.verify(body.as_bytes()).await));
}

/// Each of the eight points whose multiples vanish, and whose "signatures" anybody can make.
#[test]
fn every_weak_key_is_refused() {
    let points: Vec<[u8; 32]> = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    ]
    .map(|hex| std::array::from_fn(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap()))
    .to_vec();
    for point in points {
        assert!(PublicKey::from_bytes(&point).is_err(), "{point:02x?}");
    }
}

#[tokio::test]
async fn an_event_about_a_method_of_somebody_else_is_refused_even_if_it_verifies() {
    use super::methods::OneMethod;
    let signer = signer(1);
    let source = OneMethod { key: signer.public_key(), method: METHOD.parse().unwrap() };
    let verifier = Verifier::builder(source).clock(clock(NOW)).build();

    drop(verifier.verify(success(&signer, TRANSACTION).as_bytes()).await.unwrap());
    let foreign = json!({ "transactionId": TRANSACTION, "contractMethodId": TRANSACTION });
    let foreign = sign(&signer, "TransactionExecutionFailure", &foreign);
    let refused = verifier.verify(foreign.as_bytes()).await.unwrap_err();
    assert!(matches!(refused, VerifyError::ForeignMethod));

    // A batch in which one method is ours, and an event that names none, are let through.
    for data in [
        json!({ "transactionId": TRANSACTION, "contractMethodIds": [TRANSACTION, METHOD] }),
        json!({ "transactionId": "00000000-0000-0000-0000-000000000002" }),
    ] {
        drop(verifier.verify(sign(&signer, "TransactionExecutionSubmitted", &data).as_bytes()).await.unwrap());
    }
}

#[tokio::test]
async fn what_is_no_event_is_malformed_and_what_is_too_long_is_not_read() {
    let signer = signer(1);
    let verifier = Verifier::builder(signer.public_key()).clock(clock(NOW)).max_body(400).build();
    let signed = |body: Value| signer.sign(body.as_object().unwrap().clone()).unwrap();
    let deep = format!(r#"{{"data":{}{}}}"#, "[".repeat(60), "]".repeat(60));
    for body in [
        "",
        "{",
        "null",
        "[]",
        "7",
        "\"x\"",
        "{}",
        r#"{"signature":"x"}"#,
        "\u{feff}{}",
        &deep,
        r#"{"eventName":"\ud800","timestamp":1767225660,"data":{}}"#,
        &signed(json!({ "timestamp": NOW, "data": {} })),
        &signed(json!({ "eventName": 7, "timestamp": NOW })),
        &signed(json!({ "eventName": "InvoiceCreated", "timestamp": "now" })),
        &signed(json!({ "eventName": "InvoiceCreated", "timestamp": -1 })),
    ] {
        let refused = verifier.verify(body.as_bytes()).await.unwrap_err();
        assert!(matches!(refused, VerifyError::NotAnObject | VerifyError::NotAnEvent(_)), "{body}: {refused}");
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    }
    assert!(matches!(verifier.verify(b"{\"a\":\"\xff\"}").await, Err(VerifyError::NotAnObject)));
    let refused = verifier.verify(&[b' '; 401]).await.unwrap_err();
    assert!(matches!(refused, VerifyError::TooLarge { limit: 400 }));
    assert_eq!(refused.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn errors_repeat_neither_the_body_nor_their_source() {
    let secret = "hunter2";
    let body = format!(r#"{{"eventName":["{secret}"],"timestamp":1,"{secret}":1}}"#);
    let error = verifier(signer(1).public_key()).verify(body.as_bytes()).await.unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(!error.to_string().contains(&source));
    assert!(!format!("{error:?} {error} {source}").contains(secret));
}
