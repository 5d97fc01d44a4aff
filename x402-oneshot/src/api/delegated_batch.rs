//! Running several contract methods for other accounts in one transaction.

use alloy_primitives::Address;
use http::Method;
use serde::Serialize;

use crate::api::delegation_data::DelegationData;
use crate::api::execute_as_delegator::ActingBy;
use crate::api::methods::Methods;
use crate::api::params::Params;
use crate::api::run::{Options, batch_of, setters};
use crate::api::transaction::Transaction;
use crate::call::Call;
use crate::codec::text;
use crate::error::Error;
use crate::id::{DelegationId, MethodId};

/// One run within a batch, for an account that has delegated to the wallet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DelegatedRun {
    contract_method_id: MethodId,
    execution_index: usize,
    params: Params,
    #[serde(serialize_with = "text")]
    delegator_address: Address,
    #[serde(flatten)]
    by: Option<ActingBy>,
    #[serde(flatten)]
    options: Options,
}

impl DelegatedRun {
    /// A run of this contract method with these values, for this account: by the first delegation on file from it,
    /// unless one is named.
    #[must_use]
    pub const fn new(method: MethodId, delegator: Address, params: Params) -> Self {
        Self {
            contract_method_id: method,
            execution_index: 0,
            params,
            delegator_address: delegator,
            by: None,
            options: Options::new(),
        }
    }

    /// Sets the delegation, one that is on file.
    #[must_use]
    pub fn delegation(mut self, id: DelegationId) -> Self {
        self.by = Some(ActingBy::OnFile(id));
        self
    }

    /// Sets the delegations, which are not kept, each before the one that it passes on.
    #[must_use]
    pub fn delegation_data(mut self, chain: impl IntoIterator<Item = DelegationData>) -> Self {
        self.by = Some(ActingBy::Data(chain.into_iter().collect()));
        self
    }

    setters!(contract_address, value);
}

/// Runs of contract methods for other accounts that end in one transaction, in the order they are added.
///
/// All of them succeed or none does, unless told otherwise.
///
/// ```
/// use alloy_primitives::address;
/// use x402_oneshot::api::{DelegatedRun, ExecuteAsDelegatorBatch, Params};
/// use x402_oneshot::{DelegationId, MethodId, WalletId};
///
/// let wallet: WalletId = "8a6e0804-2bd0-4672-b79d-d97027f90720".parse()?;
/// let collect: MethodId = "4b4bab2d-673d-4b91-8e09-f1402962cd3e".parse()?;
/// let delegation: DelegationId = "5d0f3e0c-9c1e-4d6a-8a3f-0e9a1b2c3d4e".parse()?;
/// let (ann, bob) = (
///     address!("3e6a2f0CBA03d293B54c9fCF354948903007a798"),
///     address!("857b06519E91e3A54538791bDbb0E22373e36b66"),
/// );
/// let fee = || Params::new().value("amount", "5");
/// let batch = ExecuteAsDelegatorBatch::new(wallet)
///     .then(DelegatedRun::new(collect, ann, fee()))
///     .then(DelegatedRun::new(collect, bob, fee()).delegation(delegation))
///     .memo("fees of May");
/// # let _ = batch;
/// # Ok::<(), x402_oneshot::ParseIdError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExecuteAsDelegatorBatch {
    contract_methods: Vec<DelegatedRun>,
    atomic: bool,
    #[serde(flatten)]
    options: Options,
}

impl ExecuteAsDelegatorBatch {
    batch_of!(DelegatedRun);
}

impl Methods<'_> {
    /// Runs several contract methods for accounts that have delegated to the wallet, in one transaction: queues it and
    /// returns it, as a rule still pending.
    ///
    /// The wallet must be a smart account: see [`Execute::upgrade_to_7710`](crate::api::Execute::upgrade_to_7710). It
    /// is sent once; [`execute`](Self::execute) says what to do after a failure.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn execute_as_delegator_batch(self, batch: &ExecuteAsDelegatorBatch) -> Result<Transaction, Error> {
        let call = Call::act(Method::POST, "/methods/executeAsDelegatorBatch").json(batch)?;
        self.client.send(call).await
    }
}
