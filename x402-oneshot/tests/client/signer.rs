//! The wallet signer against a scripted 1Shot: it hands on what it asked for and nothing else.

use std::error::Error as _;

use alloy_primitives::{Address, B256, U256, address, hex};
use alloy_signer_local::PrivateKeySigner;
use serde_json::{Value, json};
use x402_core::exact::{Authorization, ExactPayload};
use x402_core::signer::{PaymentSigner, SignerError, Transfer};
use x402_core::{Asset, Network};
use x402_oneshot::signer::{WalletSigner, WalletSignerError};

use crate::support::{ID, Script, answer};

const SELLER: Address = address!("209693Bc6afc0C5328bA36FaF03C514EF312287C");

/// The nonce that 1Shot chooses.
const NONCE: B256 = B256::repeat_byte(0xa5);

fn key() -> PrivateKeySigner {
    PrivateKeySigner::from_slice(&[7; 32]).unwrap()
}

fn usdc() -> Asset {
    Asset::usdc(&Network::BASE_SEPOLIA).unwrap()
}

fn transfer() -> Transfer {
    Transfer {
        asset: usdc(),
        to: SELLER,
        value: U256::from(50_000),
        valid_after: U256::from(1_750_000_000),
        valid_before: U256::from(1_750_000_060),
        nonce: B256::repeat_byte(1),
    }
}

/// A signer of a wallet with this key, whose calls follow the script.
fn signer(script: &Script) -> WalletSigner {
    let wallet = json!({"id": ID, "chainId": "84532", "accountAddress": key().address().to_string()});
    let wallet = serde_json::from_value(wallet).unwrap();
    WalletSigner::new(script.client(), &wallet)
}

/// 1Shot's answer for what `payload` holds, as typed data with texts for numbers.
fn answer_for(ExactPayload { authorization, signature }: &ExactPayload) -> Value {
    let Authorization { from, to, value, valid_after, valid_before, nonce } = authorization;
    let data = json!({
        "domain": {"name": "USDC", "version": "2", "chainId": 84532, "verifyingContract": usdc().address().to_string()},
        "primaryType": "TransferWithAuthorization",
        "message": {
            "from": from.to_string(), "to": to.to_string(), "value": value.to_string(),
            "validAfter": valid_after.to_string(), "validBefore": valid_before.to_string(), "nonce": nonce.to_string(),
        },
    });
    json!({"signature": hex::encode_prefixed(signature), "data": data.to_string()})
}

/// What a key makes of a transfer with 1Shot's nonce.
async fn signed_by(key: PrivateKeySigner, transfer: Transfer) -> ExactPayload {
    key.sign(&Transfer { nonce: NONCE, ..transfer }).await.unwrap()
}

async fn outcome(answered: &Value) -> Result<ExactPayload, SignerError> {
    let script = Script::new().call(answer(200, answered.to_string()));
    signer(&script).sign(&transfer()).await
}

fn cause(error: &SignerError) -> &WalletSignerError {
    error.source().unwrap().downcast_ref().unwrap()
}

#[tokio::test(start_paused = true)]
async fn it_asks_for_the_transfer_and_hands_on_what_the_wallet_signed() {
    let signed = signed_by(key(), transfer()).await;
    let script = Script::new().call(answer(200, answer_for(&signed).to_string()));
    let signer = signer(&script);
    assert_eq!((signer.payer(), signer.network()), (key().address(), Network::BASE_SEPOLIA));
    let payload = signer.sign(&transfer()).await.unwrap();
    assert_eq!(payload, signed);
    assert_eq!(payload.authorization.nonce, NONCE, "the nonce is 1Shot's");
    let call = script.only_call();
    assert_eq!(call.line, format!("POST /v0/wallets/{ID}/signature/erc3009"));
    assert_eq!(
        serde_json::from_str::<Value>(&call.body).unwrap(),
        json!({"contractAddress": usdc().address().to_string(), "destinationAddress": SELLER.to_string(),
            "amount": "50000", "validAfter": 1_750_000_000, "validUntil": 1_750_000_060})
    );
}

#[tokio::test(start_paused = true)]
async fn it_learns_account_and_chain_from_the_wallet() {
    let wallet = include_str!("../fixtures/wallet_with_balance.json");
    let script = Script::new().call(answer(200, wallet));
    let signer = WalletSigner::connect(script.client(), ID.parse().unwrap()).await.unwrap();
    assert_eq!(signer.payer(), address!("1111111111111111111111111111111111111111"));
    assert_eq!(signer.network(), Network::BASE_SEPOLIA);
    assert_eq!(script.only_call().line, format!("GET /v0/wallets/{ID}"));
}

