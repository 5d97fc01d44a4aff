//! Passing a delegation on, as the [Delegation Framework](https://github.com/MetaMask/delegation-framework) has it.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{Eip712Domain, SolStruct, sol};

use super::redemption;
use super::wallet::Wallet;
use crate::api::SignedDelegation;

sol! {
    struct Caveat {
        address enforcer;
        bytes terms;
    }

    struct Delegation {
        address delegate;
        address delegator;
        bytes32 authority;
        Caveat[] caveats;
        uint256 salt;
    }
}

/// What a wallet signs to pass on the delegation that it was given, without a caveat of its own.
pub(super) fn sign(wallet: &Wallet, parent: &SignedDelegation, delegate: Address, salt: B256) -> SignedDelegation {
    let salt = U256::from_be_bytes(salt.0);
    let authority = typed(parent).eip712_hash_struct();
    let unsigned = Delegation { delegate, delegator: wallet.address, authority, caveats: Vec::new(), salt };
    let domain = Eip712Domain {
        name: Some("DelegationManager".into()),
        version: Some("1".into()),
        chain_id: Some(U256::from(wallet.chain_id)),
        verifying_contract: Some(redemption::ADDRESS),
        ..Eip712Domain::default()
    };
    let signature = wallet.sign(unsigned.eip712_signing_hash(&domain));
    SignedDelegation::new(wallet.address, delegate, signature).authority(authority).salt(salt)
}

/// What is signed of a delegation.
fn typed(delegation: &SignedDelegation) -> Delegation {
    let caveats = delegation.caveats.iter();
    Delegation {
        delegate: delegation.delegate,
        delegator: delegation.delegator,
        authority: delegation.authority,
        caveats: caveats.map(|caveat| Caveat { enforcer: caveat.enforcer, terms: caveat.terms.clone() }).collect(),
        salt: delegation.salt,
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{b256, bytes};

    use super::*;

    #[test]
    fn the_type_is_the_frameworks() {
        let delegation = SignedDelegation::new(redemption::ADDRESS, redemption::ADDRESS, bytes!(""));
        let hash = typed(&delegation).eip712_type_hash();
        assert_eq!(hash, b256!("88c1d2ecf185adf710588203a5f263f0ff61be0d33da39792cde19ba9aa4331e"));
    }
}
