//! The list of transactions, and what it can be narrowed down by.

use crate::api::list::List;
use crate::api::transaction::{Transaction, TransactionStatus};
use crate::id::{CredentialId, MethodId, UserId, WalletId};

/// A list of transactions to be asked for.
pub type ListTransactions<'a> = List<'a, Transaction>;

/// Filters of transactions.
impl List<'_, Transaction> {
    /// Only those on this chain.
    pub fn chain(self, chain_id: u64) -> Self {
        self.filter("chainId", chain_id)
    }

    /// Only those in this state.
    pub fn status(self, status: TransactionStatus) -> Self {
        self.filter("status", status)
    }

    /// Only those of this wallet.
    pub fn wallet(self, wallet: WalletId) -> Self {
        self.filter("walletId", wallet)
    }

    /// Only those of this contract method.
    pub fn method(self, method: MethodId) -> Self {
        self.filter("contractMethodId", method)
    }

    /// Only those that this API credential started.
    pub fn credential(self, credential: CredentialId) -> Self {
        self.filter("apiCredentialId", credential)
    }

    /// Only those that this user started.
    pub fn user(self, user: UserId) -> Self {
        self.filter("userId", user)
    }

    /// Only those of this memo. Whether the API compares whole memos is not documented: look again.
    pub fn memo(self, memo: impl Into<String>) -> Self {
        self.filter("memo", memo.into())
    }

    /// Only those made after this time, in Unix seconds.
    pub fn created_after(self, unix_seconds: u64) -> Self {
        self.filter("createdAfter", unix_seconds)
    }

    /// Only those made before this time, in Unix seconds.
    pub fn created_before(self, unix_seconds: u64) -> Self {
        self.filter("createdBefore", unix_seconds)
    }
}
