//! Reading a document of either version.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use super::{strict::NoDuplicates, v1, v2};
use crate::{
    facilitator::FacilitatorRequest, payload::PaymentPayload, requirements::PaymentRequired, version::X402Version,
};

/// Why a document could not be read.
///
/// The message names the document and the member, and shows no more than a few characters of untrusted text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot read the {document}: {at}{message}")]
pub struct DecodeError {
    document: &'static str,
    kind: DecodeErrorKind,
    at: String,
    message: String,
}

/// What kind of fault a [`DecodeError`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The header is not base64.
    Base64,
    /// Not JSON, or JSON with a duplicate member.
    Json,
    /// JSON of another shape.
    Shape,
    /// An `x402Version` that this crate does not speak, or that does not fit where it stands.
    Version,
}

impl DecodeError {
    pub(crate) fn new(document: &'static str, kind: DecodeErrorKind, message: impl Into<String>) -> Self {
        Self { document, kind, at: String::new(), message: message.into() }
    }

    /// The kind of fault.
    #[must_use]
    pub const fn kind(&self) -> DecodeErrorKind {
        self.kind
    }
}

/// How much of serde's message is shown: it quotes the offending value whole.
const SHOWN: usize = 160;

/// A document's parts are read one by one from their text; this knows which document it is.
#[derive(Clone, Copy)]
pub(super) struct Document(pub(super) &'static str);

impl Document {
    /// Reads JSON, refusing duplicate members.
    pub(super) fn parse(self, json: &[u8]) -> Result<&RawValue, DecodeError> {
        let fail = |error: serde_json::Error| self.fail(DecodeErrorKind::Json, "", &error.to_string());
        serde_json::from_slice::<NoDuplicates>(json).map_err(fail)?;
        serde_json::from_slice(json).map_err(fail)
    }

    /// Reads one part of the document; `at` is where it stands.
    pub(super) fn read<'a, T: Deserialize<'a>>(self, at: &str, raw: &'a RawValue) -> Result<T, DecodeError> {
        let mut deserializer = serde_json::Deserializer::from_str(raw.get());
        serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
            let path = match (at, error.path().to_string()) {
                ("", path) if path == "." => String::new(),
                ("", path) => format!("{path}: "),
                (at, path) if path == "." => format!("{at}: "),
                (at, path) => format!("{at}.{path}: "),
            };
            self.fail(DecodeErrorKind::Shape, &path, &error.inner().to_string())
        })
    }

    /// Reads a document that is read whole.
    pub(super) fn read_all<T: DeserializeOwned>(self, json: &[u8]) -> Result<T, DecodeError> {
        self.read("", self.parse(json)?)
    }

    pub(super) fn fail(self, kind: DecodeErrorKind, at: &str, message: &str) -> DecodeError {
        // serde_json ends with a position in the part, which means nothing to whoever sees the whole.
        let message = message.split(" at line ").next().unwrap_or_default();
        let message = match message.char_indices().nth(SHOWN) {
            Some((end, _)) => format!("{}…", message.get(..end).unwrap_or_default()),
            None => message.to_owned(),
        };
        DecodeError { document: self.0, kind, at: at.to_owned(), message: message.escape_debug().to_string() }
    }

    /// The document's `x402Version`.
    pub(super) fn version(self, raw: &RawValue) -> Result<X402Version, DecodeError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Versioned {
            x402_version: u64,
        }

        let Versioned { x402_version } = self.read("", raw)?;
        X402Version::try_from(x402_version).map_err(|error| self.fail(DecodeErrorKind::Version, "", &error.to_string()))
    }
}

/// Reads a payment: the JSON in `PAYMENT-SIGNATURE` or `X-PAYMENT`.
///
/// # Errors
///
/// If the JSON is malformed, has a duplicate member, an unknown version, or members of wrong types.
pub fn decode_payment_payload(json: &[u8]) -> Result<PaymentPayload, DecodeError> {
    let document = Document("payment payload");
    read_payment_payload(document, document.parse(json)?)
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
/// As for [`decode_payment_payload`].
pub fn decode_facilitator_request(json: &[u8]) -> Result<FacilitatorRequest, DecodeError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body<'a> {
        #[serde(borrow)]
        payment_payload: &'a RawValue,
        #[serde(borrow)]
        payment_requirements: &'a RawValue,
    }

    let document = Document("facilitator request");
    let body: Body<'_> = document.read("", document.parse(json)?)?;
    let payload = read_payment_payload(document, body.payment_payload)?;
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
    match request.payload().version {
        X402Version::V1 => to_json(&v1::facilitator_request(request)),
        X402Version::V2 => to_json(&v2::facilitator_request(request)),
    }
}

/// Writes JSON.
///
/// Infallible: every document is built of strings, numbers and objects with string keys.
pub(super) fn to_json(document: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(document).unwrap_or_default()
}
