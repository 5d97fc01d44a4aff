//! The conformance suites: what they pass, and that they catch what they should.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics is a test that fails")]

mod support;

use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use alloy_primitives::{Address, B256, U256, keccak256};
use support::{BOTH, Draft, NOW, block_on, buyer, now, offer, offers, stranger, usdc};
use x402_core::{
    Facilitator, FacilitatorRequest, Network, Reason, SettleResponse, SupportedKind, SupportedResponse, VerifyResponse,
    claim::{Claim, ClaimError, ClaimState, ClaimStore, MemoryClaims, NewClaim, Ticket},
    exact::{Terms, check},
    facilitator::FacilitatorError,
    reason::ReasonKind,
    testing::{
        ScriptedFacilitator,
        conformance::{claims, facilitator},
    },
};

fn fixture() -> claims::Fixture {
    claims::Fixture::new(now(), 7)
}

#[test]
fn memory_claims_conform() {
    let store = MemoryClaims::default();
    block_on(claims::all(&store, &fixture()));
    block_on(claims::forgets_what_expired(&MemoryClaims::default(), &fixture()));
    // Shared and borrowed stores are the same store.
    block_on(claims::all(&&std::sync::Arc::new(MemoryClaims::default()), &fixture()));
}

/// Stores with one fault each.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    ForgetsAtOnce,
    ForgetsHolders,
    ForgetsResources,
    ForgetsWhileSettling,
    KeepsWhatIsReleased,
    OverwritesEnds,
}

struct Faulty {
    inner: MemoryClaims,
    fault: Fault,
}

impl Faulty {
    fn new(fault: Fault) -> Self {
        Self { inner: MemoryClaims::default(), fault }
    }
}

impl ClaimStore for Faulty {
    async fn claim(&self, claim: &NewClaim) -> Result<Claim, ClaimError> {
        let mut claim = claim.clone();
        match self.fault {
            Fault::ForgetsAtOnce => claim.now = claim.keep_until.saturating_add(std::time::Duration::from_secs(1)),
            Fault::ForgetsResources => claim.resource = B256::ZERO,
            _ => {}
        }
        self.inner.claim(&claim).await
    }

    async fn record(&self, ticket: &Ticket, state: ClaimState) -> Result<(), ClaimError> {
        if self.fault == Fault::ForgetsHolders {
            for id in 0..1_000 {
                self.inner.record(&Ticket::new(ticket.key().clone(), id), state.clone()).await?;
            }
        }
        self.inner.record(ticket, state).await
    }

    async fn release(&self, ticket: &Ticket) -> Result<(), ClaimError> {
        match self.fault {
            Fault::KeepsWhatIsReleased => Ok(()),
            _ => self.inner.release(ticket).await,
        }
    }

    fn abandon(&self, ticket: &Ticket, settling: bool) {
        if self.fault == Fault::OverwritesEnds {
            block_on(self.inner.record(ticket, ClaimState::Unknown(None))).unwrap();
        }
        self.inner.abandon(ticket, settling && self.fault != Fault::ForgetsWhileSettling);
    }
}

fn suite(fault: Fault) {
    block_on(claims::all(&Faulty::new(fault), &fixture()));
}

#[test]
#[should_panic(expected = "a claim is exclusive")]
fn a_store_that_forgets_at_once_is_caught() {
    suite(Fault::ForgetsAtOnce);
}

#[test]
#[should_panic(expected = "for another resource too")]
fn a_store_that_forgets_resources_is_caught() {
    suite(Fault::ForgetsResources);
}

#[test]
#[should_panic(expected = "only the holder moves a claim")]
fn a_store_that_forgets_holders_is_caught() {
    suite(Fault::ForgetsHolders);
}

#[test]
#[should_panic(expected = "a released claim is free")]
fn a_store_that_keeps_what_is_released_is_caught() {
    suite(Fault::KeepsWhatIsReleased);
}

#[test]
#[should_panic(expected = "stays")]
fn a_store_that_overwrites_ends_is_caught() {
    suite(Fault::OverwritesEnds);
}

