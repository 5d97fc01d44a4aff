//! EIP-712 domains of tokens.

use alloy_primitives::{Address, B256, U256, b256, keccak256};

/// `keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")`.
const DOMAIN_TYPEHASH: B256 = b256!("0x8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f");

/// The [EIP-712](https://eips.ethereum.org/EIPS/eip-712) domain of a token, reduced to its separator.
///
/// It binds a signature to one token contract on one chain. The separator is computed once, when the token is
/// configured, so that checking a payment does not hash the domain again.
///
/// ```
/// use x402_core::TokenDomain;
///
/// let usdc = alloy_primitives::address!("0x036CbD53842c5426634e7929541eC2318f3dCF7e");
/// let domain = TokenDomain::new("USDC", "2", 84532, usdc);
/// assert!(domain.separator().to_string().starts_with("0x71f17a3b"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenDomain {
    separator: B256,
}

impl TokenDomain {
    /// The domain of the token at `verifying_contract`.
    #[must_use]
    pub fn new(name: &str, version: &str, chain_id: u64, verifying_contract: Address) -> Self {
        let mut words = [0_u8; 5 * 32];
        let fields = [
            DOMAIN_TYPEHASH,
            keccak256(name),
            keccak256(version),
            B256::from(U256::from(chain_id)),
            verifying_contract.into_word(),
        ];
        for (word, field) in words.chunks_exact_mut(32).zip(fields) {
            word.copy_from_slice(field.as_slice());
        }
        Self { separator: keccak256(words) }
    }

    /// The domain separator.
    #[must_use]
    pub const fn separator(&self) -> B256 {
        self.separator
    }

    /// The hash that is signed for a struct with this hash: `keccak256(0x19 0x01 || separator || structHash)`.
    #[must_use]
    pub fn signing_hash(&self, struct_hash: B256) -> B256 {
        let mut message = [0_u8; 2 + 32 + 32];
        message[..2].copy_from_slice(&[0x19, 0x01]);
        message[2..34].copy_from_slice(self.separator.as_slice());
        message[34..].copy_from_slice(struct_hash.as_slice());
        keccak256(message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_typehash_is_the_hash_of_the_type() {
        let of = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";
        assert_eq!(DOMAIN_TYPEHASH, keccak256(of));
    }
}
