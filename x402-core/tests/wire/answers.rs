//! What facilitators answer, each in its own dialect.

use alloy_primitives::B256;
use serde_json::{Value, json};
use x402_core::{
    Amount, Network, Reason, SettleResponse, Settlement, SupportedKind, SupportedResponse, VerifyResponse, X402Version,
    reason::ReasonKind,
    requirements::Scheme,
    wire::{
        DecodeErrorKind, decode_settle_response, decode_supported_response, decode_verify_response,
        encode_settle_response, encode_supported_response, encode_verify_response,
    },
};

use crate::support::{buyer, json as parse};

const HASH: &str = "0x1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdef";

fn settle(json: &Value) -> SettleResponse {
    decode_settle_response(json.to_string().as_bytes()).unwrap()
}

fn verify(json: &Value) -> VerifyResponse {
    decode_verify_response(json.to_string().as_bytes()).unwrap()
}

fn judge(answer: &SettleResponse) -> Settlement {
    Settlement::judge(answer, &Network::BASE_SEPOLIA, buyer().address())
}

#[test]
fn clauses_1_5_and_2_4_the_specifications_answers_are_read_and_written() {
    let payer = buyer().address().to_string();
    for (version, network) in [(X402Version::V1, "base-sepolia"), (X402Version::V2, "eip155:84532")] {
        let settled = json!({ "success": true, "payer": payer, "transaction": HASH, "network": network });
        let answer = settle(&settled);
        assert_eq!(parse(&encode_settle_response(&answer, version)), settled);
        let Settlement::Settled(receipt) = judge(&answer) else { panic!("{answer:?}") };
        assert_eq!((receipt.transaction.to_string().as_str(), receipt.payer), (HASH, buyer().address()));
        assert_eq!(parse(&encode_settle_response(&receipt.to_response(), version)), settled);

        let failed = json!({
            "success": false, "errorReason": "insufficient_funds", "payer": payer, "transaction": "",
            "network": network,
        });
        let answer = settle(&failed);
        assert_eq!(parse(&encode_settle_response(&answer, version)), failed);
        assert_eq!(judge(&answer), Settlement::Refused(Reason::INSUFFICIENT_FUNDS));
    }
    let valid = json!({ "isValid": true, "payer": payer });
    assert_eq!(parse(&encode_verify_response(&verify(&valid))), valid);
    assert_eq!(verify(&valid), VerifyResponse::valid(buyer().address()));
    let invalid = json!({ "isValid": false, "invalidReason": "insufficient_funds", "payer": payer });
    assert_eq!(parse(&encode_verify_response(&verify(&invalid))), invalid);
}

#[test]
fn v2_members_are_read() {
    let answer = settle(&json!({
        "success": true, "payer": buyer().address(), "transaction": HASH, "network": "eip155:84532", "amount": "500",
        "extensions": { "receipt": { "a": 1 } }, "extra": { "b": 2 }, "errorMessage": "none",
    }));
    assert_eq!(answer.amount, Some(Amount::from_atomic(500)));
    assert_eq!(Value::Object(answer.extensions.unwrap()), json!({ "receipt": { "a": 1 } }));
    for amount in ["", "1.5", "-1"] {
        let answer = settle(&json!({ "success": true, "transaction": HASH, "amount": amount }));
        assert_eq!(answer.amount, None, "{amount}");
    }
}

#[test]
fn x402_rs_answers_are_read() {
    let failed = settle(&json!({
        "success": false, "network": "", "transaction": "", "errorReason": "invalid_payment_amount",
        "errorMessage": "Invalid payment amount: 1 of 2", "payer": "",
    }));
    assert_eq!((failed.network.clone(), failed.payer.clone()), (None, None));
    let Settlement::Refused(reason) = judge(&failed) else { panic!("{failed:?}") };
    assert_eq!(reason.kind(), ReasonKind::Amount);
    let invalid = verify(&json!({
        "isValid": false, "invalidReason": "chain_id_mismatch", "invalidReasonDetails": "expected 1, got 2",
        "payer": "",
    }));
    assert_eq!(invalid.invalid_reason.unwrap().kind(), ReasonKind::Network);
    assert_eq!(invalid.payer, None);
}

#[test]
fn one_shots_v2_nulls_are_read_and_prove_nothing() {
    let answer = settle(&json!({ "success": true, "transaction": null, "network": null, "payer": null }));
    assert_eq!(judge(&answer), Settlement::Unknown(None));
    let hash: B256 = HASH.parse().unwrap();
    let answer = settle(&json!({ "success": true, "transaction": HASH, "network": null }));
    assert_eq!(judge(&answer), Settlement::Unknown(Some(hash)));
}

#[test]
fn python_v1_servers_write_a_null_reason_beside_success() {
    let answer = settle(&json!({
        "success": true, "errorReason": null, "transaction": HASH, "network": "base-sepolia", "payer": buyer().address(),
    }));
    assert!(matches!(judge(&answer), Settlement::Settled(_)));
}

