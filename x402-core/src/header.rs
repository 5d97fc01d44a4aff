//! The five headers.
//!
//! All of them carry base64 of JSON. Written is standard base64 with padding, which every peer reads; read is standard
//! base64 with or without padding. The URL-safe alphabet is refused, as most peers refuse it and one silently drops
//! its characters.

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use http::{HeaderMap, HeaderName, HeaderValue, header::AsHeaderName};

use crate::{
    payload::PaymentPayload,
    requirements::PaymentRequired,
    settlement::SettleResponse,
    version::X402Version,
    wire::{self, DecodeError, DecodeErrorKind},
};

/// v2, server to client: the offer.
pub const PAYMENT_REQUIRED: HeaderName = HeaderName::from_static("payment-required");
/// v2, client to server: the payment.
pub const PAYMENT_SIGNATURE: HeaderName = HeaderName::from_static("payment-signature");
/// v2, server to client: the receipt.
pub const PAYMENT_RESPONSE: HeaderName = HeaderName::from_static("payment-response");
/// v1, client to server: the payment.
pub const X_PAYMENT: HeaderName = HeaderName::from_static("x-payment");
/// v1, server to client: the receipt.
pub const X_PAYMENT_RESPONSE: HeaderName = HeaderName::from_static("x-payment-response");

/// The most bytes of a payment header that are read, unless configured otherwise: 16 KiB.
pub const DEFAULT_MAX_LEN: usize = 16 * 1024;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The header that carries a payment of this version.
#[must_use]
pub const fn payment_header(version: X402Version) -> HeaderName {
    match version {
        X402Version::V1 => X_PAYMENT,
        X402Version::V2 => PAYMENT_SIGNATURE,
    }
}

/// The header that carries a receipt of this version.
#[must_use]
pub const fn receipt_header(version: X402Version) -> HeaderName {
    match version {
        X402Version::V1 => X_PAYMENT_RESPONSE,
        X402Version::V2 => PAYMENT_RESPONSE,
    }
}

/// Base64 as a header value.
fn encode(json: &[u8]) -> HeaderValue {
    // Base64 is visible ASCII, so that this cannot fail.
    HeaderValue::try_from(BASE64.encode(json)).unwrap_or_else(|_| HeaderValue::from_static(""))
}

fn decode(document: &'static str, value: &HeaderValue) -> Result<Vec<u8>, DecodeError> {
    BASE64
        .decode(value.as_bytes())
        .map_err(|_| DecodeError::new(document, DecodeErrorKind::Base64, "the header is not standard base64"))
}

/// Writes the value of `PAYMENT-REQUIRED`.
#[must_use]
pub fn encode_payment_required(offer: &PaymentRequired) -> HeaderValue {
    encode(&wire::encode_payment_required(offer, X402Version::V2))
}

/// Reads the value of `PAYMENT-REQUIRED`.
///
/// # Errors
///
/// If it is not base64 of a v2 offer.
pub fn decode_payment_required(value: &HeaderValue) -> Result<PaymentRequired, DecodeError> {
    wire::decode_payment_required_in(X402Version::V2, &decode("payment offer", value)?)
}

/// Writes the value of [the payment's header](payment_header), marked sensitive: whoever sees it can spend it.
#[must_use]
pub fn encode_payment(payload: &PaymentPayload) -> HeaderValue {
    let mut value = encode(&wire::encode_payment_payload(payload));
    value.set_sensitive(true);
    value
}

/// Reads the value of `PAYMENT-SIGNATURE` or `X-PAYMENT`.
///
/// # Errors
///
/// If it is not base64 of a payment.
pub fn decode_payment(value: &HeaderValue) -> Result<PaymentPayload, DecodeError> {
    wire::decode_payment_payload(&decode("payment payload", value)?)
}

/// Writes the value of [the receipt's header](receipt_header).
#[must_use]
pub fn encode_receipt(answer: &SettleResponse, version: X402Version) -> HeaderValue {
    encode(&wire::encode_settle_response(answer, version))
}

/// Reads the receipt of a response: `PAYMENT-RESPONSE`, else `X-PAYMENT-RESPONSE`, else none.
///
/// # Errors
///
/// If the header is not base64 of a receipt.
pub fn read_receipt(headers: &HeaderMap) -> Result<Option<SettleResponse>, DecodeError> {
    let Some(value) = headers.get(PAYMENT_RESPONSE).or_else(|| headers.get(X_PAYMENT_RESPONSE)) else {
        return Ok(None);
    };
    wire::decode_settle_response(&decode("settle answer", value)?).map(Some)
}

/// Reads the payment of a request, if there is one.
///
/// # Errors
///
/// If there is more than one payment, it is longer than `max_len` bytes, or it cannot be read.
pub fn read_payment(headers: &HeaderMap, max_len: usize) -> Result<Option<PaymentPayload>, PaymentHeaderError> {
    let v1 = only_value(headers, X_PAYMENT)?;
    let v2 = only_value(headers, PAYMENT_SIGNATURE)?;
    let (version, value) = match (v1, v2) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => return Err(PaymentHeaderError::TwoVersions),
        (Some(value), None) => (X402Version::V1, value),
        (None, Some(value)) => (X402Version::V2, value),
    };
    if value.len() > max_len {
        return Err(PaymentHeaderError::TooLong { max_len });
    }
    // A proxy joins two headers to "a, b" (attack 9); neither half may be picked.
    if value.as_bytes().contains(&b',') {
        return Err(PaymentHeaderError::Repeated);
    }
    let payload = decode_payment(value)?;
    if payload.version() != version {
        return Err(PaymentHeaderError::WrongVersion { header: version, payload: payload.version() });
    }
    Ok(Some(payload))
}

/// The one value of a header; an empty one is none, as it is for the reference servers.
fn only_value<K: AsHeaderName>(headers: &HeaderMap, name: K) -> Result<Option<&HeaderValue>, PaymentHeaderError> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (_, Some(_)) => Err(PaymentHeaderError::Repeated),
        (value, None) => Ok(value.filter(|value| !value.is_empty())),
    }
}

/// Why a request's payment was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PaymentHeaderError {
    /// The header's content is no payment.
    #[error("malformed payment header")]
    Malformed(#[from] DecodeError),
    /// The payment header stands twice.
    #[error("the payment header stands more than once")]
    Repeated,
    /// The header is too long.
    #[error("the payment header is longer than {max_len} bytes")]
    TooLong {
        /// The most that is read.
        max_len: usize,
    },
    /// Both `PAYMENT-SIGNATURE` and `X-PAYMENT`.
    #[error("there are payments of both protocol versions")]
    TwoVersions,
    /// The payment is of another version than its header.
    #[error("a {payload} payment stands in the {header} header")]
    WrongVersion {
        /// The header's version.
        header: X402Version,
        /// The payment's version.
        payload: X402Version,
    },
}
