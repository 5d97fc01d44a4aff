//! Running a contract method: as a test that changes nothing, and for real.

use alloy_primitives::{Address, U256};
use http::Method;
use serde::Serialize;

use crate::api::methods::Methods;
use crate::api::outcome::TestOutcome;
use crate::api::params::Params;
use crate::api::transaction::Transaction;
use crate::call::Call;
use crate::codec::decimal;
use crate::error::Error;
use crate::id::{MethodId, WalletId};

macro_rules! setters {
    () => {
        /// Sets the wallet that calls, instead of the method's own.
        #[must_use]
        pub const fn wallet(mut self, wallet: WalletId) -> Self {
            self.wallet_id = Some(wallet);
            self
        }

        /// Sets the native tokens sent along, in wei; for payable functions only.
        #[must_use]
        pub const fn value(mut self, wei: U256) -> Self {
            self.value = Some(wei);
            self
        }

        /// Sets the contract that is called, instead of the method's own.
        #[must_use]
        pub fn contract_address(mut self, address: Address) -> Self {
            self.contract_address = Some(address.to_string());
            self
        }

        /// Sets the gas limit, instead of an estimate.
        #[must_use]
        pub const fn gas_limit(mut self, gas: U256) -> Self {
            self.gas_limit = Some(gas);
            self
        }
    };
}

/// A test run: a static call that changes nothing on the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Test {
    params: Params,
    #[serde(skip_serializing_if = "Option::is_none")]
    wallet_id: Option<WalletId>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "decimal::serialize")]
    value: Option<U256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contract_address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "decimal::serialize")]
    gas_limit: Option<U256>,
}

impl Test {
    /// A test run with these values.
    #[must_use]
    pub const fn new(params: Params) -> Self {
        Self { params, wallet_id: None, value: None, contract_address: None, gas_limit: None }
    }

    setters!();
}

impl From<Params> for Test {
    fn from(params: Params) -> Self {
        Self::new(params)
    }
}

/// A run that ends in a transaction.
///
/// ```
/// use x402_oneshot::api::{Execute, Params};
///
/// let run = Execute::new(Params::new().value("flag", true)).memo("order 17");
/// assert_eq!(
///     serde_json::to_string(&run)?,
///     r#"{"params":{"flag":true},"memo":"order 17"}"#,
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Execute {
    params: Params,
    #[serde(skip_serializing_if = "Option::is_none")]
    memo: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wallet_id: Option<WalletId>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "decimal::serialize")]
    value: Option<U256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contract_address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "decimal::serialize")]
    gas_limit: Option<U256>,
}

impl Execute {
    /// A run with these values.
    #[must_use]
    pub const fn new(params: Params) -> Self {
        Self { params, memo: None, wallet_id: None, value: None, contract_address: None, gas_limit: None }
    }

    /// Sets a memo, by which the transaction can be found again in the list of transactions.
    #[must_use]
    pub fn memo(mut self, memo: impl Into<String>) -> Self {
        self.memo = Some(memo.into());
        self
    }

    setters!();
}

impl From<Params> for Execute {
    fn from(params: Params) -> Self {
        Self::new(params)
    }
}

impl Methods<'_> {
    /// Runs a contract method as a static call.
    ///
    /// It changes nothing, so it is repeated like a read. A call that would fail is an answer, not an
    /// error: see [`TestOutcome::success`].
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn test(self, id: MethodId, run: impl Into<Test>) -> Result<TestOutcome, Error> {
        let call = Call::read(Method::POST, "/methods/{id}/test").segment(id).json(&run.into())?;
        self.client.send(call).await
    }

    /// Runs a contract method for real: queues a transaction and returns it, as a rule still pending.
    ///
    /// It is sent once, never again on a failure. There is no idempotency key: after an error that
    /// [may have acted](Error::may_have_acted), look the transaction up by its memo before trying
    /// again.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn execute(self, id: MethodId, run: impl Into<Execute>) -> Result<Transaction, Error> {
        let call = Call::act(Method::POST, "/methods/{id}/execute").segment(id).json(&run.into())?;
        self.client.send(call).await
    }
}
