//! The facilitator's answers. Both versions have the same members; only the network is spelled differently.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    document::{DecodeError, DecodeErrorKind, Document, to_json},
    field, v1,
};
use crate::{
    address::ChainAddress,
    network::Network,
    reason::Reason,
    requirements::{Extra, Scheme},
    settlement::SettleResponse,
    supported::{SupportedKind, SupportedResponse},
    verification::VerifyResponse,
    version::X402Version,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VerifyIn {
    is_valid: bool,
    #[serde(default, deserialize_with = "field::reason")]
    invalid_reason: Option<Reason>,
    #[serde(default, deserialize_with = "field::optional_address")]
    payer: Option<ChainAddress>,
}

/// Reads a facilitator's answer to `/verify`.
///
/// # Errors
///
/// If it is not JSON or has no boolean `isValid`.
pub fn decode_verify_response(json: &[u8]) -> Result<VerifyResponse, DecodeError> {
    let VerifyIn { is_valid, invalid_reason, payer } = Document("verify answer").read_all(json)?;
    Ok(VerifyResponse { is_valid, invalid_reason: invalid_reason.filter(|_| !is_valid), payer })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VerifyOut<'a> {
    is_valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    invalid_reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer: Option<&'a str>,
}

/// Writes an answer to `/verify`.
#[must_use]
pub fn encode_verify_response(answer: &VerifyResponse) -> Vec<u8> {
    to_json(&VerifyOut {
        is_valid: answer.is_valid,
        invalid_reason: answer.invalid_reason.as_ref().map(Reason::as_str),
        payer: answer.payer.as_ref().map(ChainAddress::as_str),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SettleIn {
    success: bool,
    #[serde(default, deserialize_with = "field::reason")]
    error_reason: Option<Reason>,
    transaction: Option<String>,
    #[serde(default, deserialize_with = "field::optional_network")]
    network: Option<Network>,
    #[serde(default, deserialize_with = "field::optional_address")]
    payer: Option<ChainAddress>,
    amount: Option<String>,
    extensions: Option<Extra>,
}

/// Reads a facilitator's answer to `/settle`, or the receipt in `PAYMENT-RESPONSE` and `X-PAYMENT-RESPONSE`.
///
/// Networks are read in either spelling, and an absent or `null` transaction as none.
///
/// # Errors
///
/// If it is not JSON or has no boolean `success`.
pub fn decode_settle_response(json: &[u8]) -> Result<SettleResponse, DecodeError> {
    let read: SettleIn = Document("settle answer").read_all(json)?;
    Ok(SettleResponse {
        success: read.success,
        error_reason: read.error_reason.filter(|_| !read.success),
        transaction: read.transaction.unwrap_or_default(),
        network: read.network,
        payer: read.payer,
        // Schemes that settle nothing write an empty amount.
        amount: read.amount.and_then(|amount| amount.parse().ok()),
        extensions: read.extensions,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SettleOut<'a> {
    success: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_reason: Option<&'a str>,
    transaction: &'a str,
    network: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extensions: Option<&'a Extra>,
}

/// Writes an answer to `/settle`, or a receipt.
#[must_use]
pub fn encode_settle_response(answer: &SettleResponse, version: X402Version) -> Vec<u8> {
    to_json(&SettleOut {
        success: answer.success,
        error_reason: answer.error_reason.as_ref().map(Reason::as_str),
        transaction: &answer.transaction,
        network: answer.network.as_ref().map(|network| spell(network, version)).unwrap_or_default(),
        payer: answer.payer.as_ref().map(ChainAddress::as_str),
        amount: answer.amount.map(|amount| amount.to_string()),
        extensions: answer.extensions.as_ref(),
    })
}

fn spell(network: &Network, version: X402Version) -> String {
    match version {
        X402Version::V1 => v1::name(network),
        X402Version::V2 => network.to_string(),
    }
}

#[derive(Deserialize)]
struct SupportedIn {
    kinds: Vec<KindIn>,
    extensions: Option<Vec<String>>,
    signers: Option<Extra>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct KindIn {
    x402_version: u64,
    scheme: String,
    network: String,
    extra: Option<Value>,
}

/// Reads a facilitator's answer to `/supported`. Kinds of a version that this crate does not speak are left out.
///
/// # Errors
///
/// If it is not JSON, has no `kinds`, or a kind is malformed.
pub fn decode_supported_response(json: &[u8]) -> Result<SupportedResponse, DecodeError> {
    let document = Document("supported answer");
    let read: SupportedIn = document.read_all(json)?;
    let mut kinds = Vec::with_capacity(read.kinds.len());
    for (i, kind) in read.kinds.into_iter().enumerate() {
        let Ok(version) = X402Version::try_from(kind.x402_version) else { continue };
        let network = match version {
            X402Version::V1 => Network::from_v1_name(&kind.network),
            X402Version::V2 => kind.network.parse().map_err(|error: crate::network::ParseNetworkError| {
                document.fail(DecodeErrorKind::Shape, &format!("kinds[{i}].network: "), &error.to_string())
            })?,
        };
        kinds.push(SupportedKind { version, scheme: Scheme::new(&kind.scheme), network, extra: kind.extra });
    }
    Ok(SupportedResponse {
        kinds,
        extensions: read.extensions.unwrap_or_default(),
        signers: read.signers.unwrap_or_default(),
    })
}

#[derive(Serialize)]
struct SupportedOut<'a> {
    kinds: Vec<KindOut<'a>>,
    extensions: &'a [String],
    signers: &'a Extra,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KindOut<'a> {
    x402_version: u64,
    scheme: &'a str,
    network: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra: Option<&'a Value>,
}

/// Writes an answer to `/supported`.
#[must_use]
pub fn encode_supported_response(answer: &SupportedResponse) -> Vec<u8> {
    let kinds = answer.kinds.iter().map(|kind| KindOut {
        x402_version: kind.version.as_u64(),
        scheme: kind.scheme.as_str(),
        network: spell(&kind.network, kind.version),
        extra: kind.extra.as_ref(),
    });
    to_json(&SupportedOut { kinds: kinds.collect(), extensions: &answer.extensions, signers: &answer.signers })
}
