//! The buyer's key.

use std::fmt;

use alloy_primitives::{Address, hex, keccak256};
use k256::ecdsa::SigningKey;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::wallet::address_of;

/// The private key of the sandbox's buyer, who holds the test USDC.
///
/// # Security
///
/// Everybody knows it: `keccak256("x402 sandbox buyer")`. Its USDC exists in the sandbox only; never send it anything
/// of worth. It is kept out of `Debug` and wiped from memory like a real one all the same.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct BuyerKey([u8; 32]);

impl BuyerKey {
    /// The key and its address: `keccak256("x402 sandbox buyer")`, the same in every sandbox, so that programs which
    /// want to pay in one need not be told.
    pub(super) fn well_known() -> (Self, Address) {
        let word = keccak256("x402 sandbox buyer");
        let key = SigningKey::from_slice(word.as_slice()).expect("a test makes this key");
        (Self(word.0), address_of(&key))
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
