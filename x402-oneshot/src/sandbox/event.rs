//! What happens in a sandbox that others want to hear of.

use alloy_primitives::{Address, U256};

use crate::{TransactionId, WalletId};

/// Something that happened in a [`Sandbox`](super::Sandbox) and that 1Shot would tell its webhooks.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SandboxEvent {
    /// A wallet received native currency.
    #[non_exhaustive]
    DepositConfirmed {
        /// The wallet.
        wallet: WalletId,
        /// Who sent it; `None` if the sandbox made it.
        from: Option<Address>,
        /// How much, in wei.
        amount: U256,
    },
    /// A wallet's balance fell below its threshold: said once, until it has been above again.
    #[non_exhaustive]
    LowBalance {
        /// The wallet.
        wallet: WalletId,
        /// What is left, in wei.
        balance: U256,
        /// Its threshold, in wei.
        threshold: U256,
    },
    /// A transaction was mined: it completed, or it failed.
    #[non_exhaustive]
    TransactionFinal {
        /// The transaction.
        transaction: TransactionId,
    },
}
