//! [EIP-7702](https://eips.ethereum.org/EIPS/eip-7702): accounts that take a contract's code for their own.

use alloy_primitives::{Address, Bytes, U256};
use revm::context_interface::transaction::{Authorization, RecoveredAuthority, RecoveredAuthorization};
use serde::Deserialize;
use serde_json::Value;
use x402_core::Signature;

use super::failure::Failure;
use super::{smart_account, value};

/// An authorization as the API takes it: `ERC7702Authorization`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SignedDelegation {
    address: Address,
    nonce: Value,
    chain_id: u64,
    signature: Bytes,
}

/// The code that accounts take with a transaction.
#[derive(Clone, Debug, Default)]
pub(super) struct Delegations {
    signed: Vec<RecoveredAuthorization>,
    /// Whether the sender becomes a [smart account](smart_account).
    upgrade: bool,
}

impl Delegations {
    /// Reads an `authorizationList`. Whether the nonces and chains are right is for the chain to see, which passes over
    /// those that are not.
    pub(super) fn read(list: Option<&[SignedDelegation]>, upgrade: bool) -> Result<Self, Failure> {
        let signed = list.unwrap_or_default().iter().map(SignedDelegation::recover).collect::<Result<_, _>>()?;
        Ok(Self { signed, upgrade })
    }

    /// What goes with a transaction of this sender, whose nonce this is.
    pub(super) fn of(&self, sender: Address, nonce: u64) -> Vec<RecoveredAuthorization> {
        let mut all = self.signed.clone();
        if self.upgrade {
            // The transaction itself has used the sender's nonce when authorizations are looked at.
            let own = Authorization { chain_id: U256::ZERO, address: smart_account::ADDRESS, nonce: nonce + 1 };
            all.push(RecoveredAuthorization::new_unchecked(own, RecoveredAuthority::Valid(sender)));
        }
        all
    }
}

impl SignedDelegation {
    fn recover(&self) -> Result<RecoveredAuthorization, Failure> {
        let refused = |message| Failure::invalid("body", "authorizationList", message);
        let nonce = value::uint(&self.nonce, 64).ok_or_else(|| refused("a nonce is no number of 64 bits"))?;
        let unsigned =
            Authorization { chain_id: U256::from(self.chain_id), address: self.address, nonce: nonce.to::<u64>() };
        let signature = Signature::from_bytes(&self.signature);
        let authority = signature.and_then(|signature| signature.recover(unsigned.signature_hash()));
        let authority = authority.map_err(|_| refused("a signature is none of secp256k1"))?;
        Ok(RecoveredAuthorization::new_unchecked(unsigned, RecoveredAuthority::Valid(authority)))
    }
}
