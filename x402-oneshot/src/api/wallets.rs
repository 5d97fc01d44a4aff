//! Server wallets.

use alloy_primitives::{Address, U256};
use http::Method;
use serde::Deserialize;

use crate::call::Call;
use crate::client::Client;
use crate::codec::to_u256;
use crate::codec::{integer, maybe, maybe_integer, maybe_parsed, or_default, parsed, parsed_list};
use crate::error::Error;
use crate::id::{BusinessId, WalletId};
use crate::page::Page;

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
    pub user_id: Option<String>,
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
    /// [`Wallets::get_with_balances`], and in some generations in lists too.
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
}

impl AccountBalance {
    /// The balance in atomic units, or `None` if it is not written as a whole number.
    #[must_use]
    pub fn atomic(&self) -> Option<U256> {
        to_u256(&self.balance)
    }
}

impl Client {
    /// The wallet endpoints.
    #[must_use]
    pub const fn wallets(&self) -> Wallets<'_> {
        Wallets { client: self }
    }
}

/// The wallet endpoints, from [`Client::wallets`].
#[derive(Clone, Copy, Debug)]
pub struct Wallets<'a> {
    client: &'a Client,
}

impl<'a> Wallets<'a> {
    /// Lists the wallets of a business.
    pub const fn list(self, business: BusinessId) -> ListWallets<'a> {
        ListWallets { client: self.client, business, chain: None, name: None, page: None, page_size: None }
    }

    /// One wallet.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`Error::is_not_found`] if there is none.
    pub async fn get(self, id: WalletId) -> Result<Wallet, Error> {
        let call = Call::read(Method::GET, "/wallets/{walletId}").segment(id);
        self.client.send(call).await
    }

    /// One wallet with its balance of the native token, which the API looks up on the chain.
    ///
    /// # Errors
    ///
    /// As [`Wallets::get`].
    pub async fn get_with_balances(self, id: WalletId) -> Result<Wallet, Error> {
        let call = Call::read(Method::GET, "/wallets/{walletId}").segment(id).query("includeBalances", Some(true));
        self.client.send(call).await
    }
}

/// A list of wallets to be asked for.
#[derive(Clone, Debug)]
#[must_use = "nothing is asked before `send`"]
pub struct ListWallets<'a> {
    client: &'a Client,
    business: BusinessId,
    chain: Option<u64>,
    name: Option<String>,
    page: Option<u64>,
    page_size: Option<u64>,
}

impl ListWallets<'_> {
    /// Only those on this chain.
    pub const fn chain(mut self, chain_id: u64) -> Self {
        self.chain = Some(chain_id);
        self
    }

    /// Only those of this name.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The page to return; the first is 1.
    pub const fn page(mut self, page: u64) -> Self {
        self.page = Some(page);
        self
    }

    /// How many rows a page has; 25 unless told.
    pub const fn page_size(mut self, rows: u64) -> Self {
        self.page_size = Some(rows);
        self
    }

    /// Asks for the page.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn send(self) -> Result<Page<Wallet>, Error> {
        let call = Call::read(Method::GET, "/business/{businessId}/wallets")
            .segment(self.business)
            .query("chainId", self.chain)
            .query("name", self.name)
            .query("page", self.page)
            .query("pageSize", self.page_size);
        self.client.send(call).await
    }
}
