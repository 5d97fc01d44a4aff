//! The word that tells the page's own scripts and styles from any other.

use std::{
    hash::{BuildHasher as _, RandomState},
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

use alloy_primitives::{hex, keccak256};

/// A [nonce of the content security policy](https://www.w3.org/TR/CSP3/#security-nonces): 128 bits, new for each page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Nonce(String);

impl Nonce {
    /// Keccak-256 of a secret of this process and a count. The standard library keys its hashers from the operating
    /// system's randomness; a crate for no more than that would be one more dependency of every server.
    pub(super) fn fresh() -> Self {
        static SECRET: LazyLock<[u64; 4]> = LazyLock::new(|| {
            // Each has a key of its own.
            [(); 4].map(|()| RandomState::new().hash_one("x402 paywall"))
        });
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let mut words = SECRET.to_vec();
        words.push(COUNT.fetch_add(1, Ordering::Relaxed));
        let bytes: Vec<u8> = words.into_iter().flat_map(u64::to_le_bytes).collect();
        let word = keccak256(bytes);
        let (half, _) = word.split_at(16);
        Self(hex::encode(half))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn it_is_new_each_time_and_fits_into_a_header_and_an_attribute() {
        let nonces: HashSet<String> = (0..1000).map(|_| Nonce::fresh().as_str().to_owned()).collect();
        assert_eq!(nonces.len(), 1000);
        assert!(nonces.iter().all(|nonce| nonce.len() == 32 && nonce.chars().all(|c| c.is_ascii_hexdigit())));
    }
}
