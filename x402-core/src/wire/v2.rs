//! Version 2: three headers, CAIP-2 networks, `accepted` echoed whole
//! ([specification](https://github.com/coinbase/x402/blob/main/specs/x402-specification-v2.md)).

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    document::{DecodeError, Document, readable},
    exact::{SchemePayloadIn, SchemePayloadOut, read_scheme_payload, scheme_payload},
    field,
};
use crate::{
    address::ChainAddress,
    amount::Amount,
    facilitator::FacilitatorRequest,
    network::Network,
    payload::PaymentPayload,
    requirements::{Extra, PaymentRequired, PaymentRequirements, Scheme},
    resource::ResourceInfo,
    verbatim::Verbatim,
    version::X402Version,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequiredIn<'a> {
    error: Option<String>,
    #[serde(borrow)]
    resource: &'a RawValue,
    #[serde(borrow)]
    accepts: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    extensions: Option<&'a RawValue>,
}

pub(super) fn read_required(document: Document, raw: &RawValue) -> Result<PaymentRequired, DecodeError> {
    let required: RequiredIn<'_> = document.read("", raw)?;
    let accepts = required.accepts.iter().enumerate();
    Ok(PaymentRequired {
        error: required.error,
        resource: read_verbatim(document, "resource", required.resource)?,
        accepts: readable(accepts.map(|(i, raw)| read_requirements(document, &format!("accepts[{i}]"), raw)))?,
        extensions: required.extensions.map(|raw| read_verbatim(document, "extensions", raw)).transpose()?,
    })
}

fn read_verbatim<'a, T: Deserialize<'a>>(
    document: Document,
    at: &str,
    raw: &'a RawValue,
) -> Result<Verbatim<T>, DecodeError> {
    Ok(Verbatim::received(document.read(at, raw)?, X402Version::V2, raw))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequirementsIn {
    scheme: String,
    #[serde(deserialize_with = "field::caip2")]
    network: Network,
    #[serde(deserialize_with = "field::amount")]
    amount: Amount,
    #[serde(deserialize_with = "field::chain_address")]
    asset: ChainAddress,
    #[serde(deserialize_with = "field::chain_address")]
    pay_to: ChainAddress,
    #[serde(deserialize_with = "field::seconds")]
    max_timeout_seconds: u64,
    extra: Option<Extra>,
    #[serde(flatten)]
    unknown: Extra,
}

pub(super) fn read_requirements(
    document: Document,
    at: &str,
    raw: &RawValue,
) -> Result<Verbatim<PaymentRequirements>, DecodeError> {
    let read: RequirementsIn = document.read(at, raw)?;
    let requirements = PaymentRequirements {
        scheme: Scheme::new(&read.scheme),
        network: read.network,
        amount: read.amount,
        asset: read.asset,
        pay_to: read.pay_to,
        max_timeout_seconds: read.max_timeout_seconds,
        extra: read.extra.unwrap_or_default(),
        output_schema: None,
        unknown: read.unknown,
    };
    Ok(Verbatim::received(requirements, X402Version::V2, raw))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PayloadIn<'a> {
    #[serde(borrow)]
    accepted: &'a RawValue,
    #[serde(borrow)]
    payload: &'a RawValue,
    #[serde(borrow, default)]
    resource: Option<&'a RawValue>,
    #[serde(borrow, default)]
    extensions: Option<&'a RawValue>,
}

pub(super) fn read_payload(document: Document, raw: &RawValue) -> Result<PaymentPayload, DecodeError> {
    let read: PayloadIn<'_> = document.read("", raw)?;
    let accepted = read_requirements(document, "accepted", read.accepted)?;
    let SchemePayloadIn { payload, as_written } = read_scheme_payload(document, &accepted.scheme, read.payload)?;
    Ok(PaymentPayload {
        version: X402Version::V2,
        scheme: accepted.scheme.clone(),
        network: accepted.network.clone(),
        payload,
        accepted: Some(accepted),
        resource: read.resource.map(|raw| read_verbatim(document, "resource", raw)).transpose()?,
        extensions: read.extensions.map(|raw| read_verbatim(document, "extensions", raw)).transpose()?,
        received: as_written.then(|| raw.to_owned()),
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RequiredOut<'a> {
    x402_version: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    resource: RawOr<'a, &'a ResourceInfo>,
    accepts: Vec<RawOr<'a, RequirementsOut<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extensions: Option<RawOr<'a, &'a Extra>>,
}

pub(super) fn required(offer: &PaymentRequired) -> RequiredOut<'_> {
    RequiredOut {
        x402_version: 2,
        error: offer.error.as_deref(),
        resource: RawOr::verbatim(&offer.resource),
        accepts: offer.accepts.iter().map(requirements).collect(),
        extensions: offer.extensions.as_ref().map(RawOr::verbatim),
    }
}

/// What was received in this version, as it was received; else what we make of the model.
#[derive(Serialize)]
#[serde(untagged)]
enum RawOr<'a, T> {
    Raw(&'a RawValue),
    Made(T),
}

impl<'a, T> RawOr<'a, &'a T> {
    fn verbatim(value: &'a Verbatim<T>) -> Self {
        value.raw_in(X402Version::V2).map_or_else(|| Self::Made(&**value), Self::Raw)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequirementsOut<'a> {
    scheme: &'a str,
    network: String,
    amount: String,
    asset: &'a str,
    pay_to: &'a str,
    max_timeout_seconds: u64,
    #[serde(skip_serializing_if = "Extra::is_empty")]
    extra: &'a Extra,
    #[serde(flatten)]
    unknown: &'a Extra,
}

fn requirements(of: &Verbatim<PaymentRequirements>) -> RawOr<'_, RequirementsOut<'_>> {
    if let Some(raw) = of.raw_in(X402Version::V2) {
        return RawOr::Raw(raw);
    }
    RawOr::Made(RequirementsOut {
        scheme: of.scheme.as_str(),
        network: of.network.to_string(),
        amount: of.amount.to_string(),
        asset: of.asset.as_str(),
        pay_to: of.pay_to.as_str(),
        max_timeout_seconds: of.max_timeout_seconds,
        extra: &of.extra,
        unknown: &of.unknown,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PayloadOut<'a> {
    x402_version: u64,
    payload: SchemePayloadOut<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extensions: Option<RawOr<'a, &'a Extra>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<RawOr<'a, &'a ResourceInfo>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted: Option<RawOr<'a, RequirementsOut<'a>>>,
}

/// The payment as received, or as made from the model.
pub(super) fn payload(of: &PaymentPayload) -> impl Serialize + '_ {
    match &of.received {
        Some(raw) => RawOr::Raw(raw),
        None => RawOr::Made(PayloadOut {
            x402_version: 2,
            payload: scheme_payload(&of.payload),
            extensions: of.extensions.as_ref().map(RawOr::verbatim),
            resource: of.resource.as_ref().map(RawOr::verbatim),
            accepted: of.accepted.as_ref().map(requirements),
        }),
    }
}

pub(super) fn facilitator_request(request: &FacilitatorRequest) -> impl Serialize + '_ {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body<'a, P> {
        x402_version: u64,
        payment_payload: P,
        payment_requirements: RawOr<'a, RequirementsOut<'a>>,
    }

    Body {
        x402_version: 2,
        payment_payload: payload(request.payload()),
        payment_requirements: requirements(request.requirements()),
    }
}
