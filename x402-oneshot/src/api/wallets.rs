//! The wallet endpoints that read.

use http::Method;

use crate::api::paging::paging;
use crate::api::wallet::Wallet;
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::id::{BusinessId, WalletId};
use crate::page::Page;

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
    pub(super) client: &'a Client,
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

    paging!();

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
