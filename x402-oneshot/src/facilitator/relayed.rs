//! Settling through a contract method.

use std::{collections::HashMap, fmt, sync::Arc};

use alloy_primitives::{Address, B256};
use x402_core::{
    Facilitator, FacilitatorRequest, Network, Reason, SettleResponse, SupportedKind, SupportedResponse, VerifyResponse,
    X402Version,
    exact::ExactPayload,
    facilitator::{FacilitatorError, FacilitatorErrorKind, Reach},
};

use super::{
    failure::{no_answer, reason},
    method::{memo, params},
    provision::RelayedBuilder,
};
use crate::{
    BusinessId, Client, Error, MethodId, TransactionId,
    api::{Execute, Transaction, TransactionStatus, WaitPolicy},
};

/// A facilitator that relays payments through a contract method of a 1Shot account.
///
/// Verifying is a test run of the transfer, which sees balance, nonce and signature as the chain does. Settling is an
/// execution, waited for until it is final. An execution is sent once. If its answer is lost it is looked up by its
/// memo, which names payer and nonce, and never sent again. Cheap to clone.
#[derive(Clone)]
pub struct Relayed(Arc<Inner>);

struct Inner {
    client: Client,
    business: BusinessId,
    methods: HashMap<(Network, Address), MethodId>,
    wait: WaitPolicy,
}

impl Relayed {
    /// Sets one up for tokens of your choice.
    pub const fn builder(client: Client, business: BusinessId) -> RelayedBuilder {
        RelayedBuilder::new(client, business)
    }

    pub(super) fn new(
        client: Client,
        business: BusinessId,
        methods: HashMap<(Network, Address), MethodId>,
        wait: WaitPolicy,
    ) -> Self {
        Self(Arc::new(Inner { client, business, methods, wait }))
    }

    /// The contract method that settles payments in this token.
    #[must_use]
    pub fn method(&self, network: &Network, asset: Address) -> Option<MethodId> {
        self.0.methods.get(&(network.clone(), asset)).copied()
    }

    /// The payment and the method that settles it.
    fn route<'a>(&self, request: &'a FacilitatorRequest) -> Result<(&'a ExactPayload, MethodId), FacilitatorError> {
        let requirements = request.requirements();
        let method = requirements.asset.evm().and_then(|asset| self.method(&requirements.network, asset));
        match (request.exact(), method) {
            (Some(payment), Some(method)) => Ok((payment, method)),
            _ => Err(FacilitatorError::new(FacilitatorErrorKind::Configuration, Reach::NotSent)),
        }
    }

    /// Executes the transfer, once, and returns the transaction that does it.
    async fn execute(&self, method: MethodId, payment: &ExactPayload) -> Result<TransactionId, FacilitatorError> {
        let signed = &payment.authorization;
        let memo = memo(signed.from, signed.nonce);
        let run = Execute::new(params(payment)).memo(memo.as_str());
        match self.0.client.methods().execute(method, run).await {
            Ok(transaction) => Ok(transaction.id),
            Err(error) if error.may_have_acted() => match self.find(method, &memo).await {
                Some(id) => Ok(id),
                None => Err(no_answer(error)),
            },
            Err(error) => Err(no_answer(error)),
        }
    }

    /// Looks for an execution whose answer was lost. Not finding it proves nothing: it may still be on its way.
    async fn find(&self, method: MethodId, memo: &str) -> Option<TransactionId> {
        let executions = self.executions(method, memo).await.ok()?;
        executions.first().map(|found| found.id)
    }

    /// The executions with this memo.
    async fn executions(&self, method: MethodId, memo: &str) -> Result<Vec<Transaction>, Error> {
        let list = self.0.client.transactions().list(self.0.business).method(method).memo(memo);
        let mut listed = list.send().await?.response;
        // How the API compares memos is not documented.
        listed.retain(|found| found.memo.as_deref() == Some(memo));
        Ok(listed)
    }
}

impl Facilitator for Relayed {
    async fn verify(&self, request: &FacilitatorRequest) -> Result<VerifyResponse, FacilitatorError> {
        let (payment, method) = self.route(request)?;
        let outcome = self.0.client.methods().test(method, params(payment)).await.map_err(no_answer)?;
        let payer = payment.authorization.from;
        Ok(match outcome.success {
            true => VerifyResponse::valid(payer),
            false => VerifyResponse::invalid(reason(outcome.error_message(), Reason::SIMULATION_FAILED), Some(payer)),
        })
    }

    async fn settle(&self, request: &FacilitatorRequest) -> Result<SettleResponse, FacilitatorError> {
        let (payment, method) = self.route(request)?;
        let id = self.execute(method, payment).await?;
        let waited = self.0.client.transactions().wait(id, &self.0.wait).await;
        let transaction = waited.map_err(|error: Error| no_answer(error))?;
        Ok(outcome(&transaction, request, payment.authorization.from))
    }

    /// Looks up the executions by their memo. A completed one is the answer. If all of them failed, and not because the
    /// nonce was spent, the payment was refused. Anything else is pending, none included: it may still be on its way.
    async fn reconcile(
        &self,
        request: &FacilitatorRequest,
        _: Option<B256>,
    ) -> Result<SettleResponse, FacilitatorError> {
        let (payment, method) = self.route(request)?;
        let signed = &payment.authorization;
        let memo = memo(signed.from, signed.nonce);
        let executions = self.executions(method, &memo).await.map_err(no_answer)?;
        let outcomes = executions.iter().map(|found| match found.status.is_final() {
            true => outcome(found, request, signed.from),
            false => pending(request, signed.from),
        });
        // A success outweighs a pending one, which outweighs a failure.
        let weight = |answer: &SettleResponse| match (answer.success, &answer.error_reason) {
            (true, _) => 2,
            (false, Some(reason)) if *reason == Reason::SETTLEMENT_PENDING => 1,
            _ => 0,
        };
        Ok(outcomes.max_by_key(weight).unwrap_or_else(|| pending(request, signed.from)))
    }

    async fn supported(&self) -> Result<SupportedResponse, FacilitatorError> {
        let mut networks: Vec<_> = self.0.methods.keys().map(|(network, _)| network.clone()).collect();
        networks.sort();
        networks.dedup();
        let kinds = networks.into_iter().flat_map(|network| {
            [X402Version::V2, X402Version::V1].map(|version| SupportedKind::exact(version, network.clone()))
        });
        Ok(SupportedResponse::new(kinds.collect()))
    }
}

fn pending(request: &FacilitatorRequest, payer: Address) -> SettleResponse {
    SettleResponse::failed(Reason::SETTLEMENT_PENDING, request.requirements().network.clone(), Some(payer))
}

/// What a final transaction means for the payment.
fn outcome(transaction: &Transaction, request: &FacilitatorRequest, payer: Address) -> SettleResponse {
    let network = request.requirements().network.clone();
    if transaction.status == TransactionStatus::Completed {
        return match transaction.transaction_hash {
            Some(hash) => SettleResponse::settled(hash, network, payer),
            // Completed, and nothing to show for it.
            None => pending(request, payer),
        };
    }
    match reason(transaction.failure_reason.as_deref(), Reason::INVALID_TRANSACTION_STATE) {
        // Somebody else may have put this very authorization on chain, which pays us all the same (attack 2): that the
        // nonce is spent is no proof that we were not paid.
        used if used == Reason::NONCE_USED => pending(request, payer),
        reason => SettleResponse::failed(reason, network, Some(payer)),
    }
}

impl fmt::Debug for Relayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relayed").field("methods", &self.0.methods).finish_non_exhaustive()
    }
}
