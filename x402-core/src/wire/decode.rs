//! Documents of either version.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    document::{DecodeError, DecodeErrorKind, Document, to_json},
    v1, v2,
};
use crate::{
    facilitator::FacilitatorRequest, payload::PaymentPayload, requirements::PaymentRequired, version::X402Version,
};

/// Reads a payment: the JSON in `PAYMENT-SIGNATURE` or `X-PAYMENT`.
///
/// # Errors
///
/// If the JSON is malformed, has a member twice (in whatever case of letters: some readers see no difference), an unknown
/// version, or members of wrong types.
pub fn decode_payment_payload(json: &[u8]) -> Result<PaymentPayload, DecodeError> {
    let document = Document("payment payload");
    read_payment_payload(document, document.parse_to_pass_on(json)?)
}

fn read_payment_payload(document: Document, raw: &RawValue) -> Result<PaymentPayload, DecodeError> {
    match document.version(raw)? {
        X402Version::V1 => v1::read_payload(document, raw),
        X402Version::V2 => v2::read_payload(document, raw),
    }
}

/// Writes a payment in its own version.
#[must_use]
pub fn encode_payment_payload(payload: &PaymentPayload) -> Vec<u8> {
    match payload.version {
        X402Version::V1 => to_json(&v1::payload(payload)),
        X402Version::V2 => to_json(&v2::payload(payload)),
    }
}

/// Reads the offer of a 402: the JSON in `PAYMENT-REQUIRED` (v2), or the response's body (v1).
///
/// # Errors
///
/// As for [`decode_payment_payload`], and if the offer accepts nothing.
pub fn decode_payment_required(json: &[u8]) -> Result<PaymentRequired, DecodeError> {
    read_payment_required(json, None)
}

/// Reads an offer where only this version belongs.
pub(crate) fn decode_payment_required_in(version: X402Version, json: &[u8]) -> Result<PaymentRequired, DecodeError> {
    read_payment_required(json, Some(version))
}

fn read_payment_required(json: &[u8], expected: Option<X402Version>) -> Result<PaymentRequired, DecodeError> {
    let document = Document("payment offer");
    let raw = document.parse(json)?;
    let version = document.version(raw)?;
    if let Some(expected) = expected.filter(|expected| *expected != version) {
        let message = format!("a {version} offer stands where {expected} belongs");
        return Err(document.fail(DecodeErrorKind::Version, "", &message));
    }
    let offer = match version {
        X402Version::V1 => v1::read_required(document, raw),
        X402Version::V2 => v2::read_required(document, raw),
    }?;
    match offer.accepts.as_slice() {
        [] => Err(document.fail(DecodeErrorKind::Shape, "accepts: ", "nothing is accepted")),
        _ => Ok(offer),
    }
}

/// Writes the offer of a 402.
///
/// In v1 only those entries are written whose network the published v1 clients know; they refuse the whole offer for
/// any other.
#[must_use]
pub fn encode_payment_required(offer: &PaymentRequired, version: X402Version) -> Vec<u8> {
    match version {
        X402Version::V1 => to_json(&v1::required(offer)),
        X402Version::V2 => to_json(&v2::required(offer)),
    }
}

/// Reads the body of a facilitator's `/verify` and `/settle`.
///
/// # Errors
///
/// As for [`decode_payment_payload`], and if the request names another version than its payment.
pub fn decode_facilitator_request(json: &[u8]) -> Result<FacilitatorRequest, DecodeError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body<'a> {
        x402_version: Option<u64>,
        #[serde(borrow)]
        payment_payload: &'a RawValue,
        #[serde(borrow)]
        payment_requirements: &'a RawValue,
    }

    let document = Document("facilitator request");
    let body: Body<'_> = document.read("", document.parse_to_pass_on(json)?)?;
    let payload = read_payment_payload(document, body.payment_payload)?;
    // Early v2 drafts have it in the payment alone.
    if body.x402_version.is_some_and(|said| said != payload.version.as_u64()) {
        let message = format!("the payment is a {} one", payload.version);
        return Err(document.fail(DecodeErrorKind::Version, "x402Version: ", &message));
    }
    let (requirements, resource) = match payload.version {
        X402Version::V1 => v1::read_requirements(document, "paymentRequirements", body.payment_requirements)?,
        X402Version::V2 => {
            let requirements = v2::read_requirements(document, "paymentRequirements", body.payment_requirements)?;
            (requirements, payload.resource.as_deref().cloned().unwrap_or_default())
        }
    };
    Ok(FacilitatorRequest::new(payload, requirements, resource))
}

/// Writes the body of a facilitator's `/verify` and `/settle`, in the payment's own version: the payment as it was
/// received, and our requirements.
#[must_use]
pub fn encode_facilitator_request(request: &FacilitatorRequest) -> Vec<u8> {
    let mut body = match request.payload().version {
        X402Version::V1 => to_json(&v1::facilitator_request(request)),
        X402Version::V2 => to_json(&v2::facilitator_request(request)),
    };
    // It is kept for as long as the facilitator takes.
    body.shrink_to_fit();
    body
}
