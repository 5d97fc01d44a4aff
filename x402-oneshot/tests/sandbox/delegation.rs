//! `authorizationList`: accounts that take code by EIP-7702 in somebody else's transaction.

use alloy_primitives::{Address, hex, keccak256};
use k256::ecdsa::SigningKey;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Api, STRANGER};

/// Whose key [`STRANGER`] is.
const ADDRESS: Address = alloy_primitives::address!("0x70997970C51812dc3A010C7d01b50e0d17dc79C8");

/// Signs `keccak256(0x05 || rlp([chain id, address, nonce]))`, for Base Sepolia and the first nonce.
fn authorization(contract: Address) -> Value {
    let mut preimage = hex!("05da83014a3494").to_vec();
    preimage.extend_from_slice(contract.as_slice());
    preimage.push(0x80);
    let key = SigningKey::from_slice(&STRANGER).unwrap();
    let (signature, recovery) = key.sign_prehash_recoverable(keccak256(preimage).as_slice());
    let whole = [signature.to_bytes().as_slice(), &[27 + recovery.to_byte()]].concat();
    json!({"address": contract, "nonce": "0", "chainId": 84532, "signature": hex::encode_prefixed(whole)})
}

/// A method of the stranger's account, which is the token as soon as it has taken the token's code.
async fn approval_of_stranger(api: &Api) -> String {
    let mut declaration = api.declaration(
        "approve",
        json!([
            {"name": "spender", "type": "address", "index": 0},
            {"name": "value", "type": "uint", "index": 1},
        ]),
    );
    declaration["contractAddress"] = json!(ADDRESS);
    declaration["outputs"] = json!([{"name": "done", "type": "bool", "index": 0}]);
    api.create(declaration).await
}

#[tokio::test]
async fn an_authorized_account_runs_the_contracts_code_from_then_on() {
    let api = Api::start().await;
    let method = approval_of_stranger(&api).await;
    let params = json!({"spender": api.sandbox.buyer_address(), "value": "1"});
    let bare = json!({ "params": params });
    let authorized = json!({"params": params, "authorizationList": [authorization(api.sandbox.token_address())]});

    // A test changes nothing, so that it is asked twice.
    for (body, success) in [(&bare, false), (&authorized, true), (&bare, false)] {
        let answer = api.post(&format!("/methods/{method}/test"), body.clone()).await;
        assert_eq!(answer["success"], success, "{answer}");
    }
    let estimate = async |body: &Value| {
        let answer = api.post(&format!("/methods/{method}/estimate"), body.clone()).await;
        answer["gasAmount"].as_str().unwrap().parse::<u64>().unwrap()
    };
    assert!(estimate(&authorized).await > estimate(&bare).await + 25_000);

    api.post(&format!("/methods/{method}/execute"), authorized).await;
    api.sandbox.mine();
    let code = api.get(&format!("/chains/84532/contracts/{ADDRESS}")).await;
    assert_eq!(code["eip7702ImplementationAddress"], json!(api.sandbox.token_address().to_string()));
    let answer = api.post(&format!("/methods/{method}/test"), bare).await;
    assert_eq!(answer["result"], json!({"done": true}), "it has taken the code for good");
}

#[tokio::test]
async fn an_authorization_of_another_chain_or_nonce_is_passed_over() {
    let api = Api::start().await;
    let method = approval_of_stranger(&api).await;
    for (member, value) in [("chainId", json!(8453)), ("nonce", json!("1"))] {
        let mut wrong = authorization(api.sandbox.token_address());
        wrong[member] = value;
        let params = json!({"spender": api.sandbox.buyer_address(), "value": "1"});
        let body = json!({"params": params, "authorizationList": [wrong]});
        api.post(&format!("/methods/{method}/execute"), body).await;
        api.sandbox.mine();
        let code = api.get(&format!("/chains/84532/contracts/{ADDRESS}")).await;
        assert_eq!(code["isContract"], false, "{member}");
    }
}

#[tokio::test]
async fn what_is_no_authorization_is_refused() {
    let api = Api::start().await;
    let method = approval_of_stranger(&api).await;
    for (member, value) in [
        ("signature", json!("0x12")),
        ("signature", json!(format!("0x{}", "00".repeat(65)))),
        ("nonce", json!("-1")),
        ("address", json!("0x12")),
    ] {
        let mut wrong = authorization(api.sandbox.token_address());
        wrong[member] = value;
        let params = json!({"spender": api.sandbox.buyer_address(), "value": "1"});
        let body = json!({"params": params, "authorizationList": [wrong]});
        for action in ["test", "estimate", "execute"] {
            let path = format!("/methods/{method}/{action}");
            assert_eq!(api.ask(Method::POST, &path, Some(body.clone())).await.0, 422, "{member} {action}");
        }
    }
}
