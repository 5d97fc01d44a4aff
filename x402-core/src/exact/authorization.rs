//! What the payer signs.

use std::fmt;

use alloy_primitives::{Address, B256, Bytes, U256, b256, keccak256};

use crate::domain::TokenDomain;

/// `keccak256("TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256
/// validBefore,bytes32 nonce)")`.
const TYPEHASH: B256 = b256!("0x7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a2267");

/// An [EIP-3009](https://eips.ethereum.org/EIPS/eip-3009) `TransferWithAuthorization`: the payer allows one transfer,
/// to one recipient, of one amount, within a time window, once.
///
/// Numbers are `uint256`, as on chain: the contract compares all 256 bits, and so must whoever checks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "EIP-3009 fixes the fields")]
pub struct Authorization {
    /// Who pays.
    pub from: Address,
    /// Who is paid.
    pub to: Address,
    /// How much, in atomic units.
    pub value: U256,
    /// The transfer is valid from the second after this one, in Unix seconds.
    pub valid_after: U256,
    /// The transfer is valid until the second before this one, in Unix seconds.
    pub valid_before: U256,
    /// Chosen at random; spent with the transfer.
    pub nonce: B256,
}

impl Authorization {
    /// The EIP-712 hash of the struct.
    #[must_use]
    pub fn struct_hash(&self) -> B256 {
        let mut words = [0_u8; 7 * 32];
        let fields = [
            TYPEHASH,
            self.from.into_word(),
            self.to.into_word(),
            B256::from(self.value),
            B256::from(self.valid_after),
            B256::from(self.valid_before),
            self.nonce,
        ];
        for (word, field) in words.chunks_exact_mut(32).zip(fields) {
            word.copy_from_slice(field.as_slice());
        }
        keccak256(words)
    }

    /// The hash that the payer signs, in this token's domain.
    #[must_use]
    pub fn signing_hash(&self, domain: &TokenDomain) -> B256 {
        domain.signing_hash(self.struct_hash())
    }
}

/// The payload of an `exact` payment: the authorization and its signature.
#[derive(Clone, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "the scheme fixes the fields")]
pub struct ExactPayload {
    /// What is signed.
    pub authorization: Authorization,
    /// The signature: 65 bytes for externally owned accounts, any number for smart wallets.
    pub signature: Bytes,
}

/// Without the signature: whoever holds it can spend the authorization.
impl fmt::Debug for ExactPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExactPayload").field("authorization", &self.authorization).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_typehash_is_the_hash_of_the_type() {
        let of = "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 \
                  validBefore,bytes32 nonce)";
        assert_eq!(TYPEHASH, keccak256(of));
    }
}
