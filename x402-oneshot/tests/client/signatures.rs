//! Signatures of wallets: what is sent for each of the four types, and what comes back.

use alloy_primitives::{Address, Bytes, U256, address, bytes};
use serde_json::{Value, json};
use x402_oneshot::WalletId;
use x402_oneshot::api::{Erc3009Transfer, Permit2Transfer, TypedData, WalletSignature};

use crate::support::{ID, Script, Seen, answer};

const USDC: Address = address!("036CbD53842c5426634e7929541eC2318f3dCF7e");
const SELLER: Address = address!("209693Bc6afc0C5328bA36FaF03C514EF312287C");
const SIGNED: &str = r#"{"signature":"0x1234567890abcdef","data":"{\"nonce\":\"0x07\"}"}"#;

fn wallet() -> WalletId {
    ID.parse().unwrap()
}

fn asked(call: &Seen) -> (&str, Value) {
    (call.line.as_str(), serde_json::from_str(&call.body).unwrap())
}

#[tokio::test(start_paused = true)]
async fn an_erc3009_transfer_is_signed() {
    let script = Script::new().call(answer(200, SIGNED)).call(answer(200, SIGNED));
    let client = script.client();
    let bare = Erc3009Transfer::new(USDC, SELLER, U256::MAX);
    let full = bare.clone().valid_after(0).valid_until(1_760_000_060).from_address(USDC);
    let signed = client.wallets().sign_erc3009(wallet(), &full).await.unwrap();
    assert_eq!(signed.signature, bytes!("1234567890abcdef"));
    assert_eq!(signed.data, r#"{"nonce":"0x07"}"#);
    client.wallets().sign_erc3009(wallet(), &bare).await.unwrap();
    let calls = script.api_calls();
    let (token, seller, amount) = (USDC.to_string(), SELLER.to_string(), U256::MAX.to_string());
    let line = format!("POST /v0/wallets/{ID}/signature/erc3009");
    let mut body = json!({"contractAddress": token, "destinationAddress": seller, "amount": amount});
    assert_eq!(asked(&calls[1]), (line.as_str(), body.clone()));
    body["validAfter"] = json!(0);
    body["validUntil"] = json!(1_760_000_060);
    body["fromAddress"] = json!(token);
    assert_eq!(asked(&calls[0]), (line.as_str(), body));
}

#[tokio::test(start_paused = true)]
async fn a_permit2_transfer_never_has_a_valid_after() {
    let script = Script::new().call(answer(200, SIGNED));
    let transfer = Permit2Transfer::new(USDC, SELLER, U256::from(5)).deadline(1_760_000_060);
    script.client().wallets().sign_permit2(wallet(), &transfer).await.unwrap();
    let body = json!({"contractAddress": USDC.to_string(), "destinationAddress": SELLER.to_string(),
        "amount": "5", "validUntil": 1_760_000_060});
    assert_eq!(asked(&script.only_call()), (&*format!("POST /v0/wallets/{ID}/signature/permit2"), body));
}

#[tokio::test(start_paused = true)]
async fn typed_data_is_wrapped_as_the_api_wants_it() {
    let script = Script::new().call(answer(200, SIGNED));
    let data: TypedData = serde_json::from_value(json!({
        "domain": {"name": "shop", "chainId": 84532},
        "types": {"Order": [{"name": "id", "type": "uint256"}]},
        "primaryType": "Order",
        "message": {"id": "17"},
    }))
    .unwrap();
    script.client().wallets().sign_erc712(wallet(), &data).await.unwrap();
    let body = json!({
        "domain": {"name": "shop", "chainId": 84532},
        "types": {"Order": [{"name": "id", "type": "uint256"}]},
        "message": {"primaryType": "Order", "message": {"id": "17"}},
    });
    assert_eq!(asked(&script.only_call()), (&*format!("POST /v0/wallets/{ID}/signature/erc712"), body));
}

#[tokio::test(start_paused = true)]
async fn a_text_is_signed_as_it_is() {
    let script = Script::new().call(answer(200, r#"{"signature":"0x00","data":"log in: é"}"#));
    let signed = script.client().wallets().sign_erc191(wallet(), "log in: é").await.unwrap();
    assert_eq!(signed.data, "log in: é");
    let call = script.only_call();
    assert_eq!(asked(&call), (&*format!("POST /v0/wallets/{ID}/signature/erc191"), json!({"message": "log in: é"})));
}

/// The lost signature is in nobody's hands, and nothing but another one could be asked for.
#[tokio::test(start_paused = true)]
async fn a_signature_whose_answer_was_lost_is_asked_for_again() {
    let script = Script::new().call(answer(502, "<html>")).call(answer(200, SIGNED));
    let client = script.client();
    client.wallets().sign_erc3009(wallet(), &Erc3009Transfer::new(USDC, SELLER, U256::ONE)).await.unwrap();
    assert_eq!(script.api_calls().len(), 2);
}

#[test]
fn the_data_may_be_a_text_json_or_missing_and_the_signature_must_be_there() {
    for (answer, data) in [
        (json!({"signature": "0x01", "data": {"a": [1]}}), r#"{"a":[1]}"#),
        (json!({"signature": "0x01", "data": null}), ""),
        (json!({"signature": "0x01"}), ""),
        (json!({"signature": "01", "data": "text", "more": 1}), "text"),
    ] {
        let read: WalletSignature = serde_json::from_value(answer).unwrap();
        assert_eq!((read.signature, read.data.as_str()), (Bytes::from([1]), data));
    }
    for bad in [json!({"data": "d"}), json!({"signature": null}), json!({"signature": "0xzz"}), json!({"signature": 1})]
    {
        assert!(serde_json::from_value::<WalletSignature>(bad.clone()).is_err(), "{bad}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unreadable_signature_is_not_printed_by_the_error_either() {
    let script = Script::new().call(answer(200, r#"{"signature":"0xhunter2","data":"hunter2"}"#));
    let error = script.client().wallets().sign_erc191(wallet(), "hunter2").await.unwrap_err();
    let text = format!("{error} {error:?} {:?}", std::error::Error::source(&error));
    assert!(!text.contains("hunter2") && text.contains("signature"), "{text}");
}

#[test]
fn a_signature_is_not_printed() {
    let read: WalletSignature = serde_json::from_str(r#"{"signature":"0x1234567890abcdef","data":"hunter2"}"#).unwrap();
    let debug = format!("{read:?}");
    assert_eq!(debug, "WalletSignature { signature_bytes: 8, data_bytes: 7 }");
}
