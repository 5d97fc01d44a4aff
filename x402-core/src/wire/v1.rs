//! Version 1: the offer is a body, networks have names, the resource stands in every entry
//! ([specification](https://github.com/coinbase/x402/blob/main/specs/x402-specification-v1.md)).

use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

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
struct RequiredIn<'a> {
    error: Option<String>,
    #[serde(borrow)]
    accepts: Vec<&'a RawValue>,
}

pub(super) fn read_required(document: Document, raw: &RawValue) -> Result<PaymentRequired, DecodeError> {
    let required: RequiredIn<'_> = document.read("", raw)?;
    let entries = required.accepts.iter().enumerate();
    let entries = readable(entries.map(|(i, raw)| read_requirements(document, &format!("accepts[{i}]"), raw)))?;
    let resource = entries.first().map(|(_, resource)| resource.clone());
    Ok(PaymentRequired {
        error: required.error,
        resource: resource.unwrap_or_default().into(),
        accepts: entries.into_iter().map(|(requirements, _)| requirements).collect(),
        extensions: None,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequirementsIn {
    scheme: String,
    #[serde(deserialize_with = "field::v1_network")]
    network: Network,
    #[serde(deserialize_with = "field::amount")]
    max_amount_required: Amount,
    resource: String,
    description: Option<String>,
    mime_type: Option<String>,
    output_schema: Option<Value>,
    #[serde(deserialize_with = "field::chain_address")]
    pay_to: ChainAddress,
    #[serde(deserialize_with = "field::seconds")]
    max_timeout_seconds: u64,
    #[serde(deserialize_with = "field::chain_address")]
    asset: ChainAddress,
    extra: Option<Extra>,
    #[serde(flatten)]
    unknown: Extra,
}

pub(super) fn read_requirements(
    document: Document,
    at: &str,
    raw: &RawValue,
) -> Result<(Verbatim<PaymentRequirements>, ResourceInfo), DecodeError> {
    let read: RequirementsIn = document.read(at, raw)?;
    let requirements = PaymentRequirements {
        scheme: Scheme::new(&read.scheme),
        network: read.network,
        amount: read.max_amount_required,
        asset: read.asset,
        pay_to: read.pay_to,
        max_timeout_seconds: read.max_timeout_seconds,
        extra: read.extra.unwrap_or_default(),
        output_schema: read.output_schema,
        unknown: read.unknown,
    };
    let mut resource = ResourceInfo::new(read.resource);
    resource.description = read.description;
    resource.mime_type = read.mime_type;
    Ok((Verbatim::received(requirements, X402Version::V1, raw), resource))
}

#[derive(Deserialize)]
struct PayloadIn<'a> {
    scheme: String,
    #[serde(deserialize_with = "field::v1_network")]
    network: Network,
    #[serde(borrow)]
    payload: &'a RawValue,
}

pub(super) fn read_payload(document: Document, raw: &RawValue) -> Result<PaymentPayload, DecodeError> {
    let read: PayloadIn<'_> = document.read("", raw)?;
    let scheme = Scheme::new(&read.scheme);
    let SchemePayloadIn { payload, as_written } = read_scheme_payload(document, &scheme, read.payload)?;
    Ok(PaymentPayload {
        version: X402Version::V1,
        payload,
        scheme,
        network: read.network,
        accepted: None,
        resource: None,
        extensions: None,
        received: as_written.then(|| raw.to_owned()),
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RequiredOut<'a> {
    x402_version: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    accepts: Vec<RawOr<'a>>,
}

pub(super) fn required(offer: &PaymentRequired) -> RequiredOut<'_> {
    let for_v1_clients = offer.accepts.iter().filter(|entry| entry.network.is_known_to_v1_clients());
    RequiredOut {
        x402_version: 1,
        error: offer.error.as_deref(),
        accepts: for_v1_clients.map(|entry| requirements(entry, &offer.resource)).collect(),
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum RawOr<'a> {
    Raw(&'a RawValue),
    Made(Box<RequirementsOut<'a>>),
}

/// `description` and `mimeType` are always written: the published clients refuse an entry without them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequirementsOut<'a> {
    scheme: &'a str,
    network: String,
    max_amount_required: String,
    resource: &'a str,
    description: &'a str,
    mime_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_schema: Option<&'a Value>,
    pay_to: &'a str,
    max_timeout_seconds: u64,
    asset: &'a str,
    #[serde(skip_serializing_if = "Extra::is_empty")]
    extra: &'a Extra,
    #[serde(flatten)]
    unknown: &'a Extra,
}

fn requirements<'a>(of: &'a Verbatim<PaymentRequirements>, resource: &'a ResourceInfo) -> RawOr<'a> {
    if let Some(raw) = of.raw_in(X402Version::V1) {
        return RawOr::Raw(raw);
    }
    RawOr::Made(Box::new(RequirementsOut {
        scheme: of.scheme.as_str(),
        network: name(&of.network),
        max_amount_required: of.amount.to_string(),
        resource: &resource.url,
        description: resource.description.as_deref().unwrap_or_default(),
        mime_type: resource.mime_type.as_deref().unwrap_or_default(),
        output_schema: of.output_schema.as_ref(),
        pay_to: of.pay_to.as_str(),
        max_timeout_seconds: of.max_timeout_seconds,
        asset: of.asset.as_str(),
        extra: &of.extra,
        unknown: &of.unknown,
    }))
}

/// A network without a v1 name keeps its CAIP-2 identifier.
pub(super) fn name(network: &Network) -> String {
    network.v1_name().map_or_else(|| network.to_string(), str::to_owned)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PayloadMade<'a> {
    x402_version: u64,
    scheme: &'a str,
    network: String,
    payload: SchemePayloadOut<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum PayloadOut<'a> {
    Received(&'a RawValue),
    Made(PayloadMade<'a>),
}

/// The payment as received, or as made from the model.
pub(super) fn payload(of: &PaymentPayload) -> impl Serialize + '_ {
    match &of.received {
        Some(raw) => PayloadOut::Received(raw),
        None => PayloadOut::Made(PayloadMade {
            x402_version: 1,
            scheme: of.scheme.as_str(),
            network: name(&of.network),
            payload: scheme_payload(&of.payload),
        }),
    }
}

pub(super) fn facilitator_request(request: &FacilitatorRequest) -> impl Serialize + '_ {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body<'a, P> {
        x402_version: u64,
        payment_payload: P,
        payment_requirements: RawOr<'a>,
    }

    Body {
        x402_version: 1,
        payment_payload: payload(request.payload()),
        payment_requirements: requirements(request.requirements(), request.resource()),
    }
}
