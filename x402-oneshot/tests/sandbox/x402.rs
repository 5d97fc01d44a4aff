//! The x402 endpoints, in 1Shot's dialect.

use alloy_primitives::{U256, hex};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Api, NOW, Overload, SELLER, STRANGER};

/// A payment of five cents, and what it must pay.
fn body(api: &Api, version: u64) -> Value {
    signed(api, version, api.sandbox.buyer_key().expose())
}

fn signed(api: &Api, version: u64, key: &[u8; 32]) -> Value {
    let mut authorization = Overload::Bytes.params(&api.authorization(), key);
    let signature = authorization.as_object_mut().unwrap().remove("signature");
    let payload = json!({"signature": signature, "authorization": authorization});
    let extra = json!({"name": "USDC", "version": "2"});
    let token = api.sandbox.token_address();
    match version {
        1 => json!({
            "x402Version": 1,
            "paymentPayload": {"x402Version": 1, "scheme": "exact", "network": "base-sepolia", "payload": payload},
            "paymentRequirements": {
                "scheme": "exact", "network": "base-sepolia", "maxAmountRequired": "50000",
                "resource": "https://shop.example/", "description": "", "mimeType": "", "payTo": SELLER,
                "maxTimeoutSeconds": 60, "asset": token, "extra": extra,
            },
        }),
        _ => {
            let required = json!({
                "scheme": "exact", "network": "eip155:84532", "amount": "50000", "payTo": SELLER,
                "maxTimeoutSeconds": 60, "asset": token, "extra": extra,
            });
            json!({
                "x402Version": 2,
                "paymentPayload": {"x402Version": 2, "accepted": required, "payload": payload},
                "paymentRequirements": required,
            })
        }
    }
}

/// Settles, with the block that it takes.
async fn settle(api: &Api, body: Value) -> Value {
    let queued = api.sandbox.transactions().len() + 1;
    let mined = async {
        while api.sandbox.transactions().len() < queued {
            tokio::task::yield_now().await;
        }
        api.sandbox.mine();
    };
    let (answer, ()) = tokio::join!(api.post("/x402/settle", body), mined);
    answer
}

#[tokio::test]
async fn supported_lists_each_chains_token_in_both_versions() {
    let api = Api::start().await;
    let supported = api.get("/x402/supported").await;
    let kinds = supported["kinds"].as_array().unwrap();
    for (index, (v1, chain, name, token)) in [
        ("base-sepolia", 84532, "USDC", "0x036CbD53842c5426634e7929541eC2318f3dCF7e"),
        ("base", 8453, "USD Coin", "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"),
        ("polygon", 137, "USD Coin", "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359"),
        ("polygon-amoy", 80002, "USDC", "0x41E94Eb019C0762f9Bfcf9Fb1E58725BfB0e7582"),
        ("avalanche", 43114, "USD Coin", "0xB97EF9Ef8734C71904D8002F8b6Bc66Dd9c48a6E"),
        ("avalanche-fuji", 43113, "USD Coin", "0x5425890298aed601595a70AB815c96711a31Bc65"),
    ]
    .into_iter()
    .enumerate()
    {
        let tokens = json!([{
            "contractAddress": token, "name": name, "symbol": "USDC", "decimals": 6, "version": "2",
        }]);
        let row = |version, network: &str| json!({"x402Version": version, "scheme": "exact", "network": network, "tokens": tokens});
        assert_eq!(kinds[2 * index..2 * index + 2], [row(1, v1), row(2, &format!("eip155:{chain}"))]);
    }
    assert_eq!(kinds.len(), 12);
}

#[tokio::test]
async fn they_want_the_bearer_token() {
    let api = Api::start().await;
    for (method, path) in
        [(Method::GET, "/x402/supported"), (Method::POST, "/x402/verify"), (Method::POST, "/x402/settle")]
    {
        let (status, _) = Api::send(api.bare(method, path).json(&body(&api, 2))).await;
        assert_eq!(status, 401, "{path}");
    }
    assert!(api.sandbox.transactions().is_empty());
}

#[tokio::test]
async fn a_good_payment_verifies_as_an_object_and_as_a_string() {
    let api = Api::start().await;
    for version in [1, 2] {
        let mut body = body(&api, version);
        let good =
            json!({"isValid": true, "invalidReason": "", "payer": api.sandbox.buyer_address().to_checksum(None)});
        assert_eq!(api.post("/x402/verify", body.clone()).await, good);
        body["paymentPayload"] = Value::String(body["paymentPayload"].to_string());
        assert_eq!(api.post("/x402/verify", body).await, good);
    }
    assert_eq!(api.sandbox.balance_of(SELLER), U256::ZERO);
}

#[tokio::test]
async fn v1_settles_under_1shots_names() {
    let api = Api::start().await;
    let answer = settle(&api, body(&api, 1)).await;
    let hash = api.sandbox.transactions()[0].hash;
    let expected =
        json!({"x402Version": 1, "success": true, "error": null, "txHash": hash, "networkId": "base-sepolia"});
    assert_eq!(answer, expected);
    assert_eq!(api.sandbox.balance_of(SELLER), U256::from(50_000));
}

