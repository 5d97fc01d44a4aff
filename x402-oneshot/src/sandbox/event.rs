//! What happens in a sandbox that others want to hear of.

use alloy_primitives::{Address, U256};
use serde_json::{Value, json};

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

impl SandboxEvent {
    /// As the log of [`faults::admin`](super::faults::admin) has it.
    pub(super) fn to_json(&self) -> Value {
        match self {
            Self::DepositConfirmed { wallet, from, amount } => json!({
                "event": "depositConfirmed",
                "wallet": wallet,
                "from": from.map(|from| from.to_string()),
                "amount": amount.to_string(),
            }),
            Self::LowBalance { wallet, balance, threshold } => json!({
                "event": "lowBalance",
                "wallet": wallet,
                "balance": balance.to_string(),
                "threshold": threshold.to_string(),
            }),
            Self::TransactionFinal { transaction } => json!({"event": "transactionFinal", "transaction": transaction}),
        }
    }
}