#[test]
fn a_reason_beside_a_success_means_nothing() {
    let answer = settle(&json!({ "success": true, "errorReason": "insufficient_funds", "transaction": HASH }));
    assert_eq!(answer.error_reason, None);
    assert_eq!(verify(&json!({ "isValid": true, "invalidReason": "insufficient_funds" })).invalid_reason, None);
}

#[test]
fn what_is_no_answer_is_an_error() {
    let truncated = json!({ "success": true, "isValid": true }).to_string();
    let truncated = &truncated[..truncated.len() - 1];
    for (body, kind) in [
        ("", DecodeErrorKind::Json),
        ("<!DOCTYPE html><html><body>502 Bad Gateway</body></html>", DecodeErrorKind::Json),
        ("error code: 1033", DecodeErrorKind::Json),
        (truncated, DecodeErrorKind::Json),
        (r#"{"success":true,"success":false,"isValid":true,"isValid":false}"#, DecodeErrorKind::Json),
        ("null", DecodeErrorKind::Shape),
        ("[]", DecodeErrorKind::Shape),
        ("{}", DecodeErrorKind::Shape),
        (r#""ok""#, DecodeErrorKind::Shape),
        (r#"{"error":"Missing paymentPayload"}"#, DecodeErrorKind::Shape),
        (r#"{"success":"true","isValid":"true"}"#, DecodeErrorKind::Shape),
        (r#"{"success":null,"isValid":null}"#, DecodeErrorKind::Shape),
        (r#"{"success":true,"transaction":5,"isValid":true,"payer":5}"#, DecodeErrorKind::Shape),
    ] {
        assert_eq!(decode_settle_response(body.as_bytes()).unwrap_err().kind(), kind, "{body}");
        assert_eq!(decode_verify_response(body.as_bytes()).unwrap_err().kind(), kind, "{body}");
    }
    assert!(decode_settle_response(b"\xff\xfe").is_err());
}

#[test]
fn free_text_never_survives() {
    let text = "connect ECONNREFUSED https://user:secret@10.0.0.7";
    let failed = settle(&json!({
        "success": false, "errorReason": text, "errorMessage": text, "transaction": text, "network": "base", "payer": "",
    }));
    assert_eq!(failed.error_reason, None);
    assert_eq!(judge(&failed), Settlement::Unknown(None), "and proves nothing");
    let invalid =
        verify(&json!({ "isValid": false, "invalidReason": text, "invalidMessage": text, "extra": { "a": text } }));
    assert_eq!(invalid.invalid_reason, None);
    assert!(!String::from_utf8(encode_verify_response(&invalid)).unwrap().contains("secret"));
    for code in ["", " ", "Insufficient_Funds", "a b", "a.b", "a:b", "ä", "a\n", &"a".repeat(101)] {
        assert_eq!(settle(&json!({ "success": false, "errorReason": code })).error_reason, None, "{code}");
    }
    let own = settle(&json!({ "success": false, "errorReason": "a_code_of_its_own_2" }));
    assert_eq!(own.error_reason.unwrap().as_str(), "a_code_of_its_own_2");
}

#[test]
fn clause_2_8_supported_kinds_are_read_and_written() {
    let whole = json!({
        "kinds": [
            { "x402Version": 2, "scheme": "exact", "network": "eip155:84532" },
            { "x402Version": 2, "scheme": "upto", "network": "eip155:84532", "extra": { "facilitatorAddress": "0x11" } },
            { "x402Version": 1, "scheme": "exact", "network": "base-sepolia" },
            { "x402Version": 1, "scheme": "exact", "network": "solana-devnet" },
            { "x402Version": 2, "scheme": "exact", "network": "solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1" },
        ],
        "extensions": ["bazaar", "eip2612GasSponsoring"],
        "signers": { "eip155:*": ["0x1111111111111111111111111111111111111111"] },
    });
    let supported = decode_supported_response(whole.to_string().as_bytes()).unwrap();
    assert_eq!(parse(&encode_supported_response(&supported)), whole);
    let exact = Scheme::EXACT;
    assert!(supported.supports(X402Version::V1, &exact, &Network::BASE_SEPOLIA));
    assert!(supported.supports(X402Version::V2, &exact, &Network::BASE_SEPOLIA));
    assert!(!supported.supports(X402Version::V2, &exact, &Network::BASE));
    assert!(!supported.supports(X402Version::V1, &Scheme::new("upto"), &Network::BASE_SEPOLIA));
}

#[test]
fn a_v1_facilitator_says_only_kinds_and_unknown_versions_are_left_out() {
    let body = json!({ "kinds": [
        { "x402Version": 1, "scheme": "exact", "network": "base" },
        { "x402Version": 3, "scheme": "later", "network": "anything goes" },
    ] });
    let supported = decode_supported_response(body.to_string().as_bytes()).unwrap();
    assert_eq!(supported, SupportedResponse::new(vec![SupportedKind::exact(X402Version::V1, Network::BASE)]));
    assert!(decode_supported_response(b"{}").is_err());
    let not_caip2 = json!({ "kinds": [{ "x402Version": 2, "scheme": "exact", "network": "base" }] });
    let error = decode_supported_response(not_caip2.to_string().as_bytes()).unwrap_err().to_string();
    assert!(error.contains("kinds[0].network"), "{error}");
}
