//! Signatures of externally owned accounts, and who made them.

use std::{fmt, str::FromStr};

use alloy_primitives::{Address, B256, U256, hex, keccak256, uint};

/// Half the order of secp256k1. A signature with a larger `s` is the malleated twin of one with a smaller
/// ([EIP-2](https://eips.ethereum.org/EIPS/eip-2)), and tokens refuse it.
const HALF_ORDER: U256 = uint!(0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0_U256);

/// A 65-byte ECDSA signature `r || s || v` over secp256k1.
///
/// Invariant: `s` is in the lower half of the group's order and the parity is a bit, so that one signature has one
/// spelling. It is always written with `v` 27 or 28, which every token takes.
///
/// ```
/// use x402_core::Signature;
///
/// let text = "0x2d6a7588d6acca505cbf0d9a4a227e0c52c6c34008c8e8986a12832597641736\
///             08a2ce6496642e377d6da8dbbf5836e9bd15092f9ecab05ded3d6293af148b571c";
/// let signature: Signature = text.parse()?;
/// assert_eq!(signature.to_string(), text);
/// assert_eq!(signature.v(), 28);
/// # Ok::<(), x402_core::signature::SignatureError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Signature {
    rs: [u8; 64],
    y_parity: bool,
}

impl Signature {
    /// Reads `r || s || v`; `v` may be 0, 1, 27 or 28.
    ///
    /// # Errors
    ///
    /// If there are not 65 bytes, `v` is another number, or `s` is in the upper half.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SignatureError> {
        let bytes: [u8; 65] = bytes.try_into().map_err(|_| SignatureError::Length(bytes.len()))?;
        let [rs @ .., v] = bytes;
        let y_parity = match v {
            0 | 27 => false,
            1 | 28 => true,
            _ => return Err(SignatureError::V(v)),
        };
        let signature = Self { rs, y_parity };
        if U256::from_be_bytes(signature.s().0) > HALF_ORDER {
            return Err(SignatureError::HighS);
        }
        Ok(signature)
    }

    /// `r || s || v`, with `v` 27 or 28.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 65] {
        let mut bytes = [0; 65];
        bytes[..64].copy_from_slice(&self.rs);
        bytes[64] = self.v();
        bytes
    }

    /// The first half.
    #[must_use]
    pub fn r(&self) -> B256 {
        B256::from_slice(&self.rs[..32])
    }

    /// The second half.
    #[must_use]
    pub fn s(&self) -> B256 {
        B256::from_slice(&self.rs[32..])
    }

    /// The recovery id as tokens take it: 27 or 28.
    #[must_use]
    pub const fn v(&self) -> u8 {
        27 + self.y_parity as u8
    }

    /// Who signed this hash.
    ///
    /// With feature `secp256k1` the work is done by libsecp256k1, else by `k256`; the answers are the same.
    ///
    /// # Errors
    ///
    /// If no key can have made this signature.
    ///
    /// # Security
    ///
    /// Almost every 65 bytes recover to *some* address. The answer means nothing until it is compared with the
    /// address that should have signed.
    pub fn recover(&self, hash: B256) -> Result<Address, SignatureError> {
        #[cfg(feature = "secp256k1")]
        return backend::secp256k1(self, hash);
        #[cfg(not(feature = "secp256k1"))]
        backend::k256(self, hash)
    }
}

impl FromStr for Signature {
    type Err = SignatureError;

    /// Reads `0x` and 130 hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, SignatureError> {
        // The decoder would take a second prefix.
        let digits = text.strip_prefix("0x").filter(|digits| !digits.starts_with("0x")).ok_or(SignatureError::Hex)?;
        Self::from_bytes(&hex::decode(digits).map_err(|_| SignatureError::Hex)?)
    }
}

/// `0x` and 130 hexadecimal digits, as the protocol carries it.
impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{}", hex::encode(self.to_bytes()))
    }
}

/// Only a stub: whoever holds the signature can spend the authorization, so that it does not belong into logs.
impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature([redacted])")
    }
}

/// Why bytes are not a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// `s` is in the upper half of the order: a malleated twin.
    #[error("the signature's s is in the upper half of the order")]
    HighS,
    /// Not hexadecimal behind `0x`.
    #[error("a signature is `0x` and 130 hexadecimal digits")]
    Hex,
    /// Not 65 bytes; smart wallets' signatures have other lengths.
    #[error("a signature has 65 bytes, not {0}")]
    Length(usize),
    /// No key can have made it.
    #[error("no key can have made this signature")]
    Unrecoverable,
    /// The last byte.
    #[error("a signature's v is 0, 1, 27 or 28, not {0}")]
    V(u8),
}

/// The two implementations of recovery; [`Signature::recover`] picks one.
#[doc(hidden)]
pub mod backend {
    use super::{Address, B256, Signature, SignatureError, keccak256};

    fn address_of(uncompressed_key: &[u8]) -> Result<Address, SignatureError> {
        // The first byte only says that both coordinates follow.
        let coordinates = uncompressed_key.get(1..).ok_or(SignatureError::Unrecoverable)?;
        Ok(Address::from_word(keccak256(coordinates)))
    }

