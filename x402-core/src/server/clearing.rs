//! Settling for other servers.

use std::{error::Error, fmt, sync::Arc};

use alloy_primitives::Address;

use super::{Gate, Offer, Offers, Refusal, RefusalKind, gate::new_claim, hold::Hold};
use crate::{
    asset::Asset,
    claim::{Claim, ClaimError, ClaimState, ClaimStore, MemoryClaims, NewClaim, Taken},
    exact::Checked,
    facilitator::{Facilitator, FacilitatorRequest},
    reason::Reason,
    requirements::Scheme,
    settlement::SettleResponse,
    verification::VerifyResponse,
};

/// Verifies and settles the payments of other servers: what stands behind a facilitator's `/verify` and `/settle`.
///
/// What is asked is checked locally against the requirements that come with it, then claimed, then asked of the
/// facilitator behind it. A payment settles once, however often and by however many at once it is asked: a settlement
/// asked for again is given the first one's transaction, and one of unknown outcome is asked about first. Payments of
/// contract wallets are taken if [the gate takes them](Gate::contract_wallets). The gate's [hooks](Gate::hooks) are called
/// when a payment is settled, and not when it is only verified. Cheap to clone.
///
/// "No" is an answer. An `Err` means that there is none: the payment is [being worked on](RefusalKind::InFlight), or
/// the facilitator or the claim store [gave none](RefusalKind::Unavailable).
///
/// # Security
///
/// Asked again for the same resource, a settled payment is said to have settled: that is how a server learns what an
/// answer said that it lost. Verified again, it is [spent](Reason::NONCE_USED). So a server that verifies before it
/// serves serves a payment once, and copies that come while it settles are told to wait. Only a server that verified
/// several copies before it settled the first can be made to serve each, if it keeps no claims of its own: published
/// servers do not. For those there is [`refuse_repeats`](Self::refuse_repeats).
///
/// ```
/// use x402_core::{
///     Asset, FacilitatorRequest, Network,
///     server::{Clearing, Gate, Refusal},
///     testing::ScriptedFacilitator,
///     wire,
/// };
///
/// # async fn serve(body: &[u8]) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
/// let usdc = Asset::usdc(&Network::BASE).ok_or("not in the table")?;
/// let clearing = Clearing::new(Gate::new(ScriptedFacilitator::willing()), [usdc]);
/// let request = wire::decode_facilitator_request(body)?;
/// let answer = clearing.settle(&request).await?;
/// # Ok(
/// wire::encode_settle_response(&answer, request.payload().version())
/// # )
/// # }
/// ```
pub struct Clearing<F, C = MemoryClaims> {
    gate: Gate<F, C>,
    assets: Arc<[Asset]>,
    recipients: Option<Arc<[Address]>>,
    refuses_repeats: bool,
}

impl<F: Facilitator, C: ClaimStore> Clearing<F, C> {
    /// Settles payments in these tokens through this gate.
    #[must_use]
    pub fn new(gate: Gate<F, C>, assets: impl IntoIterator<Item = Asset>) -> Self {
        Self { gate, assets: assets.into_iter().collect(), recipients: None, refuses_repeats: false }
    }

    /// Settles payments to these recipients and no others; to anybody, unless told.
    #[must_use]
    pub fn recipients(mut self, recipients: impl IntoIterator<Item = Address>) -> Self {
        self.recipients = Some(recipients.into_iter().collect());
        self
    }

    /// Says once that a payment has settled: asked again, it is [spent](Reason::NONCE_USED), as with a facilitator that
    /// remembers nothing and meets the chain's refusal.
    ///
    /// Servers without claims of their own then serve one of several copies. The price is that a server which lost
    /// the answer cannot have it again, and that its buyer has paid for nothing.
    #[must_use]
    pub const fn refuse_repeats(mut self) -> Self {
        self.refuses_repeats = true;
        self
    }

    /// The facilitator behind it.
    #[must_use]
    pub fn facilitator(&self) -> &F {
        self.gate.facilitator()
    }

    /// Whether the payment would settle now. A payment whose settlement has begun would not, unless its outcome is
    /// unknown and nobody asks: then settling it is how to learn.
    ///
    /// # Errors
    ///
    /// [`Unavailable`](RefusalKind::Unavailable) if the facilitator or the claim store gave no answer.
    pub async fn verify(&self, request: &FacilitatorRequest) -> Result<VerifyResponse, Refusal> {
        let invalid = |reason| Ok(VerifyResponse::invalid(reason, payer(request)));
        let (checked, claim) = match self.check(request) {
            Ok(fits) => fits,
            Err(reason) => return invalid(reason),
        };
        match self.begun(&claim).await? {
            Some(ClaimState::Unknown(_)) => return Ok(VerifyResponse::valid(checked.payer())),
            Some(ClaimState::Claimed | ClaimState::Settling) => return invalid(Reason::SETTLEMENT_PENDING),
            Some(ClaimState::Settled(_) | ClaimState::Delivered) => return invalid(Reason::NONCE_USED),
            Some(ClaimState::Rejected(reason)) => return invalid(reason),
            None => {}
        }
        let answer = self.gate.facilitator().verify(request).await.map_err(Refusal::unavailable)?;
        match answer.payer {
            _ if !answer.is_valid => invalid(answer.invalid_reason.unwrap_or(Reason::UNEXPECTED_VERIFY_ERROR)),
            Some(named) if named != checked.payer() => {
                Err(Refusal::unavailable("the facilitator verified a payment of somebody else"))
            }
            _ => Ok(VerifyResponse::valid(checked.payer())),
        }
    }

