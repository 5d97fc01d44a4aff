//! What webhooks tell of.

use crate::api::open_enum::open_enum;

open_enum! {
    /// What has happened.
    EventName {
        /// Somebody was let into the business.
        BusinessUserCreated = "BusinessUserCreated",
        /// Somebody was shut out of it.
        BusinessUserDeleted = "BusinessUserDeleted",
        /// A server wallet was filled up.
        EscrowWalletDepositConfirmed = "EscrowWalletDepositConfirmed",
        /// A server wallet runs out of gas money.
        EscrowWalletLowBalanceDetected = "EscrowWalletLowBalanceDetected",
        /// 1Shot wrote an invoice.
        InvoiceCreated = "InvoiceCreated",
        /// A transaction reverted or was given up.
        TransactionExecutionFailure = "TransactionExecutionFailure",
        /// A transaction was sent to the chain; nothing is decided yet.
        TransactionExecutionSubmitted = "TransactionExecutionSubmitted",
        /// A transaction was mined and did what it should.
        TransactionExecutionSuccess = "TransactionExecutionSuccess",
    }
}
