//! Leave for an account to act as a contract.

use alloy_primitives::{Address, Bytes, U256};
use serde::Serialize;

use crate::codec::text;

/// An account's signed leave to run a contract's code as its own
/// ([EIP-7702](https://eips.ethereum.org/EIPS/eip-7702)).
///
/// It lasts: once it was sent along with a transaction, later ones do without.
///
/// ```
/// use alloy_primitives::{U256, address, bytes};
/// use x402_oneshot::api::Eip7702Authorization;
///
/// let delegate = address!("63c0c19a282a1B52b07dD5a65b58948A07DAE32B");
/// let leave = Eip7702Authorization::new(84532, delegate, U256::ZERO, bytes!("ab12"));
/// assert_eq!(
///     serde_json::to_string(&leave)?,
///     r#"{"address":"0x63c0c19a282a1B52b07dD5a65b58948A07DAE32B","nonce":"0","chainId":84532,"signature":"0xab12"}"#,
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Eip7702Authorization {
    /// The contract whose code is run.
    #[serde(serialize_with = "text")]
    pub address: Address,
    /// The account's nonce, which it keeps count of itself.
    #[serde(serialize_with = "text")]
    pub nonce: U256,
    /// The chain it is for.
    pub chain_id: u64,
    /// The account's signature.
    pub signature: Bytes,
}

impl Eip7702Authorization {
    /// The leave that was signed.
    #[must_use]
    pub const fn new(chain_id: u64, address: Address, nonce: U256, signature: Bytes) -> Self {
        Self { address, nonce, chain_id, signature }
    }
}
