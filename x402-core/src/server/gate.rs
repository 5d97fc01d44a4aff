//! Admitting payments.

use std::{fmt, sync::Arc, time::Duration};

use alloy_primitives::keccak256;
use http::HeaderMap;

use super::{
    Admission, Decision, Hooks, Offer, Offers, Payment, Refusal, case::Case, hold::Hold, hook::SharedHooks,
    pending::reconcile,
};
use crate::{
    amount::Amount,
    claim::{Claim, ClaimKey, ClaimState, ClaimStore, MemoryClaims, NewClaim, Taken},
    exact::{Checked, last_good_moment},
    facilitator::{Facilitator, FacilitatorRequest},
    header::{self, read_payment},
    payload::PaymentPayload,
    reason::Reason,
    settlement::Settlement,
    time::{Clock, SystemClock, UnixSeconds},
};

/// How long a claim is remembered after its authorization expired: clocks differ, and blocks come late.
const CLAIM_MARGIN: Duration = Duration::from_secs(600);

/// Takes payments: reads, checks, claims and verifies them.
///
/// Cheap to clone. One gate serves all routes of a process, so that all share its claims: a payment is good for one
/// request on one of them.
pub struct Gate<F, C = MemoryClaims>(Arc<Setup<F, C>>);

/// In one piece, since servers clone a gate for each request.
struct Setup<F, C> {
    facilitator: Arc<F>,
    claims: Arc<C>,
    clock: Arc<dyn Clock>,
    hooks: SharedHooks,
    max_header_len: usize,
    verifies: bool,
    takes_contract_wallets: bool,
}

impl<F: Facilitator> Gate<F> {
    /// A gate with claims in memory and the system's clock.
    #[must_use]
    pub fn new(facilitator: F) -> Self {
        Self(Arc::new(Setup {
            facilitator: Arc::new(facilitator),
            claims: Arc::default(),
            clock: Arc::new(SystemClock),
            hooks: SharedHooks::default(),
            max_header_len: header::DEFAULT_MAX_LEN,
            verifies: true,
            takes_contract_wallets: false,
        }))
    }
}

impl<F: Facilitator, C: ClaimStore> Gate<F, C> {
    /// Keeps claims in another store.
    #[must_use]
    pub fn claims<D: ClaimStore>(self, claims: D) -> Gate<F, D> {
        let Setup { facilitator, claims: _, clock, hooks, max_header_len, verifies, takes_contract_wallets } =
            Arc::unwrap_or_clone(self.0);
        let claims = Arc::new(claims);
        Gate(Arc::new(Setup { facilitator, claims, clock, hooks, max_header_len, verifies, takes_contract_wallets }))
    }