    /// Settles the payment, or says what became of it when it was settled before.
    ///
    /// It should run where a client that hangs up cannot stop it: if this future is dropped while the facilitator is
    /// asked, the outcome is unknown until the payment is settled again.
    ///
    /// # Errors
    ///
    /// [`InFlight`](RefusalKind::InFlight) while somebody else settles it: ask again;
    /// [`Unavailable`](RefusalKind::Unavailable) if the facilitator or the claim store gave no answer, which does not
    /// mean that the payment was never settled.
    pub async fn settle(&self, request: &FacilitatorRequest) -> Result<SettleResponse, Refusal> {
        let failed =
            |reason| Ok(SettleResponse::failed(reason, request.requirements().network.clone(), payer(request)));
        let offers = match self.offers(request) {
            Ok(offers) => offers,
            Err(reason) => return failed(reason),
        };
        let refusal = match self.gate.admit(&offers, request.payload().clone()).await {
            Ok(admission) => match admission.settle().await {
                Ok(settled) => {
                    let answer = settled.receipt().to_response();
                    if self.refuses_repeats {
                        settled.deliver().await;
                    }
                    return Ok(answer);
                }
                Err(unsettled) => unsettled.into_parts().0,
            },
            // Only a payment that was never settled is verified: that it is not settled now is certain.
            Err(refusal) if refusal.kind() == RefusalKind::Unavailable && !is_the_stores(&refusal) => {
                return failed(Reason::UNEXPECTED_VERIFY_ERROR);
            }
            Err(refusal) => refusal,
        };
        match (refusal.settlement(), refusal.reason()) {
            (Some((_, answer)), _) => Ok(answer.clone()),
            (None, Some(reason)) => failed(reason.clone()),
            (None, None) => Err(refusal),
        }
    }

    /// What is asked, as an offer of our own.
    fn offers(&self, request: &FacilitatorRequest) -> Result<Offers, Reason> {
        let asked = request.requirements();
        if asked.scheme != Scheme::EXACT {
            return Err(Reason::UNSUPPORTED_SCHEME);
        }
        let mut here = self.assets.iter().filter(|asset| asset.network() == asked.network).peekable();
        if here.peek().is_none() {
            return Err(Reason::INVALID_NETWORK);
        }
        let asset = here.find(|asset| asked.asset == asset.address()).ok_or(Reason::INVALID_PAYMENT_REQUIREMENTS)?;
        let pay_to = asked.pay_to.evm().filter(|pay_to| self.pays(pay_to)).filter(|_| !asked.amount.is_zero());
        let pay_to = pay_to.ok_or(Reason::INVALID_PAYMENT_REQUIREMENTS)?;
        let offer = Offer::asked(request.shared_requirements(), asset, pay_to);
        Offers::new(request.resource().clone(), [offer]).map_err(|_| Reason::INVALID_PAYMENT_REQUIREMENTS)
    }

    fn pays(&self, recipient: &Address) -> bool {
        self.recipients.as_ref().is_none_or(|recipients| recipients.contains(recipient))
    }

    fn check(&self, request: &FacilitatorRequest) -> Result<(Checked, NewClaim), Reason> {
        let (offers, now) = (self.offers(request)?, self.gate.now());
        let (offer, checked) = self.gate.check(&offers, request.payload(), now)?;
        match new_claim(&offers, offer, &checked, false, now) {
            Ok(claim) => Ok((checked, claim)),
            Err(_) => Err(Reason::INVALID_NETWORK),
        }
    }

    /// What became of a payment so far, if anything.
    async fn begun(&self, claim: &NewClaim) -> Result<Option<ClaimState>, Refusal> {
        let claims = self.gate.claim_store();
        let (ticket, taken) = match claims.claim(claim).await.map_err(Refusal::unavailable)? {
            Claim::Absent => return Ok(None),
            // Somebody else's resource does not come to know more than that the payment is spent.
            Claim::Held { state: ClaimState::Unknown(_), same_resource: false } => {
                return Ok(Some(ClaimState::Delivered));
            }
            Claim::Held { state: ClaimState::Unknown(_), .. } => return Ok(Some(ClaimState::Settling)),
            Claim::Held { state, .. } => return Ok(Some(state)),
            Claim::Taken(ticket, taken) => (ticket, taken),
        };
        Hold::new(claims, ticket).release().await;
        Ok(match taken {
            Taken::Fresh => None,
            Taken::Settled(receipt) => Some(ClaimState::Settled(receipt)),
            Taken::Unknown(transaction) => Some(ClaimState::Unknown(transaction)),
        })
    }
}

/// Who says that they pay.
fn payer(request: &FacilitatorRequest) -> Option<Address> {
    request.exact().map(|exact| exact.authorization.from)
}

/// Whether it is the claim store that gave no answer: then nobody knows what became of the payment before.
fn is_the_stores(refusal: &Refusal) -> bool {
    refusal.source().is_some_and(|source| source.is::<ClaimError>())
}

impl<F, C> Clone for Clearing<F, C> {
    fn clone(&self) -> Self {
        Self {
            gate: self.gate.clone(),
            assets: Arc::clone(&self.assets),
            recipients: self.recipients.clone(),
            refuses_repeats: self.refuses_repeats,
        }
    }
}

impl<F, C> fmt::Debug for Clearing<F, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clearing")
            .field("assets", &self.assets)
            .field("recipients", &self.recipients)
            .field("refuses_repeats", &self.refuses_repeats)
            .finish_non_exhaustive()
    }
}
