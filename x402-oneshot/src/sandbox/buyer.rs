//! The buyer's key.

use std::fmt;

use alloy_primitives::{Address, hex};
use k256::ecdsa::SigningKey;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::entropy::Entropy;

/// The private key of the sandbox's buyer, who holds the test USDC.
///
/// # Security
///
/// Made up at the start and worth nothing: its USDC exists in the sandbox only. It is kept out of `Debug` and wiped
/// from memory like a real one all the same.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct BuyerKey([u8; 32]);

impl BuyerKey {
    /// A fresh key and its address.
    pub(super) fn generate(entropy: &mut Entropy) -> (Self, Address) {
        loop {
            let word = entropy.word();
            // All but one word in 2^128 are keys.
            if let Ok(key) = SigningKey::from_slice(word.as_slice()) {
                let point = key.verifying_key().to_sec1_point(false);
                let (_, coordinates) = point.as_bytes().split_at(1);
                return (Self(word.0), Address::from_raw_public_key(coordinates));
            }
        }
    }

    /// The key as bytes, for a signer.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// The key as `0x` and 64 hexadecimal digits, which is how wallets and command lines take it.
    #[must_use]
    pub fn to_hex(&self) -> String {
        hex::encode_prefixed(self.0)
    }
}

impl fmt::Debug for BuyerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BuyerKey([redacted])")
    }
}
