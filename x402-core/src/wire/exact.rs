//! The part of a payment that both versions share: the scheme's own.

use alloy_primitives::{Address, B256, Bytes, U256};
use serde::{Deserialize, Serialize, de::IgnoredAny};
use serde_json::value::RawValue;

use super::{
    document::{DecodeError, Document},
    field,
};
use crate::{
    exact::{Authorization, ExactPayload},
    payload::SchemePayload,
    requirements::{Extra, Scheme},
    signature::Signature,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExactIn {
    authorization: AuthorizationIn,
    #[serde(deserialize_with = "field::signature")]
    signature: Bytes,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AuthorizationIn {
    #[serde(deserialize_with = "field::evm_address")]
    from: Address,
    #[serde(deserialize_with = "field::evm_address")]
    to: Address,
    #[serde(deserialize_with = "field::uint256")]
    value: U256,
    #[serde(deserialize_with = "field::uint256")]
    valid_after: U256,
    #[serde(deserialize_with = "field::uint256")]
    valid_before: U256,
    #[serde(deserialize_with = "field::nonce")]
    nonce: B256,
}

/// The part that both versions share.
pub(super) struct SchemePayloadIn {
    pub(super) payload: SchemePayload,
    /// Whether it is as it was written, so that the payment may go on as it came.
    pub(super) as_written: bool,
}

/// Another scheme's payload, and `exact` by another transfer method, is kept as it is. A signature's `v` of 0 or 1 is
/// read as 27 or 28, which is what tokens take.
pub(super) fn read_scheme_payload(
    document: Document,
    scheme: &Scheme,
    raw: &RawValue,
) -> Result<SchemePayloadIn, DecodeError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Permit {
        permit2_authorization: Option<IgnoredAny>,
    }

    // Also beside an EIP-3009 authorization: we would claim that one, and a facilitator could settle the permit.
    if *scheme != Scheme::EXACT || document.read::<Permit>("payload", raw)?.permit2_authorization.is_some() {
        let payload = document.read("payload", raw).map(SchemePayload::Other)?;
        return Ok(SchemePayloadIn { payload, as_written: true });
    }
    let ExactIn { authorization, signature: written } = document.read("payload", raw)?;
    let authorization = Authorization {
        from: authorization.from,
        to: authorization.to,
        value: authorization.value,
        valid_after: authorization.valid_after,
        valid_before: authorization.valid_before,
        nonce: authorization.nonce,
    };
    let signature = match Signature::from_bytes(&written) {
        Ok(signature) => Bytes::copy_from_slice(&signature.to_bytes()),
        Err(_) => written.clone(),
    };
    let as_written = signature == written;
    Ok(SchemePayloadIn { payload: SchemePayload::Exact(ExactPayload { authorization, signature }), as_written })
}

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum SchemePayloadOut<'a> {
    Exact { signature: String, authorization: AuthorizationOut },
    Other(&'a Extra),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AuthorizationOut {
    from: String,
    to: String,
    value: String,
    valid_after: String,
    valid_before: String,
    nonce: String,
}

pub(super) fn scheme_payload(of: &SchemePayload) -> SchemePayloadOut<'_> {
    let ExactPayload { authorization: signed, signature } = match of {
        SchemePayload::Exact(exact) => exact,
        SchemePayload::Other(members) => return SchemePayloadOut::Other(members),
    };
    SchemePayloadOut::Exact {
        signature: signature.to_string(),
        authorization: AuthorizationOut {
            from: signed.from.to_checksum(None),
            to: signed.to.to_checksum(None),
            value: signed.value.to_string(),
            valid_after: signed.valid_after.to_string(),
            valid_before: signed.valid_before.to_string(),
            nonce: signed.nonce.to_string(),
        },
    }
}
