//! What is not settled, and how that is said.

use std::time::Duration;

use alloy_signer_local::PrivateKeySigner;
use serde_json::{Value, json};
use x402_core::X402Version;

use crate::{
    books::Books,
    caller::Caller,
    payment::{Payment, VERSIONS, buyer},
    server::Server,
};

/// Both routes refuse: with 200, this code and no transaction.
async fn is_refused(caller: &Caller, body: &Value, payer: &str, reason: &str, network: &str) {
    let invalid = json!({ "isValid": false, "invalidReason": reason, "payer": payer });
    assert_eq!(caller.post("/verify", body).await, (200, invalid));
    let failed =
        json!({ "success": false, "errorReason": reason, "transaction": "", "network": network, "payer": payer });
    assert_eq!(caller.post("/settle", body).await, (200, failed));
}

#[tokio::test]
async fn a_bad_payment_is_a_verdict_with_its_reason_and_moves_nothing() {
    let server = Server::sandboxed().await;
    let (caller, books, payer) = (Caller::of(&server), Books::of(&server), buyer().address().to_string());
    for (version, value) in VERSIONS.into_iter().zip([
        "invalid_exact_evm_payload_authorization_value",
        "invalid_exact_evm_payload_authorization_value_mismatch",
    ]) {
        let good = Payment::of(version, 1);
        let of = |payment: Payment| async move { payment.body().await };
        let network = good.network();
        let poor = PrivateKeySigner::random();
        let body = of(Payment { signer: poor.clone(), ..good.clone() }).await;
        is_refused(&caller, &body, &poor.address().to_string(), "insufficient_funds", network).await;
        let body = of(Payment { value: 1, ..good.clone() }).await;
        is_refused(&caller, &body, &payer, value, network).await;
        let body = of(Payment { valid_for: Duration::ZERO, ..good.clone() }).await;
        let expired = "invalid_exact_evm_payload_authorization_valid_before";
        is_refused(&caller, &body, &payer, expired, network).await;
        let body = of(Payment { is_forged: true, ..good.clone() }).await;
        is_refused(&caller, &body, &payer, "invalid_exact_evm_payload_signature", network).await;
    }
    assert!(books.transactions().await.is_empty());
}