    /// Takes the time from another clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.change().clock = Arc::new(clock);
        self
    }

    /// Calls these hooks.
    #[must_use]
    pub fn hooks(mut self, hooks: impl Hooks + 'static) -> Self {
        self.change().hooks = SharedHooks::new(hooks);
        self
    }

    /// Asks another facilitator, made of this one: to observe it, for example.
    #[must_use]
    pub fn map_facilitator<G: Facilitator>(self, map: impl FnOnce(Arc<F>) -> G) -> Gate<G, C> {
        let Setup { facilitator, claims, clock, hooks, max_header_len, verifies, takes_contract_wallets } =
            Arc::unwrap_or_clone(self.0);
        let facilitator = Arc::new(map(facilitator));
        Gate(Arc::new(Setup { facilitator, claims, clock, hooks, max_header_len, verifies, takes_contract_wallets }))
    }

    /// Reads payment headers of at most so many bytes; 16 KiB unless told otherwise.
    #[must_use]
    pub fn max_header_len(mut self, bytes: usize) -> Self {
        self.change().max_header_len = bytes;
        self
    }

    /// Whether the facilitator is asked to verify before the work begins; it is, unless told otherwise.
    ///
    /// Without it the work may be done for a payment that then does not settle. It makes sense where settling comes
    /// first, since settling is the check. Payments of [contract wallets](Self::contract_wallets) are always verified.
    ///
    /// # Security
    ///
    /// Verification is also what stops a used payment that the claim store has forgotten. Switch it off only with a
    /// store that outlives the process; else each restart lets payments that are still valid be used once more.
    #[must_use]
    pub fn verify(mut self, verifies: bool) -> Self {
        self.change().verifies = verifies;
        self
    }

    /// Takes payments of contract wallets too; unless told so, only those of accounts with a key of their own.
    ///
    /// What such a wallet takes for its signature only the chain knows
    /// ([ERC-1271](https://eips.ethereum.org/EIPS/eip-1271)). So a signature that is not the payer's own is no refusal
    /// any more, and no proof either: the facilitator is asked, also where it [is not](Self::verify) otherwise and where
    /// a hook [granted](Decision::Grant) the payment, and nothing is done before it says that the payment is valid. All
    /// else is checked as ever. The wallet must be on chain: a signature that names a factory to deploy it with
    /// ([ERC-6492](https://eips.ethereum.org/EIPS/eip-6492)) is refused, as is one of more than 4096 bytes, or of none.
    ///
    /// The facilitator has to know such wallets: with x402-oneshot `Relayed`, in a token whose function takes the
    /// signature as bytes, does, and `Native` refuses them. A v1 payment that fits several offers is taken for the first
    /// of them, as it does not name its token. A signature of 65 bytes that ends in 0 or 1 is passed on with 27 or 28.
    ///
    /// # Security
    ///
    /// Whoever names a payer makes the facilitator be asked, and gas be spent if it settles: the wallet is code of its
    /// owner's, which may run long, and may change its mind after it was verified. Limit the rate, and settle first where
    /// the work is dear. Whoever presents a payment of such a wallet again, after it settled, must show the signature
    /// that was found valid, to the byte; what is presented with another one is [spent](Reason::NONCE_USED).
    #[must_use]
    pub fn contract_wallets(mut self) -> Self {
        self.change().takes_contract_wallets = true;
        self
    }

    fn change(&mut self) -> &mut Setup<F, C> {
        Arc::make_mut(&mut self.0)
    }

    /// The facilitator.
    #[must_use]
    pub fn facilitator(&self) -> &F {
        &self.0.facilitator
    }

    /// The clock.
    #[must_use]
    pub fn now(&self) -> UnixSeconds {
        self.0.clock.now()
    }

    /// The claims.
    #[must_use]
    pub fn claim_store(&self) -> &C {
        &self.0.claims
    }

    /// Reads a request's payment. There is no I/O.
    ///
    /// # Errors
    ///
    /// [`Unpaid`](super::RefusalKind::Unpaid) if there is none, [`Malformed`](super::RefusalKind::Malformed) or
    /// [`TooLong`](super::RefusalKind::TooLong) if it cannot be read.
    pub fn read_payment(&self, headers: &HeaderMap) -> Result<PaymentPayload, Refusal> {
        match read_payment(headers, self.0.max_header_len) {
            Ok(Some(payment)) => Ok(payment),
            Ok(None) => Err(Refusal::unpaid()),
            Err(error) => Err(Refusal::header(error)),
        }
    }

    /// Checks a payment against the offers, claims it, and asks the facilitator whether it would settle.
    ///
    /// The check is local, and comes before anything is sent anywhere. The claim comes before the facilitator is
    /// asked. If this future is dropped the claim is released.
    ///
    /// A payment that settled earlier and never got its content is admitted with its receipt, also after it has
    /// expired. One whose earlier settlement may have happened is asked about first.
    ///
    /// # Errors
    ///
    /// [`Invalid`](super::RefusalKind::Invalid) with the protocol's code if the payment is not what was asked, would
    /// not settle, or is used up; [`InFlight`](super::RefusalKind::InFlight) while a copy of it is being worked on;
    /// [`SettlementUnknown`](super::RefusalKind::SettlementUnknown) if an earlier settlement of it may have happened;
    /// [`Unavailable`](super::RefusalKind::Unavailable) if the facilitator or the claim store gave no answer.
    pub async fn admit(&self, offers: &Offers, payload: PaymentPayload) -> Result<Admission<Arc<F>, Arc<C>>, Refusal> {
        let now = self.0.clock.now();
        let Fit { offer, checked, starts } = self.fit(offers, &payload, now)?;
        let claim = new_claim(offers, offer, &checked, starts, now)?;
        let terms = offer.terms();
        let mut payment = Payment {
            payer: checked.payer(),
            amount: Amount::from(terms.value),
            asset: terms.asset,
            network: terms.network.clone(),
            version: payload.version(),
            receipt: None,
        };
        let (ticket, taken) = match self.0.claims.claim(&claim).await.map_err(Refusal::unavailable)? {
            Claim::Taken(ticket, taken) => (ticket, taken),
            Claim::Absent => return Err(Refusal::invalid(Reason::VALID_BEFORE)),
            Claim::Held { state, same_resource } => return Err(held(state, same_resource, &payment)),
        };
        let mut hold = Hold::new(Arc::clone(&self.0.claims), ticket);
        let request = FacilitatorRequest::shared(payload, offer.shared_requirements(), offers.shared_resource());
        match taken {
            Taken::Fresh => {
                if let Err(refusal) = self.verified(&request, &payment, checked.is_proven()).await {
                    hold.release().await;
                    return Err(refusal);
                }
            }
            Taken::Settled(receipt) => payment.receipt = Some(receipt),
            Taken::Unknown(transaction) => match reconcile(&*self.0.facilitator, &request, &payment, transaction).await
            {
                Settlement::Settled(receipt) => {
                    hold.ended(ClaimState::Settled(receipt.clone())).await;
                    self.0.hooks.after_settle(&payment, &receipt).await;
                    payment.receipt = Some(receipt);
                }
                Settlement::Refused(reason) => {
                    hold.ended(ClaimState::Rejected(reason.clone())).await;
                    return Err(Refusal::settlement_refused(reason, &payment));
                }
                Settlement::Unknown(named) => {
                    if named != transaction {
                        hold.ended(ClaimState::Unknown(named)).await;
                    }
                    hold.release().await;
                    return Err(Refusal::pending(&payment, named));
                }
            },
        }
        Ok(Admission(Box::new(Case {
            facilitator: Arc::clone(&self.0.facilitator),
            hooks: self.0.hooks.clone(),
            hold,
            request,
            payment,
            expires: checked.expires(),
            handed_over: false,
        })))
    }

    /// Finds the offer that a payment fits. One that has expired still fits if it did while it was good: it may have been
    /// settled then, and its content be owed.
    fn fit<'a>(&self, offers: &'a Offers, payload: &PaymentPayload, now: UnixSeconds) -> Result<Fit<'a>, Refusal> {
        let expired = match self.check(offers, payload, now) {
            Ok((offer, checked)) => return Ok(Fit { offer, checked, starts: true }),
            Err(reason) if reason == Reason::VALID_BEFORE => reason,
            Err(reason) => return Err(Refusal::invalid(reason)),
        };
        let then = payload.exact().and_then(|exact| last_good_moment(&exact.authorization)).filter(|then| *then < now);
        let Some(then) = then else { return Err(Refusal::invalid(expired)) };
        match self.check(offers, payload, then) {
            Ok((offer, checked)) => Ok(Fit { offer, checked, starts: false }),
            Err(_) => Err(Refusal::invalid(expired)),
        }
    }

    /// The local check.
    pub(super) fn check<'a>(
        &self,
        offers: &'a Offers,
        payload: &PaymentPayload,
        now: UnixSeconds,
    ) -> Result<(&'a Offer, Checked), Reason> {
        match self.0.takes_contract_wallets {
            true => offers.check_of_any(payload, now),
            false => offers.check(payload, now),
        }
    }

    /// Asks the hooks, and the facilitator between them.
    async fn verified(&self, request: &FacilitatorRequest, payment: &Payment, is_proven: bool) -> Result<(), Refusal> {
        match self.0.hooks.before_verify(payment).await.map_err(Refusal::unavailable)? {
            Decision::Refuse(reason) => return Err(Refusal::invalid(reason)),
            // Whatever was decided: nobody else can tell whether the payer signed.
            Decision::Grant | Decision::Proceed if !is_proven => self.ask(request, payment).await?,
            Decision::Grant => {}
            Decision::Proceed if !self.0.verifies => {}
            Decision::Proceed => self.ask(request, payment).await?,
        }
        match self.0.hooks.after_verify(payment).await.map_err(Refusal::unavailable)? {
            Decision::Refuse(reason) => Err(Refusal::invalid(reason)),
            Decision::Grant | Decision::Proceed => Ok(()),
        }
    }

    async fn ask(&self, request: &FacilitatorRequest, payment: &Payment) -> Result<(), Refusal> {
        let answer = self.0.facilitator.verify(request).await.map_err(Refusal::unavailable)?;
        if !answer.is_valid {
            return Err(Refusal::invalid(answer.invalid_reason.unwrap_or(Reason::UNEXPECTED_VERIFY_ERROR)));
        }
        match answer.payer {
            Some(named) if named != payment.payer => {
                Err(Refusal::unavailable("the facilitator verified a payment of somebody else"))
            }
            _ => Ok(()),
        }
    }
}

