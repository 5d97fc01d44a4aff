//! A server wallet as the API describes it.

use alloy_primitives::{Address, U256};
use serde::Deserialize;

use crate::codec::{integer, maybe, maybe_integer, maybe_parsed, or_default, parsed, parsed_list, to_u256};
use crate::id::{BusinessId, UserId, WalletId};

/// A server wallet: an account on one chain whose key 1Shot holds.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Wallet {
    /// Its identifier.
    pub id: WalletId,
    /// Its account on the chain.
    #[serde(deserialize_with = "parsed")]
    pub account_address: Address,
    /// The chain it belongs to.
    #[serde(deserialize_with = "integer")]
    pub chain_id: u64,
    /// The business that owns it, if it is not a person's.
    #[serde(default, deserialize_with = "maybe")]
    pub business_id: Option<BusinessId>,
    /// The user who owns it, if it is not a business's.
    #[serde(default, deserialize_with = "maybe")]
    pub user_id: Option<UserId>,
    /// The name given to it.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// The description given to it.
    #[serde(default, deserialize_with = "maybe")]
    pub description: Option<String>,
    /// Whether it administrates the account.
    #[serde(default, deserialize_with = "or_default")]
    pub is_admin: bool,
    /// The tokens for which it has authorised [Permit2](https://github.com/Uniswap/permit2).
    #[serde(default, deserialize_with = "parsed_list")]
    pub permit2_authorized_contract_addresses: Vec<Address>,
    /// The contract it has been upgraded to ([EIP-7702](https://eips.ethereum.org/EIPS/eip-7702)).
    #[serde(default, rename = "erc7702ContractAddress", deserialize_with = "maybe_parsed")]
    pub eip7702_contract_address: Option<Address>,
    /// Its balance of the native token, where the API fills it in: asked for with
    /// [`Wallets::get_with_balances`](crate::api::Wallets::get_with_balances), and in some generations in lists too.
    #[serde(default, rename = "accountBalanceDetails", deserialize_with = "maybe")]
    pub balance: Option<AccountBalance>,
    /// When it was last changed.
    #[serde(default, rename = "updated", deserialize_with = "maybe_integer")]
    pub updated_seconds: Option<u64>,
    /// When it was made.
    #[serde(default, rename = "created", deserialize_with = "maybe_integer")]
    pub created_seconds: Option<u64>,
}

/// How much of a token an account holds.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AccountBalance {
    /// The balance as the API writes it. Its unit is documented as wei; clients have been seen that
    /// take it for whole tokens.
    pub balance: String,
    /// The ticker, for example `ETH`.
    #[serde(default, deserialize_with = "or_default")]
    pub ticker: String,
    /// The token's contract; the zero address or nothing for the native token.
    #[serde(default, deserialize_with = "maybe_parsed")]
    pub token_address: Option<Address>,
    /// How many decimals one whole token has.
    #[serde(default, deserialize_with = "maybe")]
    pub decimals: Option<u8>,
    /// The account that holds it.
    #[serde(default, deserialize_with = "maybe_parsed")]
    pub account_address: Option<Address>,
    /// The chain it is on.
    #[serde(default, deserialize_with = "maybe_integer")]
    pub chain_id: Option<u64>,
    /// The chain's technology: 0 for EVM chains, and there are no others yet.
    #[serde(default, rename = "type", deserialize_with = "maybe_integer")]
    pub technology: Option<u64>,
}

impl AccountBalance {
    /// The balance in atomic units, or `None` if it is not written as a whole number.
    #[must_use]
    pub fn atomic(&self) -> Option<U256> {
        to_u256(&self.balance)
    }
}
