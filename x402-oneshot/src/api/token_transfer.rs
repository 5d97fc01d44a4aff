//! Token transfers for a wallet to sign.

use alloy_primitives::{Address, U256};
use serde::Serialize;

use crate::codec::{maybe_text, text};

/// An [EIP-3009](https://eips.ethereum.org/EIPS/eip-3009) transfer to be signed. 1Shot chooses the nonce.
///
/// ```
/// use alloy_primitives::{U256, address};
/// use x402_oneshot::api::Erc3009Transfer;
///
/// let usdc = address!("036CbD53842c5426634e7929541eC2318f3dCF7e");
/// let shop = address!("209693Bc6afc0C5328bA36FaF03C514EF312287C");
/// let five_cents = Erc3009Transfer::new(usdc, shop, U256::from(50_000)).valid_until(1_767_225_600);
/// # let _ = five_cents;
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Erc3009Transfer {
    #[serde(serialize_with = "text")]
    contract_address: Address,
    #[serde(serialize_with = "text")]
    destination_address: Address,
    #[serde(serialize_with = "text")]
    amount: U256,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_after: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "maybe_text")]
    from_address: Option<Address>,
}

impl Erc3009Transfer {
    /// So many atomic units of a token, to an account.
    #[must_use]
    pub const fn new(token: Address, to: Address, amount: U256) -> Self {
        Self {
            contract_address: token,
            destination_address: to,
            amount,
            valid_until: None,
            valid_after: None,
            from_address: None,
        }
    }

    /// Sets when it expires, in Unix seconds; else 1Shot decides.
    #[must_use]
    pub const fn valid_until(mut self, unix_seconds: u64) -> Self {
        self.valid_until = Some(unix_seconds);
        self
    }

    /// Sets from when on it is good, in Unix seconds; else 1Shot decides.
    #[must_use]
    pub const fn valid_after(mut self, unix_seconds: u64) -> Self {
        self.valid_after = Some(unix_seconds);
        self
    }

    /// Sets the account that pays, for tokens that let the wallet sign for it.
    #[must_use]
    pub const fn from_address(mut self, holder: Address) -> Self {
        self.from_address = Some(holder);
        self
    }
}

/// A [Permit2](https://github.com/Uniswap/permit2) transfer to be signed.
///
/// It has no `validAfter`: the API refuses one here, whatever older clients send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Permit2Transfer {
    #[serde(serialize_with = "text")]
    contract_address: Address,
    #[serde(serialize_with = "text")]
    destination_address: Address,
    #[serde(serialize_with = "text")]
    amount: U256,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<u64>,
}

impl Permit2Transfer {
    /// So many atomic units of a token, to an account.
    #[must_use]
    pub const fn new(token: Address, to: Address, amount: U256) -> Self {
        Self { contract_address: token, destination_address: to, amount, valid_until: None }
    }

    /// Sets the deadline, in Unix seconds; else 1Shot decides.
    #[must_use]
    pub const fn deadline(mut self, unix_seconds: u64) -> Self {
        self.valid_until = Some(unix_seconds);
        self
    }
}