/// An offer that a payment fits.
struct Fit<'a> {
    offer: &'a Offer,
    checked: Checked,
    /// Whether the payment can still settle.
    starts: bool,
}

/// The claim to a payment that fits an offer.
pub(super) fn new_claim(
    offers: &Offers,
    offer: &Offer,
    checked: &Checked,
    starts: bool,
    now: UnixSeconds,
) -> Result<NewClaim, Refusal> {
    let terms = offer.terms();
    let Some(chain_id) = terms.network.chain_id() else {
        return Err(Refusal::invalid(Reason::INVALID_NETWORK));
    };
    let key = ClaimKey { chain_id, asset: terms.asset, from: checked.payer(), nonce: checked.nonce() };
    let keep_until = checked.expires().saturating_add(CLAIM_MARGIN);
    // A payer can sign one nonce twice: what was paid with the one authorization is not owed to the other.
    let resource = keccak256(offers.resource_hash().concat_const::<32, 64>(checked.identity()));
    Ok(NewClaim { key, resource, starts, keep_until, now })
}

/// Why a payment that somebody has, or had, is not admitted.
fn held(state: ClaimState, same_resource: bool, payment: &Payment) -> Refusal {
    match state {
        ClaimState::Claimed | ClaimState::Settling => Refusal::in_flight(),
        // Settled, and being handed over right now.
        ClaimState::Settled(_) if same_resource => Refusal::in_flight(),
        ClaimState::Settled(_) | ClaimState::Delivered => Refusal::invalid(Reason::NONCE_USED),
        ClaimState::Rejected(reason) => Refusal::invalid(reason),
        ClaimState::Unknown(_) if !same_resource => Refusal::invalid(Reason::NONCE_USED),
        ClaimState::Unknown(transaction) => Refusal::pending(payment, transaction),
    }
}

impl<F, C> Clone for Gate<F, C> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<F, C> Clone for Setup<F, C> {
    fn clone(&self) -> Self {
        Self {
            facilitator: Arc::clone(&self.facilitator),
            claims: Arc::clone(&self.claims),
            clock: Arc::clone(&self.clock),
            hooks: self.hooks.clone(),
            max_header_len: self.max_header_len,
            verifies: self.verifies,
            takes_contract_wallets: self.takes_contract_wallets,
        }
    }
}

impl<F, C> fmt::Debug for Gate<F, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate")
            .field("max_header_len", &self.0.max_header_len)
            .field("verifies", &self.0.verifies)
            .field("takes_contract_wallets", &self.0.takes_contract_wallets)
            .finish_non_exhaustive()
    }
}
