//! The `payment-identifier` extension: a payer names a payment, and can ask for its response again
//! ([extension](https://github.com/coinbase/x402/blob/main/specs/extensions/payment_identifier.md)).

use std::fmt;

use alloy_primitives::{B256, keccak256};
use serde_json::{Map, json};

use super::{Offers, Refusal};
use crate::{payload::PaymentPayload, reason::Reason, requirements::Extra, version::X402Version, wire};

pub(crate) const KEY: &str = "payment-identifier";

/// Whether a payer must name its payments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Identifiers {
    /// It may.
    Optional,
    /// It must: a payment without an identifier is refused with 400.
    Required,
}

impl Identifiers {
    fn is_required(self) -> bool {
        self == Self::Required
    }

    /// What is declared in `extensions`.
    pub(super) fn declaration(self) -> Extra {
        let declared = json!({
            "info": { "required": self.is_required() },
            "schema": {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "type": "object",
                "properties": {
                    "required": { "type": "boolean" },
                    "id": { "type": "string", "minLength": 16, "maxLength": 128, "pattern": "^[a-zA-Z0-9_-]+$" },
                },
                "required": ["required"],
            },
        });
        Map::from_iter([(KEY.to_owned(), declared)])
    }
}

/// The name that a payer gave a payment: 16 to 128 of `a-zA-Z0-9_-`.
///
/// It is chosen by the payer, and proves nothing. [`PaymentIdentifier::scope`] binds it to what was asked, and
/// [`PaymentIdentifier::fingerprint`] to the payment.
#[derive(Clone, PartialEq, Eq)]
pub struct PaymentIdentifier {
    id: Box<str>,
    resource: B256,
    fingerprint: B256,
}

impl PaymentIdentifier {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.id
    }

    /// What the identifier is unique for: the resource, and whatever else tells one request from another, such as
    /// method and path.
    #[must_use]
    pub fn scope(&self, request: &[u8]) -> B256 {
        let mut scope = Vec::with_capacity(64 + self.id.len());
        scope.extend_from_slice(self.resource.as_slice());
        scope.extend_from_slice(keccak256(request).as_slice());
        scope.extend_from_slice(self.id.as_bytes());
        keccak256(scope)
    }

    /// The payment that was named, to the byte: the same identifier with another payment is a conflict.
    #[must_use]
    pub const fn fingerprint(&self) -> B256 {
        self.fingerprint
    }
}

impl fmt::Debug for PaymentIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PaymentIdentifier").field(&self.id).finish()
    }
}

impl Offers {
    /// The identifier of a payment, if it has one and the route [declared](Offers::payment_identifiers) them.
    ///
    /// # Errors
    ///
    /// [`Malformed`](super::RefusalKind::Malformed) if it is required and missing, or is none;
    /// [`Invalid`](super::RefusalKind::Invalid) with `extension_echo_mismatch` if the payment contradicts the
    /// declaration.
    pub fn identifier(&self, payload: &PaymentPayload) -> Result<Option<PaymentIdentifier>, Refusal> {
        let Some(identifiers) = self.declared_identifiers() else { return Ok(None) };
        let missing = || match identifiers.is_required() {
            true => Err(Refusal::malformed(Reason::IDENTIFIER_REQUIRED)),
            false => Ok(None),
        };
        // v1 has no extensions.
        let echoed = match payload.version() {
            X402Version::V1 => None,
            X402Version::V2 => payload.extensions().and_then(|extensions| extensions.get(KEY)),
        };
        let Some(echoed) = echoed else { return missing() };
        let info = echoed.get("info").unwrap_or(echoed);
        if info.get("required").is_some_and(|required| required.as_bool() != Some(identifiers.is_required())) {
            return Err(Refusal::invalid(Reason::EXTENSION_ECHO_MISMATCH));
        }
        let Some(id) = info.get("id").filter(|id| !id.is_null()) else { return missing() };
        let is_id = |id: &&str| {
            (16..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
        };
        match id.as_str().filter(is_id) {
            Some(id) => Ok(Some(PaymentIdentifier {
                id: id.into(),
                resource: self.resource_hash(),
                fingerprint: keccak256(wire::encode_payment_payload(payload)),
            })),
            None => Err(Refusal::malformed(Reason::INVALID_IDENTIFIER)),
        }
    }
}
