//! Where the sandbox's ids, keys and credentials come from.

use alloy_primitives::{B256, U256, keccak256};
use k256::ecdsa::SigningKey;
use uuid::Uuid;

/// A stream of unpredictable words, or of repeatable ones when the seed is chosen.
///
/// Each word is `keccak256(seed, counter)`: who sees some of them learns nothing of the others.
#[derive(Clone)]
pub(super) struct Entropy {
    seed: B256,
    counter: u64,
}

impl Entropy {
    /// Seeds the stream from the operating system.
    pub(super) fn random() -> Result<Self, getrandom::Error> {
        let mut seed = B256::ZERO;
        getrandom::fill(seed.as_mut_slice())?;
        Ok(Self { seed, counter: 0 })
    }

    /// Seeds the stream so that it is the same every time.
    pub(super) fn seeded(seed: u64) -> Self {
        Self { seed: keccak256(seed.to_be_bytes()), counter: 0 }
    }

    /// Another stream, that takes nothing from this one.
    pub(super) fn fork(&self, label: &str) -> Self {
        Self { seed: keccak256([self.seed.as_slice(), label.as_bytes()].concat()), counter: 0 }
    }

    /// A number less than this, or 0 if there is none.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        let word = U256::from_be_bytes(self.word().0);
        word.checked_rem(U256::from(bound)).unwrap_or_default().to()
    }

    pub(super) fn word(&mut self) -> B256 {
        self.counter += 1;
        let mut input = [0; 40];
        let (seed, counter) = input.split_at_mut(32);
        seed.copy_from_slice(self.seed.as_slice());
        counter.copy_from_slice(&self.counter.to_be_bytes());
        keccak256(input)
    }

    /// A version 4 UUID: one client checks version and variant.
    pub(super) fn uuid(&mut self) -> Uuid {
        let word = self.word();
        let bytes = word.first_chunk().expect("a word is twice as long as a UUID");
        uuid::Builder::from_random_bytes(*bytes).into_uuid()
    }

    /// A private key.
    pub(super) fn key(&mut self) -> SigningKey {
        loop {
            // One word in 2^128 is not a key.
            if let Ok(key) = SigningKey::from_slice(self.word().as_slice()) {
                return key;
            }
        }
    }

    /// 64 hexadecimal digits.
    pub(super) fn hex(&mut self) -> String {
        alloy_primitives::hex::encode(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_the_stream_and_chance_does_not() {
        let (mut a, mut b) = (Entropy::seeded(7), Entropy::seeded(7));
        assert_eq!([a.uuid(), a.uuid()], [b.uuid(), b.uuid()]);
        assert_ne!(a.word(), a.word());
        assert_ne!(Entropy::random().unwrap().word(), Entropy::random().unwrap().word());
    }

    #[test]
    fn uuids_are_version_4_of_the_rfc_variant() {
        let uuid = Entropy::seeded(0).uuid();
        assert_eq!(uuid.get_version_num(), 4);
        assert_eq!(uuid.get_variant(), uuid::Variant::RFC4122);
    }
}