#[tokio::test]
async fn v2_settles_under_the_protocols_names_with_nulls() {
    let api = Api::start().await;
    let answer = settle(&api, body(&api, 2)).await;
    let payer = api.sandbox.buyer_address().to_checksum(None);
    let hash = api.sandbox.transactions()[0].hash;
    let expected = json!({
        "x402Version": 2, "success": true, "errorReason": null, "transaction": hash, "network": "eip155:84532",
        "payer": payer,
    });
    assert_eq!(answer, expected);

    let again = api.post("/x402/settle", body(&api, 2)).await;
    let expected = json!({
        "x402Version": 2, "success": false, "errorReason": "invalid_exact_evm_nonce_already_used",
        "transaction": null, "network": null, "payer": payer,
    });
    assert_eq!(again, expected);
    let again = api.post("/x402/settle", body(&api, 1)).await;
    let expected = json!({
        "x402Version": 1, "success": false, "error": "invalid_exact_evm_nonce_already_used", "txHash": null,
        "networkId": null,
    });
    assert_eq!(again, expected);
}

#[tokio::test]
async fn a_transfer_that_reverts_in_its_block_fails_with_its_hash() {
    let api = Api::start().await;
    let both = async {
        while api.sandbox.transactions().len() < 2 {
            tokio::task::yield_now().await;
        }
        api.sandbox.mine();
    };
    let path = "/x402/settle";
    let (first, second, ()) = tokio::join!(api.post(path, body(&api, 2)), api.post(path, body(&api, 2)), both);
    let (won, lost) = if first["success"] == true { (first, second) } else { (second, first) };
    assert_eq!(won["success"], true);
    assert_eq!(
        (&lost["success"], &lost["errorReason"]),
        (&json!(false), &json!("invalid_exact_evm_nonce_already_used"))
    );
    assert!(lost["transaction"].is_string());
    assert_eq!(api.sandbox.balance_of(SELLER), U256::from(50_000));
}

#[tokio::test]
async fn what_does_not_fit_the_requirements_is_invalid_with_the_protocols_code() {
    let api = Api::start().await;
    let changed = |version, path: &str, value: Value| {
        let mut body = body(&api, version);
        *body.pointer_mut(path).unwrap() = value;
        body
    };
    let (required, accepted) = ("/paymentRequirements", "/paymentPayload/accepted");
    let both = |member: &str, value: Value| {
        let mut body = changed(2, &format!("{required}{member}"), value.clone());
        *body.pointer_mut(&format!("{accepted}{member}")).unwrap() = value;
        body
    };
    let flipped = {
        let mut body = body(&api, 2);
        let signature = body.pointer_mut("/paymentPayload/payload/signature").unwrap();
        let mut bytes = hex::decode(signature.as_str().unwrap()).unwrap();
        bytes[10] ^= 1;
        *signature = json!(hex::encode_prefixed(bytes));
        body
    };
    let late = json!((NOW + 5).to_string());
    for (body, reason) in [
        (changed(2, "/x402Version", json!(1)), "invalid_x402_version"),
        (both("/scheme", json!("upto")), "unsupported_scheme"),
        (both("/network", json!("eip155:1")), "invalid_network"),
        (both("/network", json!("eip155:8453")), "invalid_payment_requirements"),
        (changed(1, "/paymentPayload/network", json!("base")), "invalid_network"),
        (both("/asset", json!(SELLER)), "invalid_payment_requirements"),
        (changed(2, &format!("{accepted}/amount"), json!("1")), "invalid_payment_requirements"),
        (both("/payTo", json!(api.sandbox.token_address())), "invalid_exact_evm_payload_recipient_mismatch"),
        (both("/amount", json!("50001")), "invalid_exact_evm_payload_authorization_value_mismatch"),
        (
            changed(1, &format!("{required}/maxAmountRequired"), json!("1")),
            "invalid_exact_evm_payload_authorization_value",
        ),
        (
            changed(2, "/paymentPayload/payload/authorization/validBefore", late),
            "invalid_exact_evm_payload_authorization_valid_before",
        ),
        (signed(&api, 2, &STRANGER), "invalid_exact_evm_payload_signature"),
        (flipped, "invalid_exact_evm_payload_signature"),
    ] {
        let answer = api.post("/x402/verify", body.clone()).await;
        assert_eq!((&answer["isValid"], &answer["invalidReason"]), (&json!(false), &json!(reason)));
        let answer = api.post("/x402/settle", body).await;
        assert_eq!(answer["success"], false, "{reason}");
    }
    assert!(api.sandbox.transactions().is_empty());
}

#[tokio::test]
async fn bodies_of_another_shape_are_refused() {
    let api = Api::start().await;
    let mut no_json = body(&api, 2);
    no_json["paymentPayload"] = json!("not json");
    let mut number = body(&api, 2);
    number["paymentRequirements"]["amount"] = json!(50000);
    let mut version = body(&api, 2);
    version["paymentPayload"]["x402Version"] = json!(3);
    for path in ["/x402/verify", "/x402/settle"] {
        for (text, expected) in [
            (String::new(), 400),
            ("{".to_owned(), 400),
            (format!("{}1", "[".repeat(10_000)), 422),
            ("{}".to_owned(), 422),
            ("[]".to_owned(), 422),
            (no_json.to_string(), 422),
            (number.to_string(), 422),
            (version.to_string(), 422),
        ] {
            let (status, answer) = api.ask_raw(Method::POST, path, text.clone()).await;
            assert_eq!(status, expected, "{text:.40}");
            assert!(answer["type"].is_string());
        }
    }
}

#[tokio::test]
async fn a_sandbox_that_closes_answers_those_who_wait() {
    let api = Api::start().await;
    let body = body(&api, 2);
    let request = api.authorized(Method::POST, "/x402/settle").json(&body);
    let waiting = tokio::spawn(Api::send(request));
    while api.sandbox.transactions().is_empty() {
        tokio::task::yield_now().await;
    }
    drop(api);
    let (status, answer) = waiting.await.unwrap();
    assert_eq!((status, &answer["retryable"]), (503, &json!(true)));
}
