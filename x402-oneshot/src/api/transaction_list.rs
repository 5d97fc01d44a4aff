//! The list of transactions, and what it can be narrowed down by.

use std::fmt::Display;

use crate::api::list::{List, filters};
use crate::api::transaction::{Transaction, TransactionStatus};
use crate::id::{CredentialId, MethodId, UserId, WalletId};

/// A list of transactions to be asked for.
pub type ListTransactions<'a> = List<'a, Transaction>;

filters! {
    Transaction {
        /// Only those on this chain.
        chain(chain_id: u64) = "chainId",
        /// Only those in this state.
        status(status: TransactionStatus) = "status",
        /// Only those of this wallet.
        wallet(wallet: WalletId) = "walletId",
        /// Only those of this contract method.
        method(method: MethodId) = "contractMethodId",
        /// Only those that this API credential started.
        credential(credential: CredentialId) = "apiCredentialId",
        /// Only those that this user started.
        user(user: UserId) = "userId",
        /// Only those of this memo. Whether the API compares whole memos is not documented: look again.
        memo(memo: impl Display) = "memo",
        /// Only those made after this time, in Unix seconds.
        created_after(unix_seconds: u64) = "createdAfter",
        /// Only those made before this time, in Unix seconds.
        created_before(unix_seconds: u64) = "createdBefore",
    }
}
