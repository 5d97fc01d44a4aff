//! What a run of a contract method may be told besides its values.

use alloy_primitives::{Address, U256};
use serde::Serialize;

use crate::api::authorization::Eip7702Authorization;
use crate::codec::maybe_text;
use crate::id::WalletId;

/// All that any kind of run may be told; each kind has setters for what it takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Options {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) memo: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) wallet_id: Option<WalletId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) authorization_list: Vec<Eip7702Authorization>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "maybe_text")]
    pub(super) value: Option<U256>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "maybe_text")]
    pub(super) contract_address: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "maybe_text")]
    pub(super) gas_limit: Option<U256>,
}

impl Options {
    pub(super) const fn new() -> Self {
        Self {
            memo: None,
            wallet_id: None,
            authorization_list: Vec::new(),
            value: None,
            contract_address: None,
            gas_limit: None,
        }
    }
}

/// Setters, by name, for a run that has `options`.
macro_rules! setters {
    ($($name:ident),+) => {
        $($crate::api::run::setter!($name);)+
    };
}

macro_rules! setter {
    (authorization) => {
        /// Adds an account's leave to act as a contract.
        #[must_use]
        pub fn authorization(mut self, authorization: $crate::api::Eip7702Authorization) -> Self {
            self.options.authorization_list.push(authorization);
            self
        }
    };
    (contract_address) => {
        /// Sets the contract that is called, instead of the method's own.
        #[must_use]
        pub const fn contract_address(mut self, address: alloy_primitives::Address) -> Self {
            self.options.contract_address = Some(address);
            self
        }
    };
    (gas_limit) => {
        /// Sets the gas limit, instead of an estimate.
        #[must_use]
        pub const fn gas_limit(mut self, gas: alloy_primitives::U256) -> Self {
            self.options.gas_limit = Some(gas);
            self
        }
    };
    (memo) => {
        /// Sets a memo, by which the transaction can be found again in the list of transactions.
        #[must_use]
        pub fn memo(mut self, memo: impl Into<String>) -> Self {
            self.options.memo = Some(memo.into());
            self
        }
    };
    (value) => {
        /// Sets the native tokens sent along, in wei; for payable functions only.
        #[must_use]
        pub const fn value(mut self, wei: alloy_primitives::U256) -> Self {
            self.options.value = Some(wei);
            self
        }
    };
    (wallet) => {
        /// Sets the wallet that calls, instead of the method's own.
        #[must_use]
        pub const fn wallet(mut self, wallet: $crate::WalletId) -> Self {
            self.options.wallet_id = Some(wallet);
            self
        }
    };
}

/// How a batch of such runs is built, which has `contract_methods`, `atomic` and `options`.
macro_rules! batch_of {
    ($run:ty) => {
        /// A batch without runs, which this wallet sends.
        #[must_use]
        pub const fn new(wallet: $crate::WalletId) -> Self {
            let mut options = $crate::api::run::Options::new();
            options.wallet_id = Some(wallet);
            Self { contract_methods: Vec::new(), atomic: true, options }
        }

        /// Adds a run, after those there are.
        #[must_use]
        pub fn then(mut self, mut run: $run) -> Self {
            run.execution_index = self.contract_methods.len();
            self.contract_methods.push(run);
            self
        }

        /// Keeps what was done before the first run that fails, and does nothing after it. Without this, a failure
        /// undoes the whole batch.
        #[must_use]
        pub const fn not_atomic(mut self) -> Self {
            self.atomic = false;
            self
        }

        $crate::api::run::setters!(authorization, gas_limit, memo);
    };
}

pub(crate) use {batch_of, setter, setters};