#[tokio::test(start_paused = true)]
async fn a_narrower_window_and_v_0_or_1_are_taken() {
    let narrow = Transfer { valid_after: U256::from(1_750_000_001), ..transfer() };
    let signed = signed_by(key(), narrow).await;
    let mut answered = answer_for(&signed);
    let mut bytes = signed.signature.to_vec();
    bytes[64] -= 27;
    answered["signature"] = json!(hex::encode_prefixed(bytes));
    assert_eq!(outcome(&answered).await.unwrap(), signed);
}

/// The wallet's key did sign, but not what was asked.
#[tokio::test(start_paused = true)]
async fn attack_a_signature_for_something_else_is_not_handed_on() {
    let stranger = Address::repeat_byte(9);
    for (other, why) in [
        (Transfer { to: stranger, ..transfer() }, "to another recipient"),
        (Transfer { value: U256::from(50_001), ..transfer() }, "another value"),
        (Transfer { value: U256::from(1), ..transfer() }, "another value"),
        (Transfer { valid_after: U256::ZERO, ..transfer() }, "a wider window"),
        (Transfer { valid_before: U256::MAX, ..transfer() }, "a wider window"),
    ] {
        let error = outcome(&answer_for(&signed_by(key(), other).await)).await.unwrap_err();
        assert!(matches!(cause(&error), WalletSignerError::Mismatch(found) if *found == why), "{error:?}");
    }
}

/// What the data says is what was asked, but the signature is for something else.
#[tokio::test(start_paused = true)]
async fn attack_data_that_lies_about_what_was_signed_is_found_out() {
    let honest = signed_by(key(), transfer()).await;
    let polygon = Asset::usdc(&Network::POLYGON).unwrap();
    for lie in [
        signed_by(key(), Transfer { to: Address::repeat_byte(9), ..transfer() }).await,
        signed_by(key(), Transfer { value: U256::MAX, ..transfer() }).await,
        signed_by(key(), Transfer { asset: polygon, ..transfer() }).await,
        signed_by(PrivateKeySigner::from_slice(&[8; 32]).unwrap(), transfer()).await,
    ] {
        let answered = answer_for(&ExactPayload { signature: lie.signature, ..honest.clone() });
        let error = outcome(&answered).await.unwrap_err();
        let WalletSignerError::Mismatch(why) = cause(&error) else { panic!("{error:?}") };
        assert_eq!(*why, "the signature is another account's, or for another token");
    }
    let other = signed_by(PrivateKeySigner::from_slice(&[8; 32]).unwrap(), transfer()).await;
    let error = outcome(&answer_for(&other)).await.unwrap_err();
    assert!(matches!(cause(&error), WalletSignerError::Mismatch("from another account")), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn answers_that_hold_no_payment_are_named_for_what_they_lack() {
    let good = answer_for(&signed_by(key(), transfer()).await);
    let with = |member: &str, value: Value| {
        let mut answered = good.clone();
        answered[member] = value;
        answered
    };
    for (answered, text) in [
        (with("data", json!("signed")), "no nonce of 32 bytes in the signed data"),
        (
            with("data", json!({"nonce": NONCE.to_string(), "value": []})),
            "member `value` of the signed data cannot be read",
        ),
        (with("signature", json!("0x1234")), "the signature cannot be used"),
    ] {
        let error = outcome(&answered).await.unwrap_err();
        assert_eq!(cause(&error).to_string(), text);
    }
    let script = Script::new().call(answer(403, r#"{"type":"UnknownEntityError"}"#));
    let error = signer(&script).sign(&transfer()).await.unwrap_err();
    let WalletSignerError::Api(api) = cause(&error) else { panic!("{error:?}") };
    assert!(api.is_not_found());
}

#[tokio::test(start_paused = true)]
async fn what_the_wallet_cannot_sign_is_not_asked_for() {
    let polygon = Asset::usdc(&Network::POLYGON).unwrap();
    for (transfer, text) in [
        (Transfer { asset: polygon, ..transfer() }, "the wallet is on eip155:84532 and the token is not"),
        (Transfer { valid_before: U256::MAX, ..transfer() }, "time beyond 64 bits"),
    ] {
        let script = Script::new();
        let error = signer(&script).sign(&transfer).await.unwrap_err();
        assert_eq!(cause(&error).to_string(), text);
        assert!(script.api_calls().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn neither_error_nor_signer_prints_what_was_signed_or_how() {
    let other = signed_by(key(), Transfer { value: U256::from(1), ..transfer() }).await;
    let error = outcome(&answer_for(&other)).await.unwrap_err();
    let text = format!("{error:?} {:?}", signer(&Script::new()));
    for secret in ["hunter", &NONCE.to_string()[2..], &hex::encode(&other.signature[..8])] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}
