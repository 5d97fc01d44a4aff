//! A whole request, and what its response must be.

use alloy_primitives::{B256, keccak256};
use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode, header::RETRY_AFTER};
use serde_json::{Value, json};
use x402_core::{
    Facilitator, Network, Reason, SettleResponse, X402Version,
    claim::ClaimStore,
    header::{PAYMENT_REQUIRED, receipt_header},
    server::{Gate, Offers},
    testing::{ManualClock, ScriptedFacilitator},
};

use crate::support::{BOTH, Draft, block_on, buyer, json as parse, now, offers, unbase64};

pub(crate) fn gate(facilitator: &ScriptedFacilitator) -> Gate<ScriptedFacilitator> {
    Gate::new(facilitator.clone()).clock(ManualClock::at(now()))
}

/// A whole request, from headers to response.
pub(crate) async fn serve<F: Facilitator, C: ClaimStore>(
    gate: &Gate<F, C>,
    offers: &Offers,
    headers: &HeaderMap,
) -> Response<Bytes> {
    let paid = async {
        let admission = gate.admit(offers, gate.read_payment(headers)?).await?;
        admission.settle().await.map_err(|unsettled| unsettled.into_parts().0)
    };
    match paid.await {
        Ok(settled) => {
            let mut response = Response::new(Bytes::from_static(b"sunny"));
            settled.deliver().await.write_headers(response.headers_mut());
            response
        }
        Err(refusal) => offers.refuse(&refusal),
    }
}

pub(crate) fn ask<C: ClaimStore>(gate: &Gate<ScriptedFacilitator, C>, draft: &Draft) -> Response<Bytes> {
    block_on(serve(gate, &offers(), &draft.headers()))
}

/// The receipt of a response in this version.
pub(crate) fn receipt(response: &Response<Bytes>, version: X402Version) -> Option<Value> {
    response.headers().get(receipt_header(version)).map(|value| parse(unbase64(value).as_bytes()))
}

/// The `error` of the fresh offer, which stands in header and body alike.
pub(crate) fn offered_error(response: &Response<Bytes>) -> Option<String> {
    let header = parse(unbase64(response.headers().get(PAYMENT_REQUIRED)?).as_bytes());
    let body = parse(response.body());
    assert_eq!((&header["x402Version"], &body["x402Version"]), (&json!(2), &json!(1)));
    assert_eq!(header["error"], body["error"]);
    assert!(header["accepts"].as_array().is_some_and(|accepts| !accepts.is_empty()));
    Some(header["error"].as_str()?.to_owned())
}

pub(crate) fn is_never_cached(response: &Response<Bytes>) {
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(response.headers()["content-type"], "application/json");
    assert!(response.headers()["vary"].to_str().unwrap().contains("payment-signature"));
    assert!(response.headers()["access-control-expose-headers"].to_str().unwrap().contains("payment-required"));
}

pub(crate) fn is_402(response: &Response<Bytes>, code: &Reason) {
    assert_eq!(response.status(), StatusCode::PAYMENT_REQUIRED);
    assert_eq!(offered_error(response).as_deref(), Some(code.as_str()));
    assert!(!response.headers().contains_key(RETRY_AFTER));
    is_never_cached(response);
}

/// 503, nothing settled, come again.
pub(crate) fn is_unavailable(response: &Response<Bytes>) {
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.headers().contains_key(RETRY_AFTER));
    assert!(!response.headers().contains_key(PAYMENT_REQUIRED), "nobody should pay anew");
    assert!(BOTH.iter().all(|version| receipt(response, *version).is_none()));
    assert_eq!(parse(response.body()), json!({ "error": "payment_unavailable" }));
    is_never_cached(response);
}

/// 503, the money may have moved.
pub(crate) fn is_pending(response: &Response<Bytes>, version: X402Version, transaction: &str) {
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.headers().contains_key(RETRY_AFTER));
    assert!(!response.headers().contains_key(PAYMENT_REQUIRED), "nobody should pay anew");
    let network = if version == X402Version::V1 { "base-sepolia" } else { "eip155:84532" };
    let expected = json!({
        "success": false, "errorReason": "settlement_pending", "transaction": transaction, "network": network,
        "payer": buyer().address().to_string(),
    });
    assert_eq!(receipt(response, version), Some(expected));
    assert_eq!(parse(response.body()), json!({ "error": "settlement_pending" }));
    is_never_cached(response);
}

/// Not known yet, with this transaction.
pub(crate) fn pending(transaction: Option<B256>) -> SettleResponse {
    let mut answer = SettleResponse::failed(Reason::SETTLEMENT_PENDING, Network::BASE_SEPOLIA, None);
    answer.transaction = transaction.map(|hash| hash.to_string()).unwrap_or_default();
    answer
}

/// The transaction in which a willing facilitator settles this payment.
pub(crate) fn transaction(draft: &Draft) -> B256 {
    keccak256(draft.authorization.nonce)
}

/// As a willing facilitator says it.
pub(crate) fn settled(draft: &Draft) -> SettleResponse {
    SettleResponse::settled(transaction(draft), Network::BASE_SEPOLIA, buyer().address())
}

pub(crate) fn refused(reason: Reason) -> SettleResponse {
    SettleResponse::failed(reason, Network::BASE_SEPOLIA, None)
}

/// 402, the money did not move: with a failed receipt.
pub(crate) fn is_refused(response: &Response<Bytes>, draft: &Draft, code: &Reason) {
    is_402(response, code);
    let network = if draft.version == X402Version::V1 { "base-sepolia" } else { "eip155:84532" };
    let failed = json!({
        "success": false, "errorReason": code.as_str(), "transaction": "", "network": network,
        "payer": buyer().address().to_string(),
    });
    assert_eq!(receipt(response, draft.version), Some(failed));
}

/// How often `verify`, `settle` and `reconcile` were called.
pub(crate) fn calls(facilitator: &ScriptedFacilitator) -> [usize; 3] {
    [facilitator.verify_calls(), facilitator.settle_calls(), facilitator.reconcile_calls()]
}

pub(crate) fn is_served(response: &Response<Bytes>, draft: &Draft) {
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.body(), "sunny");
    let network = if draft.version == X402Version::V1 { "base-sepolia" } else { "eip155:84532" };
    let expected = json!({
        "success": true, "transaction": transaction(draft).to_string(), "network": network,
        "payer": buyer().address().to_string(),
    });
    assert_eq!(receipt(response, draft.version), Some(expected));
    let other = if draft.version == X402Version::V1 { X402Version::V2 } else { X402Version::V1 };
    assert_eq!(receipt(response, other), None);
    assert_eq!(response.headers()["cache-control"], "private");
    assert!(response.headers()["vary"].to_str().unwrap().contains("payment-signature"));
    assert!(response.headers()["access-control-expose-headers"].to_str().unwrap().contains("payment-response"));
}
