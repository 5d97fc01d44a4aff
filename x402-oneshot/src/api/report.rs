//! How a transaction ended.

use alloy_primitives::{B256, U256};

use crate::api::transaction::{LogDescription, Transaction, TransactionStatus};
use crate::id::TransactionId;

/// How a transaction ended, as a webhook reports it or the API answers.
///
/// ```
/// use x402_oneshot::{TransactionId, api::{Report, TransactionStatus}};
///
/// let id: TransactionId = "4b4bab2d-673d-4b91-8e09-f1402962cd3e".parse()?;
/// let report = Report::new(id, TransactionStatus::Failed).failure_reason("execution reverted");
/// assert!(!report.is_conclusive(), "only a completed transaction with its hash is believed unasked");
/// # Ok::<(), x402_oneshot::ParseIdError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The transaction.
    pub transaction: TransactionId,
    /// How it ended.
    pub status: TransactionStatus,
    /// Its hash on the chain.
    pub transaction_hash: Option<B256>,
    /// Why it failed.
    pub failure_reason: Option<String>,
    /// The gas used, if it is told: then the transaction was mined.
    pub gas_used: Option<U256>,
    /// The decoded events, if they are told.
    pub logs: Vec<LogDescription>,
}

impl Report {
    /// A report of a transaction's status and nothing else.
    #[must_use]
    pub const fn new(transaction: TransactionId, status: TransactionStatus) -> Self {
        let logs = Vec::new();
        Self { transaction, status, transaction_hash: None, failure_reason: None, gas_used: None, logs }
    }

    /// Adds the hash on the chain.
    #[must_use]
    pub const fn transaction_hash(mut self, hash: B256) -> Self {
        self.transaction_hash = Some(hash);
        self
    }

    /// Adds why it failed.
    #[must_use]
    pub fn failure_reason(mut self, reason: impl Into<String>) -> Self {
        self.failure_reason = Some(reason.into());
        self
    }

    /// Adds the decoded events.
    #[must_use]
    pub fn logs(mut self, logs: Vec<LogDescription>) -> Self {
        self.logs = logs;
        self
    }

    /// Whether it says all there is to know: the transaction is completed, and which one of the chain it is.
    ///
    /// That it failed is not enough. A transaction that was given up may still be sent again, and whoever is told that
    /// a payment failed pays again.
    #[must_use]
    pub fn is_conclusive(&self) -> bool {
        self.status == TransactionStatus::Completed && self.transaction_hash.is_some()
    }
}

impl From<Transaction> for Report {
    fn from(transaction: Transaction) -> Self {
        let Transaction { id, status, transaction_hash, failure_reason, gas_used, logs, .. } = transaction;
        Self { transaction: id, status, transaction_hash, failure_reason, gas_used, logs }
    }
}
