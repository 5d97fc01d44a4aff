//! The transaction endpoints.

use http::Method;

use crate::api::transaction::{Transaction, TransactionStatus};
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::id::{BusinessId, MethodId, TransactionId, WalletId};
use crate::page::Page;

impl Client {
    /// The transaction endpoints.
    #[must_use]
    pub const fn transactions(&self) -> Transactions<'_> {
        Transactions { client: self }
    }
}

/// The transaction endpoints, from [`Client::transactions`].
#[derive(Clone, Copy, Debug)]
pub struct Transactions<'a> {
    pub(super) client: &'a Client,
}

impl<'a> Transactions<'a> {
    /// One transaction.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`Error::is_not_found`] if there is none.
    pub async fn get(self, id: TransactionId) -> Result<Transaction, Error> {
        let call = Call::read(Method::GET, "/transactions/{id}").segment(id);
        self.client.send(call).await
    }

    /// Lists the transactions of a business.
    pub const fn list(self, business: BusinessId) -> ListTransactions<'a> {
        ListTransactions {
            client: self.client,
            business,
            chain: None,
            status: None,
            wallet: None,
            method: None,
            memo: None,
            created_after: None,
            created_before: None,
            page: None,
            page_size: None,
        }
    }
}

/// A list of transactions to be asked for.
#[derive(Clone, Debug)]
#[must_use = "nothing is asked before `send`"]
pub struct ListTransactions<'a> {
    client: &'a Client,
    business: BusinessId,
    chain: Option<u64>,
    status: Option<TransactionStatus>,
    wallet: Option<WalletId>,
    method: Option<MethodId>,
    memo: Option<String>,
    created_after: Option<u64>,
    created_before: Option<u64>,
    page: Option<u64>,
    page_size: Option<u64>,
}

impl ListTransactions<'_> {
    /// Only those on this chain.
    pub const fn chain(mut self, chain_id: u64) -> Self {
        self.chain = Some(chain_id);
        self
    }

    /// Only those in this state.
    pub fn status(mut self, status: TransactionStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// Only those of this wallet.
    pub const fn wallet(mut self, wallet: WalletId) -> Self {
        self.wallet = Some(wallet);
        self
    }

    /// Only those of this contract method.
    pub const fn method(mut self, method: MethodId) -> Self {
        self.method = Some(method);
        self
    }

    /// Only those of this memo. Whether the API compares whole memos is not documented: look again.
    pub fn memo(mut self, memo: impl Into<String>) -> Self {
        self.memo = Some(memo.into());
        self
    }

    /// Only those made after this time, in Unix seconds.
    pub const fn created_after(mut self, unix_seconds: u64) -> Self {
        self.created_after = Some(unix_seconds);
        self
    }

    /// Only those made before this time, in Unix seconds.
    pub const fn created_before(mut self, unix_seconds: u64) -> Self {
        self.created_before = Some(unix_seconds);
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
    pub async fn send(self) -> Result<Page<Transaction>, Error> {
        let call = Call::read(Method::GET, "/business/{businessId}/transactions")
            .segment(self.business)
            .query("chainId", self.chain)
            .query("status", self.status)
            .query("walletId", self.wallet)
            .query("contractMethodId", self.method)
            .query("memo", self.memo)
            .query("createdAfter", self.created_after)
            .query("createdBefore", self.created_before)
            .query("page", self.page)
            .query("pageSize", self.page_size);
        self.client.send(call).await
    }
}