#[test]
#[should_panic(expected = "a claim abandoned while settling is unknown")]
fn a_store_that_forgets_while_settling_is_caught() {
    suite(Fault::ForgetsWhileSettling);
}

fn request(draft: &Draft) -> FacilitatorRequest {
    FacilitatorRequest::new(draft.payload(), offer().requirements().clone(), offers().resource().clone())
}

fn good(nonce: u8) -> FacilitatorRequest {
    request(&Draft::of(BOTH[usize::from(nonce % 2)]).nonce(nonce))
}

/// Balances and spent nonces: a token, without a chain.
struct Ledger {
    balances: Mutex<HashMap<Address, U256>>,
    spent: Mutex<HashMap<(Address, B256), B256>>,
    transactions: AtomicU64,
    /// Answers a repeated settlement with the transaction that it was settled in, or refuses it.
    remembers: bool,
    /// Moves the money as often as it is asked.
    settles_twice: bool,
}

impl Ledger {
    fn new() -> Self {
        let balances = HashMap::from([(buyer().address(), U256::from(1_000_000))]);
        Self {
            balances: balances.into(),
            spent: Mutex::default(),
            transactions: AtomicU64::new(1),
            remembers: true,
            settles_twice: false,
        }
    }

    fn judge(&self, request: &FacilitatorRequest) -> Result<Address, Reason> {
        let asked = request.requirements();
        let exact = request.exact().ok_or(Reason::INVALID_PAYLOAD)?;
        let terms = Terms {
            network: asked.network.clone(),
            asset: usdc().address(),
            pay_to: asked.pay_to.evm().ok_or(Reason::INVALID_PAYMENT_REQUIREMENTS)?,
            value: asked.amount.as_u256(),
            max_timeout: std::time::Duration::from_secs(asked.max_timeout_seconds),
            domain: usdc().domain(),
        };
        let payer = check(exact, &terms, request.payload().version(), now())?.payer();
        if self.spent.lock().unwrap().contains_key(&(payer, exact.authorization.nonce)) {
            return Err(Reason::NONCE_USED);
        }
        let balance = self.balances.lock().unwrap().get(&payer).copied().unwrap_or_default();
        if balance < terms.value { Err(Reason::INSUFFICIENT_FUNDS) } else { Ok(payer) }
    }
}

impl Facilitator for Ledger {
    async fn verify(&self, request: &FacilitatorRequest) -> Result<VerifyResponse, FacilitatorError> {
        Ok(match self.judge(request) {
            Ok(payer) => VerifyResponse::valid(payer),
            Err(reason) => VerifyResponse::invalid(reason, None),
        })
    }

    async fn settle(&self, request: &FacilitatorRequest) -> Result<SettleResponse, FacilitatorError> {
        let network = request.requirements().network.clone();
        let signed = &request.exact().unwrap().authorization;
        let key = (signed.from, signed.nonce);
        let known = self.spent.lock().unwrap().get(&key).copied();
        if let Some(transaction) = known.filter(|_| self.remembers && !self.settles_twice) {
            return Ok(SettleResponse::settled(transaction, network, signed.from));
        }
        if self.settles_twice {
            self.spent.lock().unwrap().clear();
        }
        Ok(match self.judge(request) {
            Err(reason) => SettleResponse::failed(reason, network, None),
            Ok(payer) => {
                let transaction = keccak256(self.transactions.fetch_add(1, Ordering::Relaxed).to_be_bytes());
                *self.balances.lock().unwrap().get_mut(&payer).unwrap() -= signed.value;
                self.spent.lock().unwrap().insert(key, transaction);
                SettleResponse::settled(transaction, network, payer)
            }
        })
    }

    async fn supported(&self) -> Result<SupportedResponse, FacilitatorError> {
        let kinds = BOTH.map(|version| SupportedKind::exact(version, Network::BASE_SEPOLIA));
        Ok(SupportedResponse::new(kinds.into()))
    }
}

