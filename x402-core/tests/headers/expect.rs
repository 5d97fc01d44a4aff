//! What a header is answered.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use serde_json::Value;
use x402_core::{
    Reason, X402Version,
    header::{PAYMENT_REQUIRED, PAYMENT_RESPONSE, X_PAYMENT_RESPONSE, payment_header},
    server::Gate,
    testing::{ManualClock, ScriptedFacilitator},
};

use crate::support::{Draft, block_on, headers, json as parse, now, offers, unbase64};

/// The response to these headers, or `None` if a payment was admitted.
pub(crate) fn respond(headers: &HeaderMap) -> Option<Response<Bytes>> {
    let facilitator = ScriptedFacilitator::willing();
    let gate = Gate::new(facilitator.clone()).clock(ManualClock::at(now()));
    let offers = offers();
    let admitted = block_on(async { gate.admit(&offers, gate.read_payment(headers)?).await });
    let refusal = admitted.map(drop).err();
    assert_eq!(facilitator.verify_calls(), usize::from(refusal.is_none()), "refused before anybody was asked");
    refusal.map(|refusal| offers.refuse(&refusal))
}

/// The status, the `error`, and that header and body say the same.
pub(crate) fn refused(headers: &HeaderMap) -> (u16, String) {
    let response = respond(headers).expect("a refusal");
    assert!(!response.status().is_server_error(), "{}", response.status());
    let common = response.headers();
    assert_eq!((&common["content-type"], &common["cache-control"]), (&json_type(), &no_store()));
    assert!(!common.contains_key(PAYMENT_RESPONSE) && !common.contains_key(X_PAYMENT_RESPONSE));
    let body = parse(response.body());
    let error = body["error"].as_str().expect("an error").to_owned();
    match common.get(PAYMENT_REQUIRED) {
        Some(offer) if response.status() == StatusCode::PAYMENT_REQUIRED && error == "X-PAYMENT header is required" => {
            assert_eq!(parse(unbase64(offer).as_bytes())["error"], "Payment required");
        }
        Some(offer) => assert_eq!(parse(unbase64(offer).as_bytes())["error"], error),
        None => assert_eq!(response.status(), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE),
    }
    (response.status().as_u16(), error)
}

pub(crate) fn json_type() -> HeaderValue {
    HeaderValue::from_static("application/json")
}

pub(crate) fn no_store() -> HeaderValue {
    HeaderValue::from_static("no-store")
}

pub(crate) fn malformed() -> (u16, String) {
    (400, Reason::INVALID_PAYLOAD.as_str().to_owned())
}

pub(crate) fn wrong_version() -> (u16, String) {
    (400, Reason::INVALID_X402_VERSION.as_str().to_owned())
}

pub(crate) fn invalid(reason: &Reason) -> (u16, String) {
    (402, reason.as_str().to_owned())
}

pub(crate) fn value(text: &str) -> HeaderValue {
    HeaderValue::try_from(text).unwrap()
}

/// A good payment, as text, with this bend; in its header.
pub(crate) fn bent(version: X402Version, bend: impl FnOnce(&mut Value)) -> HeaderMap {
    let mut json = Draft::of(version).json();
    bend(&mut json);
    headers(payment_header(version), &json.to_string())
}

/// A good payment in which `from` is replaced by `to`, in its header: for JSON that no `Value` can hold.
pub(crate) fn respelled(version: X402Version, from: &str, to: &str) -> HeaderMap {
    let text = Draft::of(version).json().to_string();
    assert!(text.contains(from), "{from} is not in {text}");
    headers(payment_header(version), &text.replacen(from, to, 1))
}
