//! Running several contract methods in one transaction.

use http::Method;
use serde::Serialize;

use crate::api::methods::Methods;
use crate::api::params::Params;
use crate::api::run::{Options, batch_of, setters};
use crate::api::transaction::Transaction;
use crate::call::Call;
use crate::error::Error;
use crate::id::MethodId;

/// One run within a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchRun {
    contract_method_id: MethodId,
    execution_index: usize,
    params: Params,
    #[serde(flatten)]
    options: Options,
}

impl BatchRun {
    /// A run of this contract method with these values.
    #[must_use]
    pub const fn new(method: MethodId, params: Params) -> Self {
        Self { contract_method_id: method, execution_index: 0, params, options: Options::new() }
    }

    setters!(contract_address, value);
}

/// Runs of contract methods that end in one transaction, in the order they are added.
///
/// All of them succeed or none does, unless told otherwise.
///
/// ```
/// use x402_oneshot::api::{BatchRun, ExecuteBatch, Params};
/// use x402_oneshot::{MethodId, WalletId};
///
/// let wallet: WalletId = "8a6e0804-2bd0-4672-b79d-d97027f90720".parse()?;
/// let approve: MethodId = "4b4bab2d-673d-4b91-8e09-f1402962cd3e".parse()?;
/// let swap: MethodId = "5d0f3e0c-9c1e-4d6a-8a3f-0e9a1b2c3d4e".parse()?;
/// let batch = ExecuteBatch::new(wallet)
///     .then(BatchRun::new(approve, Params::new().value("amount", "5")))
///     .then(BatchRun::new(swap, Params::new().value("amount", "5")))
///     .memo("swap 17");
/// # let _ = batch;
/// # Ok::<(), x402_oneshot::ParseIdError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExecuteBatch {
    contract_methods: Vec<BatchRun>,
    atomic: bool,
    #[serde(flatten)]
    options: Options,
}

impl ExecuteBatch {
    batch_of!(BatchRun);
}

impl Methods<'_> {
    /// Runs several contract methods in one transaction: queues it and returns it, as a rule still pending.
    ///
    /// The wallet must be a smart account: see [`Execute::upgrade_to_7710`](crate::api::Execute::upgrade_to_7710). It
    /// is sent once; [`execute`](Self::execute) says what to do after a failure.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn execute_batch(self, batch: &ExecuteBatch) -> Result<Transaction, Error> {
        let call = Call::act(Method::POST, "/methods/executeBatch").json(batch)?;
        self.client.send(call).await
    }
}
