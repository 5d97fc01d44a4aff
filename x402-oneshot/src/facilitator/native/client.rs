//! The facilitator.

use std::{collections::HashSet, fmt, sync::Arc};

use alloy_primitives::{Address, B256};
use x402_core::{
    Facilitator, FacilitatorRequest, Network, Reason, SettleResponse, Settlement, Signature, SupportedResponse,
    VerifyResponse,
    exact::ExactPayload,
    facilitator::{FacilitatorError, FacilitatorErrorKind, Reach},
};

use super::{
    super::{
        dialect,
        failure::no_answer,
        outcome::{outcome, pending},
    },
    NativeBuilder,
    confirmation::{Claimed, Confirmation},
};
use crate::{BusinessId, Client, api::Report};

/// A facilitator over 1Shot's `/x402` endpoints: verifying is one call, settling is one call and its confirmation.
///
/// 1Shot relays `exact` payments in EIP-3009 tokens through the overload of `transferWithAuthorization` that takes
/// `v`, `r` and `s`. So only plain accounts can pay: a signature that cannot be taken apart (a smart wallet's, which is
/// not of 65 bytes) is refused here, before anything is sent; [`Relayed`](super::super::Relayed) takes those too. What
/// deviates from the protocol in 1Shot's answers is put right. Cheap to clone.
///
/// Whether 1Shot answers a settlement when it is mined or when it is sent is not documented. So its transaction is
/// looked up among the account's, and counts when it is completed there: one more call as a rule, in a list of the
/// transactions of the last minutes. At the deadline of [`NativeBuilder::wait`] the outcome is unknown, and can be asked
/// for again. [`NativeBuilder::unconfirmed`] does without. Give the client a [deadline](crate::Config::deadline) of
/// several blocks, for a settlement that is answered when it is mined.
#[derive(Clone)]
pub struct Native(Arc<Inner>);

pub(super) struct Inner {
    pub(super) client: Client,
    pub(super) tokens: HashSet<(Network, Address)>,
    pub(super) confirmation: Option<Confirmation>,
}

impl Native {
    /// Sets one up for tokens of your choice, on the account of a business.
    pub fn builder(client: Client, business: BusinessId) -> NativeBuilder {
        NativeBuilder::new(client, business)
    }

    pub(super) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// The payment, if it is one that we are set up for.
    fn payment<'a>(&self, request: &'a FacilitatorRequest) -> Result<&'a ExactPayload, FacilitatorError> {
        let requirements = request.requirements();
        let token = requirements.asset.evm().map(|asset| (requirements.network.clone(), asset));
        let known = token.is_some_and(|token| self.0.tokens.contains(&token));
        let payment = request.exact().filter(|_| known);
        payment.ok_or_else(|| FacilitatorError::new(FacilitatorErrorKind::Configuration, Reach::NotSent))
    }
}

/// Whether 1Shot can take a signature apart, and the token will take the parts.
fn is_plain(payment: &ExactPayload) -> bool {
    Signature::from_bytes(&payment.signature).is_ok()
}

impl Facilitator for Native {
    async fn verify(&self, request: &FacilitatorRequest) -> Result<VerifyResponse, FacilitatorError> {
        let payment = self.payment(request)?;
        if !is_plain(payment) {
            return Ok(VerifyResponse::invalid(Reason::INVALID_SIGNATURE, Some(payment.authorization.from)));
        }
        let said = self.0.client.x402().verify(request).await.map_err(no_answer)?;
        Ok(dialect::verification(&said, request))
    }

    async fn settle(&self, request: &FacilitatorRequest) -> Result<SettleResponse, FacilitatorError> {
        let payment = self.payment(request)?;
        let (network, payer) = (&request.requirements().network, payment.authorization.from);
        if !is_plain(payment) {
            return Ok(SettleResponse::failed(Reason::INVALID_SIGNATURE, network.clone(), Some(payer)));
        }
        let begun = self.0.confirmation.as_ref().map(|confirmation| (confirmation, confirmation.now()));
        let said = self.0.client.x402().settle(request).await.map_err(no_answer)?;
        let answer = dialect::settlement(&said, request);
        let Some((confirmation, since)) = begun else { return Ok(answer) };
        // What is no settlement anyway (it names another payer, say) needs no confirmation.
        let Settlement::Settled(receipt) = Settlement::judge(&answer, network, payer) else { return Ok(answer) };
        let Some(claimed) = claimed(request, payment, receipt.transaction) else { return Ok(answer) };
        let end = confirmation.wait(&self.0.client, &claimed, since).await;
        Ok(confirmed(request, &claimed, end.as_ref()))
    }

    /// Looks the transaction up among the account's of the last day, if one is named and settlements are confirmed.
    ///
    /// Without one nothing is looked for. A transfer of the payment that was found by its nonce could be another server's,
    /// which has served for it; [`Relayed`](super::super::Relayed) tells them apart by their memos.
    async fn reconcile(
        &self,
        request: &FacilitatorRequest,
        transaction: Option<B256>,
    ) -> Result<SettleResponse, FacilitatorError> {
        let payment = self.payment(request)?;
        let claimed = transaction.and_then(|hash| claimed(request, payment, hash));
        let (Some(confirmation), Some(claimed)) = (&self.0.confirmation, claimed) else {
            return Ok(pending(request, payment.authorization.from));
        };
        let end = confirmation.past(&self.0.client, &claimed).await;
        Ok(confirmed(request, &claimed, end.as_ref()))
    }

    /// Asks 1Shot: the account may have been set up for more, or less, since.
    async fn supported(&self) -> Result<SupportedResponse, FacilitatorError> {
        let said = self.0.client.x402().supported().await.map_err(no_answer)?;
        Ok(dialect::supported(&said))
    }
}

/// The transaction that is said to settle a payment; `None` for what is not on an EVM chain.
fn claimed<'a>(request: &FacilitatorRequest, payment: &'a ExactPayload, hash: B256) -> Option<Claimed<'a>> {
    let requirements = request.requirements();
    let (chain_id, token) = (requirements.network.chain_id()?, requirements.asset.evm()?);
    Some(Claimed { hash, chain_id, token, signed: &payment.authorization })
}

/// What the end of that transaction means for the payment, if it is known.
fn confirmed(request: &FacilitatorRequest, claimed: &Claimed<'_>, end: Option<&Report>) -> SettleResponse {
    let mut answer = match end {
        Some(end) => outcome(end, request, claimed.signed),
        None => pending(request, claimed.signed.from),
    };
    answer.transaction = claimed.hash.to_string();
    answer
}

impl fmt::Debug for Native {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Native").field("tokens", &self.0.tokens).finish_non_exhaustive()
    }
}
