//! Running a contract method for real.

use http::Method;
use serde::Serialize;

use crate::api::methods::Methods;
use crate::api::params::Params;
use crate::api::run::{Options, setters};
use crate::api::transaction::Transaction;
use crate::call::Call;
use crate::error::Error;
use crate::id::MethodId;

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
pub struct Execute {
    params: Params,
    #[serde(flatten)]
    options: Options,
    #[serde(rename = "upgradeTo7710", skip_serializing_if = "std::ops::Not::not")]
    upgrade: bool,
}

impl Execute {
    /// A run with these values.
    #[must_use]
    pub const fn new(params: Params) -> Self {
        Self { params, options: Options::new(), upgrade: false }
    }

    setters!(authorization, contract_address, gas_limit, memo, value, wallet);

    /// Upgrades the wallet to a smart account with delegations ([ERC-7710](https://eips.ethereum.org/EIPS/eip-7710))
    /// along the way. [Batches](Methods::execute_batch) need such a wallet. An error on a chain without them.
    #[must_use]
    pub const fn upgrade_to_7710(mut self) -> Self {
        self.upgrade = true;
        self
    }
}

impl From<Params> for Execute {
    fn from(params: Params) -> Self {
        Self::new(params)
    }
}

impl Methods<'_> {
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