#[tokio::test]
async fn a_kind_or_a_token_that_is_not_settled_here_is_a_verdict_too() {
    let server = Server::sandboxed().await;
    let (caller, payer) = (Caller::of(&server), buyer().address().to_string());
    let good = Payment::of(X402Version::V1, 1).body().await;
    for (member, value, reason, network) in [
        ("scheme", "upto", "unsupported_scheme", "base-sepolia"),
        ("network", "base", "invalid_network", "base"),
        ("network", "atlantis", "invalid_network", "atlantis"),
        ("asset", "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "invalid_payment_requirements", "base-sepolia"),
        (
            "payTo",
            "0x036CbD53842c5426634e7929541eC2318f3dCF7e",
            "invalid_exact_evm_payload_recipient_mismatch",
            "base-sepolia",
        ),
    ] {
        let mut body = good.clone();
        body["paymentRequirements"][member] = value.into();
        is_refused(&caller, &body, &payer, reason, network).await;
    }
}

#[tokio::test]
async fn another_recipient_than_those_that_are_allowed_is_refused() {
    let server = Server::start(&[("RECIPIENT_ADDRESSES", "0x036CbD53842c5426634e7929541eC2318f3dCF7e")]).await;
    let (caller, payer) = (Caller::of(&server), buyer().address().to_string());
    let payment = Payment::of(X402Version::V2, 1);
    let reason = "invalid_payment_requirements";
    is_refused(&caller, &payment.body().await, &payer, reason, payment.network()).await;
}

/// Both routes answer this status, and why.
async fn is_an_error(caller: &Caller, body: &str, status: u16) {
    for path in ["/verify", "/settle"] {
        let (answered, json) = caller.send(caller.http.post(caller.url(path)).body(body.to_owned())).await;
        assert_eq!(answered, status, "{body}");
        assert!(json["error"].as_str().is_some_and(|error| !error.is_empty()), "{json}");
        assert!(json.get("isValid").is_none() && json.get("success").is_none(), "no verdict: {json}");
    }
}

#[tokio::test]
async fn attack_18_what_cannot_be_read_is_400_and_too_much_413() {
    let server = Server::sandboxed().await;
    let caller = Caller::of(&server);
    for body in ["", "{", "null", "[]", "\u{0}", r#"{"paymentPayload":{},"paymentRequirements":{}}"#] {
        is_an_error(&caller, body, 400).await;
    }
    for version in VERSIONS {
        let good = Payment::of(version, 1).body().await;
        let bent = |bend: &dyn Fn(&mut Value)| {
            let mut body = good.clone();
            bend(&mut body);
            body.to_string()
        };
        let bends: [&dyn Fn(&mut Value); 7] = [
            &|body| body["x402Version"] = (3 - version.as_u64()).into(),
            &|body| body["paymentPayload"]["x402Version"] = 3.into(),
            &|body| body["paymentPayload"] = "eyJ4NDAyVmVyc2lvbiI6MX0=".into(),
            &|body| body["paymentPayload"]["payload"]["authorization"]["value"] = 50_000.into(),
            &|body| body["paymentPayload"]["payload"]["authorization"]["nonce"] = "0x12".into(),
            &|body| body["paymentPayload"]["payload"]["signature"] = Value::Null,
            &|body| body["paymentRequirements"]["maxTimeoutSeconds"] = "60".into(),
        ];
        for bend in bends {
            is_an_error(&caller, &bent(bend), 400).await;
        }
        let twice = good.to_string().replacen("{\"", "{\"paymentPayload\":{},\"", 1);
        is_an_error(&caller, &twice, 400).await;
        is_an_error(&caller, &bent(&|body| body["padding"] = " ".repeat(64 * 1024).into()), 413).await;
    }
}

#[tokio::test]
async fn a_route_or_method_that_is_not_there_says_so() {
    let server = Server::sandboxed().await;
    let caller = Caller::of(&server);
    assert_eq!(caller.get("/discovery").await.0, 404);
    for path in ["/verify", "/settle"] {
        assert_eq!(caller.get(path).await.0, 405);
    }
    assert_eq!(caller.post("/supported", &json!({})).await.0, 405);
}

#[tokio::test]
async fn without_one_of_the_tokens_nothing_is_read_and_nothing_settled() {
    let server = Server::start(&[("FACILITATOR_TOKENS", "first-s3cret,second-s3cret"), ("RUST_LOG", "debug")]).await;
    let (caller, books) = (Caller::of(&server), Books::of(&server));
    let body = Payment::of(X402Version::V2, 1).body().await.to_string();
    for header in [None, Some("Bearer wrong"), Some("Basic first-s3cret"), Some("Bearer first-s3cret,second-s3cret")] {
        let with = |request: reqwest::RequestBuilder| match header {
            Some(value) => request.header("authorization", value),
            None => request,
        };
        let requests = [
            caller.http.post(caller.url("/verify")).body(body.clone()),
            caller.http.post(caller.url("/settle")).body("{"),
            caller.http.get(caller.url("/supported")),
        ];
        for request in requests {
            let response = with(request).send().await.unwrap();
            assert_eq!(response.status(), 401, "{header:?}");
            assert_eq!(response.headers()["www-authenticate"], "Bearer");
            let json: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
            assert!(json["error"].is_string());
        }
    }
    assert!(books.transactions().await.is_empty());
    for (path, token) in [("/verify", "first-s3cret"), ("/settle", "second-s3cret")] {
        let request = caller.http.post(caller.url(path)).bearer_auth(token).body(body.clone());
        assert_eq!(caller.send(request).await.0, 200, "{path}");
    }
    assert_eq!(books.transactions().await.len(), 1);
    drop((caller, books));
    server.signal("TERM");
    let (_, _, logged) = server.ended().await;
    assert!(logged.contains("settled") && !logged.contains("s3cret"), "{logged}");
}
