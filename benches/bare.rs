//! Recovery by the libraries alone: what a check of a payment cannot be cheaper than.

use alloy_primitives::{Address, keccak256};

/// The signer of a hash, by `k256` alone. `signature` is `r || s || v` with `v` 27 or 28.
#[must_use]
pub fn k256(hash: &[u8; 32], signature: &[u8; 65]) -> Option<Address> {
    use k256::ecdsa::{RecoveryId, Signature, VerifyingKey};

    let [rs @ .., v] = signature;
    let rs = Signature::from_slice(rs).ok()?;
    let id = RecoveryId::from_byte(v.checked_sub(27)?)?;
    let key = VerifyingKey::recover_from_prehash(hash, &rs, id).ok()?;
    Some(Address::from_word(keccak256(key.to_sec1_point(false).as_bytes().get(1..)?)))
}

/// The signer of a hash, by libsecp256k1 alone.
#[cfg(feature = "secp256k1")]
#[must_use]
pub fn secp256k1(hash: &[u8; 32], signature: &[u8; 65]) -> Option<Address> {
    use secp256k1::{
        Message,
        ecdsa::{RecoverableSignature, RecoveryId},
    };

    let [rs @ .., v] = signature;
    let id = RecoveryId::try_from(i32::from(v.checked_sub(27)?)).ok()?;
    let key = RecoverableSignature::from_compact(rs, id).ok()?.recover(Message::from_digest(*hash)).ok()?;
    Some(Address::from_word(keccak256(key.serialize_uncompressed().get(1..)?)))
}

/// The signer of a hash, by the library that `x402-core` is built with here.
#[must_use]
pub fn compiled_in(hash: &[u8; 32], signature: &[u8; 65]) -> Option<Address> {
    #[cfg(feature = "secp256k1")]
    return secp256k1(hash, signature);
    #[cfg(not(feature = "secp256k1"))]
    k256(hash, signature)
}

/// The name of the library that `x402-core` is built with here.
pub const COMPILED_IN: &str = if cfg!(feature = "secp256k1") { "libsecp256k1" } else { "k256" };