fn payments() -> facilitator::Fixture {
    let mut fixture =
        facilitator::Fixture::new().payable(good(1)).payable(good(2)).contested(good(3)).contested(good(4));
    for version in BOTH {
        let bent = |bend: fn(&mut Draft)| request(&Draft::of(version).nonce(9).with(bend));
        let underfunded = bent(|draft| {
            draft.signer = stranger();
            draft.authorization.from = stranger().address();
        });
        fixture = fixture
            .invalid(underfunded, [ReasonKind::InsufficientFunds])
            .invalid(bent(|draft| draft.authorization.valid_before = U256::from(NOW)), [ReasonKind::Expired])
            .invalid(bent(|draft| draft.authorization.valid_after = U256::from(NOW + 9)), [ReasonKind::TooEarly])
            .invalid(bent(|draft| draft.signer = stranger()), [ReasonKind::Signature])
            .invalid(bent(|draft| draft.authorization.value -= U256::ONE), [ReasonKind::Amount])
            .invalid(bent(|draft| draft.authorization.to = Address::ZERO), []);
    }
    fixture
}

#[test]
fn facilitators_that_remember_and_that_refuse_what_is_settled_conform() {
    for remembers in [true, false] {
        let ledger = Ledger { remembers, ..Ledger::new() };
        block_on(facilitator::all(&ledger, &payments()));
        assert_eq!(ledger.spent.lock().unwrap().len(), 4);
        if !remembers {
            block_on(facilitator::refuses(&ledger, &good(1), &[ReasonKind::NonceUsed]));
        }
    }
}

#[test]
fn the_scripted_facilitator_conforms() {
    let willing = ScriptedFacilitator::willing().hesitating(2);
    let fixture = facilitator::Fixture::new().payable(good(1)).payable(good(2)).contested(good(3));
    block_on(facilitator::all(&willing, &fixture));
    let scripted = ScriptedFacilitator::willing();
    scripted.next_verify(Ok(VerifyResponse::invalid(Reason::INSUFFICIENT_FUNDS, None)));
    let failed = SettleResponse::failed(Reason::INSUFFICIENT_FUNDS, Network::BASE_SEPOLIA, None);
    scripted.next_settle(Ok(failed));
    block_on(facilitator::refuses(&scripted, &good(4), &[ReasonKind::InsufficientFunds]));
}

#[test]
#[should_panic(expected = "a payment settles in one transaction")]
fn a_facilitator_that_settles_twice_is_caught() {
    block_on(facilitator::settles_once(&Ledger { settles_twice: true, ..Ledger::new() }, &good(1)));
}

#[test]
#[should_panic(expected = "copies of a payment that are settled at once settle once")]
fn a_facilitator_that_settles_copies_is_caught() {
    block_on(facilitator::settles_copies_once(&Ledger { settles_twice: true, ..Ledger::new() }, &good(1)));
}

#[test]
#[should_panic(expected = "a bad payment is invalid")]
fn a_facilitator_that_says_yes_to_everything_is_caught() {
    block_on(facilitator::all(&ScriptedFacilitator::willing(), &payments()));
}

#[test]
#[should_panic(expected = "a good payment settles, with its network, payer and transaction")]
fn a_facilitator_that_says_success_without_a_transaction_is_caught() {
    let facilitator = ScriptedFacilitator::willing();
    let mut batched = SettleResponse::settled(B256::ZERO, Network::BASE_SEPOLIA, buyer().address());
    batched.transaction = String::new();
    facilitator.next_settle(Ok(batched));
    block_on(facilitator::settles_once(&facilitator, &good(1)));
}

#[test]
#[should_panic(expected = "the payer is who signed")]
fn a_facilitator_that_names_another_payer_is_caught() {
    let facilitator = ScriptedFacilitator::willing();
    facilitator.next_verify(Ok(VerifyResponse::valid(stranger().address())));
    block_on(facilitator::verifies(&facilitator, &good(1)));
}