    /// With `k256`.
    pub fn k256(signature: &Signature, hash: B256) -> Result<Address, SignatureError> {
        use k256::ecdsa::{RecoveryId, Signature as EcdsaSignature, VerifyingKey};

        let rs = EcdsaSignature::from_slice(&signature.rs).map_err(|_| SignatureError::Unrecoverable)?;
        let id = RecoveryId::new(signature.y_parity, false);
        let key =
            VerifyingKey::recover_from_prehash(hash.as_slice(), &rs, id).map_err(|_| SignatureError::Unrecoverable)?;
        address_of(key.to_sec1_point(false).as_bytes())
    }

    /// With libsecp256k1.
    #[cfg(feature = "secp256k1")]
    pub fn secp256k1(signature: &Signature, hash: B256) -> Result<Address, SignatureError> {
        use secp256k1::{
            Message,
            ecdsa::{RecoverableSignature, RecoveryId},
        };

        let id = if signature.y_parity { RecoveryId::One } else { RecoveryId::Zero };
        RecoverableSignature::from_compact(&signature.rs, id)
            .and_then(|recoverable| recoverable.recover(Message::from_digest(hash.0)))
            .map_err(|_| SignatureError::Unrecoverable)
            .and_then(|key| address_of(&key.serialize_uncompressed()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SPEC: &str = "0x2d6a7588d6acca505cbf0d9a4a227e0c52c6c34008c8e8986a1283259764173608a2ce6496642e377d6da8dbbf\
                        5836e9bd15092f9ecab05ded3d6293af148b571c";

    #[test]
    fn v_may_be_0_1_27_or_28_and_is_written_27_or_28() {
        let mut bytes = SPEC.parse::<Signature>().unwrap().to_bytes();
        for (v, written) in [(0, 27), (1, 28), (27, 27), (28, 28)] {
            bytes[64] = v;
            assert_eq!(Signature::from_bytes(&bytes).unwrap().v(), written);
        }
        for v in [2, 26, 29, 255] {
            bytes[64] = v;
            assert_eq!(Signature::from_bytes(&bytes), Err(SignatureError::V(v)));
        }
    }

    #[test]
    fn attack_16_the_malleated_twin_is_refused() {
        let order: U256 = uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256);
        let mut bytes = SPEC.parse::<Signature>().unwrap().to_bytes();
        let s = U256::from_be_slice(&bytes[32..64]);
        bytes[32..64].copy_from_slice(&(order - s).to_be_bytes::<32>());
        bytes[64] ^= 7; // 28 becomes 27
        assert_eq!(Signature::from_bytes(&bytes), Err(SignatureError::HighS));
    }

    #[test]
    fn attack_16_half_of_the_order_is_the_last_s_that_is_taken() {
        let mut bytes = SPEC.parse::<Signature>().unwrap().to_bytes();
        for (s, expected) in [(HALF_ORDER, None), (HALF_ORDER + U256::ONE, Some(SignatureError::HighS))] {
            bytes[32..64].copy_from_slice(&s.to_be_bytes::<32>());
            assert_eq!(Signature::from_bytes(&bytes).err(), expected);
        }
    }

    #[test]
    fn attack_16_other_lengths_are_refused() {
        for length in [0, 64, 66, 1000] {
            assert_eq!(Signature::from_bytes(&vec![1; length]), Err(SignatureError::Length(length)));
        }
    }

    #[test]
    fn a_signature_has_one_prefix() {
        for text in [&SPEC[2..], &format!("0x{SPEC}"), &format!("0X{}", &SPEC[2..])] {
            assert_eq!(text.parse::<Signature>(), Err(SignatureError::Hex), "{text}");
        }
    }

    #[test]
    fn zero_halves_recover_to_nobody() {
        let mut bytes = [0; 65];
        bytes[64] = 27;
        let zero = Signature::from_bytes(&bytes).unwrap();
        assert_eq!(zero.recover(B256::ZERO), Err(SignatureError::Unrecoverable));
    }

    #[test]
    fn debug_does_not_show_it() {
        assert!(!format!("{:?}", SPEC.parse::<Signature>().unwrap()).contains("2d6a"));
    }

    proptest! {
        #[test]
        fn bytes_and_text_are_inverse(bytes: [u8; 32], odd: bool) {
            let mut all = [0; 65];
            all[..32].copy_from_slice(&bytes);
            all[63] = bytes[0];
            all[64] = 27 + u8::from(odd);
            let signature = Signature::from_bytes(&all).unwrap();
            prop_assert_eq!(signature.to_bytes(), all);
            prop_assert_eq!(signature.to_string().parse::<Signature>().unwrap(), signature);
        }

        #[test]
        fn any_bytes_parse_or_fail_and_recover_or_fail(bytes in proptest::collection::vec(any::<u8>(), 60..70), hash: [u8; 32]) {
            if let Ok(signature) = Signature::from_bytes(&bytes) {
                let answer = backend::k256(&signature, B256::from(hash));
                #[cfg(feature = "secp256k1")]
                prop_assert_eq!(answer, backend::secp256k1(&signature, B256::from(hash)));
                let _ = answer;
            }
        }
    }
}
