//! Payers that are contracts: their signatures are the facilitator's to judge, and nothing is done before it has.

mod admission;
mod repeats;

use alloy_primitives::{Address, address, hex};
use http::{HeaderMap, Response, StatusCode};
use serde_json::{Value, json};
use x402_core::{
    PaymentPayload, Reason, VerifyResponse, X402Version, header, server::Gate, testing::ScriptedFacilitator, wire,
};

use crate::{
    expect::{self, receipt, serve, transaction},
    support::{self, BOTH, Draft, block_on, offers},
};

const WALLET: Address = address!("0x7A11e7000000000000000000000000000000c0DE");

/// What the wallet takes for its signature; nobody here can tell.
const GOOD: &[u8] = &[7; 200];
/// What somebody else says is.
const FORGED: &[u8] = &[8; 200];

fn gate(facilitator: &ScriptedFacilitator) -> Gate<ScriptedFacilitator> {
    expect::gate(facilitator).contract_wallets()
}

fn draft(version: X402Version) -> Draft {
    Draft::of(version).with(|draft| draft.authorization.from = WALLET)
}

fn document(draft: &Draft, signature: &[u8]) -> Value {
    let mut document = draft.json();
    document["payload"]["signature"] = json!(hex::encode_prefixed(signature));
    document
}

fn payload(draft: &Draft, signature: &[u8]) -> PaymentPayload {
    wire::decode_payment_payload(document(draft, signature).to_string().as_bytes()).unwrap()
}

fn headers(draft: &Draft, signature: &[u8]) -> HeaderMap {
    support::headers(header::payment_header(draft.version), &document(draft, signature).to_string())
}

fn ask(gate: &Gate<ScriptedFacilitator>, draft: &Draft, signature: &[u8]) -> Response<bytes::Bytes> {
    block_on(serve(gate, &offers(), &headers(draft, signature)))
}

fn is_served(response: &Response<bytes::Bytes>, draft: &Draft) {
    assert_eq!((response.status(), &response.body()[..]), (StatusCode::OK, b"sunny".as_slice()));
    let receipt = receipt(response, draft.version).unwrap();
    assert_eq!(receipt["transaction"], transaction(draft).to_string());
    assert_eq!(receipt["payer"], WALLET.to_string());
}

fn invalid(reason: Reason) -> VerifyResponse {
    VerifyResponse::invalid(reason, None)
}

/// Nothing of the first one's: no content, no receipt, no transaction.
fn gets_nothing(response: &Response<bytes::Bytes>, draft: &Draft) {
    assert_ne!(response.status(), StatusCode::OK);
    assert!(BOTH.iter().all(|version| receipt(response, *version).is_none()));
    let hash = transaction(draft).to_string();
    let body = String::from_utf8_lossy(response.body());
    assert!(!body.contains("sunny") && !body.contains(&hash), "{body}");
}
