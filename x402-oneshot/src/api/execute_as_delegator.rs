//! Running a contract method for another account.

use alloy_primitives::Address;
use http::Method;
use serde::Serialize;

use crate::api::delegation_data::DelegationData;
use crate::api::methods::Methods;
use crate::api::params::Params;
use crate::api::run::{Options, setters};
use crate::api::transaction::Transaction;
use crate::call::Call;
use crate::codec::text;
use crate::error::Error;
use crate::id::{DelegationId, MethodId};

/// By which delegation a wallet acts for another account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub enum ActingBy {
    /// Those passed along and not kept, each before the one that it passes on.
    #[serde(rename = "delegationData")]
    Data(Vec<DelegationData>),
    /// The first that fits of those on file from this account. 1Shot warns that it need not be the best.
    #[serde(rename = "delegatorAddress", serialize_with = "text")]
    Delegator(Address),
    /// This one, which is on file.
    #[serde(rename = "delegationId")]
    OnFile(DelegationId),
}

impl From<DelegationId> for ActingBy {
    fn from(id: DelegationId) -> Self {
        Self::OnFile(id)
    }
}

impl From<Address> for ActingBy {
    fn from(delegator: Address) -> Self {
        Self::Delegator(delegator)
    }
}

impl From<Vec<DelegationData>> for ActingBy {
    fn from(chain: Vec<DelegationData>) -> Self {
        Self::Data(chain)
    }
}

impl From<DelegationData> for ActingBy {
    fn from(single: DelegationData) -> Self {
        Self::Data(vec![single])
    }
}

/// A run for another account that ends in a transaction.
///
/// ```
/// use x402_oneshot::DelegationId;
/// use x402_oneshot::api::{ExecuteAsDelegator, Params};
///
/// let delegation: DelegationId = "8a6e0804-2bd0-4672-b79d-d97027f90720".parse()?;
/// let run = ExecuteAsDelegator::new(delegation, Params::new().value("flag", true)).memo("order 17");
/// assert_eq!(
///     serde_json::to_string(&run)?,
///     r#"{"params":{"flag":true},"delegationId":"8a6e0804-2bd0-4672-b79d-d97027f90720","memo":"order 17"}"#,
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExecuteAsDelegator {
    params: Params,
    #[serde(flatten)]
    by: ActingBy,
    #[serde(flatten)]
    options: Options,
}

impl ExecuteAsDelegator {
    /// A run with these values, by this delegation: one on file, the account that gave it, or the delegation itself.
    #[must_use]
    pub fn new(by: impl Into<ActingBy>, params: Params) -> Self {
        Self { params, by: by.into(), options: Options::new() }
    }

    setters!(authorization, gas_limit, memo, value, wallet);
}

impl Methods<'_> {
    /// Runs a contract method for an account that has delegated to the wallet: queues a transaction, which the wallet
    /// pays the gas of, and returns it, as a rule still pending.
    ///
    /// It is sent once; [`execute`](Self::execute) says what to do after a failure.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn execute_as_delegator(self, id: MethodId, run: &ExecuteAsDelegator) -> Result<Transaction, Error> {
        let call = Call::act(Method::POST, "/methods/{id}/executeAsDelegator").segment(id).json(run)?;
        self.client.send(call).await
    }
}
