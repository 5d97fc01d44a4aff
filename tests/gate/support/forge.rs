//! Payments that are bent after they were signed.

use alloy_primitives::{U256, hex, uint};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderName, HeaderValue};
use serde_json::Value;

/// The order of secp256k1.
const ORDER: U256 = uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256);

/// The document in a payment header.
pub(crate) fn document((_, value): &(HeaderName, HeaderValue)) -> Value {
    serde_json::from_slice(&STANDARD.decode(value.as_bytes()).unwrap()).unwrap()
}

/// A payment header of this text.
pub(crate) fn encoded(name: &HeaderName, text: impl AsRef<[u8]>) -> (HeaderName, HeaderValue) {
    (name.clone(), HeaderValue::try_from(STANDARD.encode(text)).unwrap())
}

/// The payment with its document changed.
pub(crate) fn bent(payment: &(HeaderName, HeaderValue), bend: impl FnOnce(&mut Value)) -> (HeaderName, HeaderValue) {
    let mut document = document(payment);
    bend(&mut document);
    encoded(&payment.0, document.to_string())
}

/// The other signature that recovers to the same signer: `s` negated, the parity flipped.
pub(crate) fn twin(signature: &str) -> String {
    let mut bytes: [u8; 65] = hex::decode(signature).unwrap().try_into().unwrap();
    let s = U256::from_be_slice(&bytes[32..64]);
    bytes[32..64].copy_from_slice(&(ORDER - s).to_be_bytes::<32>());
    bytes[64] = 55 - bytes[64];
    hex::encode_prefixed(bytes)
}
