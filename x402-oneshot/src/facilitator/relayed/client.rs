//! The facilitator.

use std::{fmt, sync::Arc};

use alloy_primitives::{Address, B256};
use x402_core::{
    Facilitator, FacilitatorRequest, Network, Reason, SettleResponse, SupportedKind, SupportedResponse, VerifyResponse,
    X402Version,
    exact::ExactPayload,
    facilitator::{FacilitatorError, FacilitatorErrorKind, Reach},
};

use super::{
    super::{
        failure::{no_answer, reason},
        outcome::{outcome, pending},
    },
    account::Pinned,
    executions::{Executions, Found},
    setup::Setup,
};
use crate::{
    Error, MethodId, WalletId,
    api::{Report, Transaction},
};

/// A facilitator that relays payments through a contract method of a 1Shot account.
///
/// Verifying is a test run of the transfer, which sees balance, nonce and signature as the chain does. Settling is an
/// execution, waited for until it is final: until a webhook [says](Relayed::listener) so, or the API when it is asked.
/// An execution is sent once. If its answer is lost it is looked up by its memo, which names the payer, the nonce, and what
/// was signed for which resource, and never sent again. Cheap to clone.
///
/// # Security
///
/// An execution is found by whoever asks for the same payment and resource. So copies of a server that sell one resource
/// must share their [claims](x402_core::claim::ClaimStore), or a payment that is shown to all of them at once may be
/// served by each, and is made once.
#[derive(Clone)]
pub struct Relayed(Arc<Setup>);

/// One payment and what settles it.
struct Route<'a> {
    payment: &'a ExactPayload,
    pinned: &'a Pinned,
    executions: Executions<'a>,
}

impl Relayed {
    pub(super) fn new(setup: Setup) -> Self {
        Self(Arc::new(setup))
    }

    pub(super) fn setup(&self) -> &Setup {
        &self.0
    }

    /// The contract method that settles payments in this token.
    #[must_use]
    pub fn method(&self, network: &Network, asset: Address) -> Option<MethodId> {
        self.pinned(network, asset).map(|pinned| pinned.method)
    }

    /// The wallet that pays the gas of payments in this token.
    #[must_use]
    pub fn wallet(&self, network: &Network, asset: Address) -> Option<WalletId> {
        self.pinned(network, asset).map(|pinned| pinned.wallet)
    }

    /// The contract methods that settle payments, of all tokens, in no order: those whose webhooks are ours.
    pub fn methods(&self) -> impl Iterator<Item = MethodId> + '_ {
        self.0.pinned.values().map(|pinned| pinned.method)
    }

    fn pinned(&self, network: &Network, asset: Address) -> Option<&Pinned> {
        self.0.pinned.get(&(network.clone(), asset))
    }

    fn route<'a>(&'a self, request: &'a FacilitatorRequest) -> Result<Route<'a>, FacilitatorError> {
        let requirements = request.requirements();
        let token = requirements.asset.evm();
        let pinned = token.and_then(|token| self.pinned(&requirements.network, token));
        match (request.exact(), token, pinned) {
            (Some(payment), Some(token), Some(pinned)) => {
                let executions = Executions::of(&self.0, pinned, token, &payment.authorization, request);
                Ok(Route { payment, pinned, executions })
            }
            _ => Err(FacilitatorError::new(FacilitatorErrorKind::Configuration, Reach::NotSent)),
        }
    }

    /// Waits until a transaction is final.
    async fn end_of(&self, transaction: Transaction) -> Result<Report, Error> {
        if transaction.status.is_final() {
            return Ok(transaction.into());
        }
        self.0.client.transactions().wait_reported(transaction.id, &self.0.wait, &self.0.reports).await
    }
}

impl Facilitator for Relayed {
    async fn verify(&self, request: &FacilitatorRequest) -> Result<VerifyResponse, FacilitatorError> {
        let Route { payment, pinned, .. } = self.route(request)?;
        let payer = payment.authorization.from;
        let Some(params) = pinned.overload.params(payment) else {
            return Ok(VerifyResponse::invalid(Reason::INVALID_SIGNATURE, Some(payer)));
        };
        let outcome = self.0.client.methods().test(pinned.method, params).await.map_err(no_answer)?;
        Ok(match outcome.success {
            true => VerifyResponse::valid(payer),
            false => VerifyResponse::invalid(reason(outcome.error_message(), Reason::SIMULATION_FAILED), Some(payer)),
        })
    }

    async fn settle(&self, request: &FacilitatorRequest) -> Result<SettleResponse, FacilitatorError> {
        let Route { payment, pinned, executions } = self.route(request)?;
        let signed = &payment.authorization;
        let Some(params) = pinned.overload.params(payment) else {
            let network = request.requirements().network.clone();
            return Ok(SettleResponse::failed(Reason::INVALID_SIGNATURE, network, Some(signed.from)));
        };
        let transaction = executions.execute(params).await?;
        let end = self.end_of(transaction).await.map_err(no_answer)?;
        Ok(outcome(&end, request, signed))
    }

    /// Looks up the executions by their memo. A completed one is the answer. If all of them failed, and not because the
    /// nonce was spent, the payment was refused. Anything else is pending, none included: it may still be on its way. An
    /// error if they cannot all be seen, unless a completed one is among those that can.
    async fn reconcile(
        &self,
        request: &FacilitatorRequest,
        _: Option<B256>,
    ) -> Result<SettleResponse, FacilitatorError> {
        let Route { payment, executions, .. } = self.route(request)?;
        let signed = &payment.authorization;
        let Found { executions, gap } = executions.all().await;
        let outcomes = executions.into_iter().map(|found| outcome(&found.into(), request, signed));
        // A success outweighs a pending one, which outweighs a failure.
        let weight = |answer: &SettleResponse| match (answer.success, &answer.error_reason) {
            (true, _) => 2,
            (false, Some(reason)) if *reason == Reason::SETTLEMENT_PENDING => 1,
            _ => 0,
        };
        match (outcomes.max_by_key(weight), gap) {
            (Some(answer), _) if answer.success => Ok(answer),
            (_, Some(gap)) => Err(no_answer(gap)),
            (answer, None) => Ok(answer.unwrap_or_else(|| pending(request, signed.from))),
        }
    }

    async fn supported(&self) -> Result<SupportedResponse, FacilitatorError> {
        let mut networks: Vec<_> = self.0.pinned.keys().map(|(network, _)| network.clone()).collect();
        networks.sort();
        networks.dedup();
        let kinds = networks.into_iter().flat_map(|network| {
            [X402Version::V2, X402Version::V1].map(|version| SupportedKind::exact(version, network.clone()))
        });
        Ok(SupportedResponse::new(kinds.collect()))
    }
}

impl fmt::Debug for Relayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relayed").field("pinned", &self.0.pinned).finish_non_exhaustive()
    }
}
