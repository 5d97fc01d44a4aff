//! The rules for claim stores.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use alloy_primitives::{Address, B256, U256, keccak256};

use super::join::join;
use crate::{
    claim::{Claim, ClaimKey, ClaimState, ClaimStore, NewClaim, Ticket},
    network::Network,
    reason::Reason,
    settlement::Receipt,
    time::UnixSeconds,
};

type Pause = Box<dyn Fn() -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// How often a store that works on a task of its own is looked at before it counts as broken.
const PATIENCE: usize = 1000;

/// How long the suite's claims are to be kept.
const KEPT: Duration = Duration::from_secs(600);

/// What the suite needs to know.
pub struct Fixture {
    now: UnixSeconds,
    seed: B256,
    keys: AtomicU64,
    pause: Pause,
}

impl Fixture {
    /// The current time, as the store sees it, and a number that is new for every run on a store that outlives the run.
    #[must_use]
    pub fn new(now: UnixSeconds, seed: u64) -> Self {
        let seed = keccak256(seed.to_be_bytes());
        Self { now, seed, keys: AtomicU64::new(0), pause: Box::new(|| Box::pin(std::future::ready(()))) }
    }

    /// How to let a store get on that does the work of [`abandon`](ClaimStore::abandon) on a task of its own: a short
    /// sleep of the runtime's.
    #[must_use]
    pub fn pause<F: Future<Output = ()> + Send + 'static>(
        mut self,
        pause: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self {
        self.pause = Box::new(move || Box::pin(pause()));
        self
    }

    /// A claim that nobody has made.
    fn fresh(&self) -> NewClaim {
        let number = self.keys.fetch_add(1, Ordering::Relaxed);
        NewClaim {
            key: ClaimKey {
                chain_id: 84532,
                asset: Address::repeat_byte(0xa5),
                from: Address::repeat_byte(0xf0),
                nonce: keccak256([self.seed.as_slice(), &number.to_be_bytes()].concat()),
            },
            resource: B256::repeat_byte(1),
            keep_until: self.now.saturating_add(KEPT),
            now: self.now,
        }
    }

    /// Waits until the claim is in this state; `None` is free.
    async fn becomes(&self, store: &impl ClaimStore, claim: &NewClaim, state: Option<ClaimState>, rule: &str) {
        let mut seen = None;
        for _ in 0..PATIENCE {
            seen = look(store, claim).await;
            if seen == state {
                return;
            }
            (self.pause)().await;
        }
        panic!("{rule}: the claim is {seen:?}, not {state:?}");
    }
}

impl fmt::Debug for Fixture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fixture").field("now", &self.now).field("seed", &self.seed).finish_non_exhaustive()
    }
}

/// The same payment for something else.
fn elsewhere(claim: &NewClaim) -> NewClaim {
    NewClaim { resource: B256::repeat_byte(2), ..claim.clone() }
}

fn receipt() -> Receipt {
    Receipt { transaction: B256::repeat_byte(7), network: Network::BASE_SEPOLIA, payer: Address::repeat_byte(0xf0) }
}

async fn claim(store: &impl ClaimStore, claim: &NewClaim) -> Claim {
    store.claim(claim).await.unwrap_or_else(|error| panic!("a store that works answers a claim: {error}"))
}

async fn take(store: &impl ClaimStore, new: &NewClaim, receipt: Option<&Receipt>, rule: &str) -> Ticket {
    match claim(store, new).await {
        Claim::Taken(ticket, with) => {
            assert_eq!(with.as_ref(), receipt, "{rule}: the receipt that comes with the claim");
            assert_eq!(*ticket.key(), new.key, "{rule}: the ticket is for the key that was claimed");
            ticket
        }
        Claim::Held { state, .. } => panic!("{rule}: the claim should be free and is {state:?}"),
    }
}

async fn record(store: &impl ClaimStore, ticket: &Ticket, state: ClaimState) {
    store.record(ticket, state).await.unwrap_or_else(|error| panic!("a store that works records: {error}"));
}

async fn release(store: &impl ClaimStore, ticket: &Ticket) {
    store.release(ticket).await.unwrap_or_else(|error| panic!("a store that works releases: {error}"));
}

/// The state of a claim, by asking for something that a settled one is not given for.
async fn look(store: &impl ClaimStore, of: &NewClaim) -> Option<ClaimState> {
    match claim(store, &elsewhere(of)).await {
        Claim::Held { state, .. } => Some(state),
        Claim::Taken(ticket, _) => {
            release(store, &ticket).await;
            None
        }
    }
}

async fn is(store: &impl ClaimStore, claim: &NewClaim, state: Option<ClaimState>, rule: &str) {
    assert_eq!(look(store, claim).await, state, "{rule}");
}

/// Every rule, but [`forgets_what_expired`].
///
/// # Panics
///
/// When the store breaks a rule, or gives no answer.
pub async fn all(store: &impl ClaimStore, fixture: &Fixture) {
    is_exclusive(store, fixture).await;
    gives_one_of_many_copies(store, fixture).await;
    frees_what_is_released(store, fixture).await;
    obeys_only_the_holder(store, fixture).await;
    keeps_what_ended(store, fixture).await;
    gives_a_settled_payment_again_for_its_resource(store, fixture).await;
    frees_what_is_abandoned_before_settling(store, fixture).await;
    keeps_what_is_abandoned_while_settling(store, fixture).await;
    remembers_until_it_may_forget(store, fixture).await;
}

/// A payment that is claimed is held, also for another resource; any other payment is not.
///
/// # Panics
///
/// When the store breaks the rule.
pub async fn is_exclusive(store: &impl ClaimStore, fixture: &Fixture) {
    const RULE: &str = "a claim is exclusive";
    let first = fixture.fresh();
    let _ticket = take(store, &first, None, RULE).await;
    let held = |same_resource| Claim::Held { state: ClaimState::Claimed(None), same_resource };
    assert_eq!(claim(store, &first).await, held(true), "{RULE}");
    assert_eq!(claim(store, &elsewhere(&first)).await, held(false), "{RULE}: for another resource too");
    let ClaimKey { chain_id, asset, from, nonce } = first.key.clone();
    let other = |bytes: &[u8]| keccak256([nonce.as_slice(), bytes].concat());
    for key in [
        ClaimKey { chain_id: chain_id + 1, asset, from, nonce },
        ClaimKey { asset: Address::from_word(other(b"asset")), chain_id, from, nonce },
        ClaimKey { from: Address::from_word(other(b"from")), chain_id, asset, nonce },
        ClaimKey { nonce: B256::from(U256::from_be_bytes(nonce.0) ^ U256::ONE), chain_id, asset, from },
    ] {
        take(store, &NewClaim { key, ..first.clone() }, None, "every part of the key tells payments apart").await;
    }
}

/// Of many claims of one payment that are under way at once, one is taken.
///
/// # Panics
///
/// When the store breaks the rule.
pub async fn gives_one_of_many_copies(store: &impl ClaimStore, fixture: &Fixture) {
    let taken = |claims: Vec<Claim>| claims.into_iter().filter(|claim| matches!(claim, Claim::Taken(..))).count();
    for _ in 0..10 {
        let fresh = fixture.fresh();
        let copies = join((0..20).map(|_| claim(store, &fresh))).await;
        assert_eq!(taken(copies), 1, "of twenty copies at once one is taken");
    }
    let settled = fixture.fresh();
    let ticket = take(store, &settled, None, "a claim").await;
    record(store, &ticket, ClaimState::Settled(receipt())).await;
    let copies = join((0..20).map(|_| claim(store, &settled))).await;
    assert_eq!(taken(copies), 1, "of twenty copies of a settled payment at once one is taken");
}

/// A released claim is free, whether or not it was about to settle.
///
/// # Panics
///
/// When the store breaks the rule.
pub async fn frees_what_is_released(store: &impl ClaimStore, fixture: &Fixture) {
    const RULE: &str = "a released claim is free";
    let fresh = fixture.fresh();
    let ticket = take(store, &fresh, None, RULE).await;
    release(store, &ticket).await;
    let ticket = take(store, &elsewhere(&fresh), None, RULE).await;
    record(store, &ticket, ClaimState::Settling).await;
    is(store, &fresh, Some(ClaimState::Settling), "a recorded state is seen").await;
    release(store, &ticket).await;
    is(store, &fresh, None, RULE).await;
    release(store, &ticket).await;
    is(store, &fresh, None, "releasing twice does nothing").await;
}

/// A ticket that lost its claim, or was never given, changes nothing.
///
/// # Panics
///
/// When the store breaks the rule.
pub async fn obeys_only_the_holder(store: &impl ClaimStore, fixture: &Fixture) {
    const RULE: &str = "only the holder moves a claim";
    let fresh = fixture.fresh();
    let old = take(store, &fresh, None, RULE).await;
    release(store, &old).await;
    record(store, &old, ClaimState::Delivered).await;
    is(store, &fresh, None, "a ticket that lost its claim makes no new one").await;
    let holder = take(store, &fresh, None, RULE).await;
    assert_ne!(holder.id(), old.id(), "{RULE}: two claims of one key have different tickets");
    let made_up = Ticket::new(fresh.key.clone(), holder.id().wrapping_add(1_000_000));
    for stranger in [&old, &made_up] {
        for state in [ClaimState::Settling, ClaimState::Delivered, ClaimState::Unknown(None)] {
            record(store, stranger, state).await;
            is(store, &fresh, Some(ClaimState::Claimed(None)), RULE).await;
        }
        release(store, stranger).await;
        store.abandon(stranger, false);
        store.abandon(stranger, true);
        (fixture.pause)().await;
        is(store, &fresh, Some(ClaimState::Claimed(None)), RULE).await;
    }
    record(store, &holder, ClaimState::Delivered).await;
    is(store, &fresh, Some(ClaimState::Delivered), RULE).await;
}

/// What a payment ended as is what it stays, and says, whatever becomes of its holder.
///
/// # Panics
///
/// When the store breaks the rule.
pub async fn keeps_what_ended(store: &impl ClaimStore, fixture: &Fixture) {
    for end in [
        ClaimState::Delivered,
        ClaimState::Rejected(Reason::INSUFFICIENT_FUNDS),
        ClaimState::Unknown(None),
        ClaimState::Unknown(Some(B256::repeat_byte(9))),
        ClaimState::Settled(receipt()),
    ] {
        let rule = format!("{end:?} stays");
        for settling in [None, Some(false), Some(true)] {
            let fresh = fixture.fresh();
            let ticket = take(store, &fresh, None, &rule).await;
            record(store, &ticket, ClaimState::Settling).await;
            record(store, &ticket, end.clone()).await;
            match settling {
                None => release(store, &ticket).await,
                Some(settling) => store.abandon(&ticket, settling),
            }
            (fixture.pause)().await;
            is(store, &fresh, Some(end.clone()), &rule).await;
        }
    }
}

/// A payment that settled and was not delivered can be taken again, for its resource only, until it is delivered.
///
/// # Panics
///
/// When the store breaks the rule.
pub async fn gives_a_settled_payment_again_for_its_resource(store: &impl ClaimStore, fixture: &Fixture) {
    const RULE: &str = "a settled payment is given again for its resource";
    let fresh = fixture.fresh();
    let first = take(store, &fresh, None, RULE).await;
    record(store, &first, ClaimState::Settled(receipt())).await;
    let other = Claim::Held { state: ClaimState::Settled(receipt()), same_resource: false };
    assert_eq!(claim(store, &elsewhere(&fresh)).await, other, "{RULE}, and for no other");
    let second = take(store, &fresh, Some(&receipt()), RULE).await;
    let again = Claim::Held { state: ClaimState::Claimed(Some(receipt())), same_resource: true };
    assert_eq!(claim(store, &fresh).await, again, "{RULE}, to one at a time");
    record(store, &first, ClaimState::Delivered).await;
    assert_eq!(claim(store, &fresh).await, again, "{RULE}: the first ticket has lost it");
    release(store, &second).await;
    is(store, &fresh, Some(ClaimState::Settled(receipt())), "released, it is settled as before").await;
    let third = take(store, &fresh, Some(&receipt()), RULE).await;
    store.abandon(&third, false);
    let settled = Some(ClaimState::Settled(receipt()));
    fixture.becomes(store, &fresh, settled, "abandoned, it is settled as before").await;
    let last = take(store, &fresh, Some(&receipt()), RULE).await;
    record(store, &last, ClaimState::Delivered).await;
    let used = Claim::Held { state: ClaimState::Delivered, same_resource: true };
    assert_eq!(claim(store, &fresh).await, used, "a delivered payment is used up");
}

/// A claim that is abandoned before the facilitator was asked to settle is free.
///
/// # Panics
///
/// When the store breaks the rule.
pub async fn frees_what_is_abandoned_before_settling(store: &impl ClaimStore, fixture: &Fixture) {
    const RULE: &str = "a claim abandoned before settling is free";
    for state in [None, Some(ClaimState::Settling)] {
        let fresh = fixture.fresh();
        let ticket = take(store, &fresh, None, RULE).await;
        if let Some(state) = state {
            record(store, &ticket, state).await;
        }
        store.abandon(&ticket, false);
        fixture.becomes(store, &fresh, None, RULE).await;
    }
}

/// A claim that is abandoned while the facilitator was being asked to settle is unknown: money may have moved.
///
/// # Panics
///
/// When the store breaks the rule.
pub async fn keeps_what_is_abandoned_while_settling(store: &impl ClaimStore, fixture: &Fixture) {
    const RULE: &str = "a claim abandoned while settling is unknown";
    let fresh = fixture.fresh();
    let ticket = take(store, &fresh, None, RULE).await;
    record(store, &ticket, ClaimState::Settling).await;
    store.abandon(&ticket, true);
    fixture.becomes(store, &fresh, Some(ClaimState::Unknown(None)), RULE).await;
    let held = Claim::Held { state: ClaimState::Unknown(None), same_resource: true };
    assert_eq!(claim(store, &fresh).await, held, "{RULE}, and held for its own resource");
}

/// A claim is remembered until the second that it was asked to be.
///
/// # Panics
///
/// When the store breaks the rule.
pub async fn remembers_until_it_may_forget(store: &impl ClaimStore, fixture: &Fixture) {
    const RULE: &str = "a claim is remembered until it may be forgotten";
    let fresh = fixture.fresh();
    let ticket = take(store, &fresh, None, RULE).await;
    record(store, &ticket, ClaimState::Delivered).await;
    let late = NewClaim { now: fresh.keep_until, keep_until: fresh.keep_until.saturating_add(KEPT), ..fresh };
    let held = Claim::Held { state: ClaimState::Delivered, same_resource: true };
    assert_eq!(claim(store, &late).await, held, "{RULE}");
}

/// A claim is forgotten after that second. For stores that go by [`NewClaim::now`]; one with a clock of its own forgets
/// later.
///
/// # Panics
///
/// When the store breaks the rule.
pub async fn forgets_what_expired(store: &impl ClaimStore, fixture: &Fixture) {
    const RULE: &str = "an expired claim is forgotten";
    let fresh = fixture.fresh();
    let old = take(store, &fresh, None, RULE).await;
    record(store, &old, ClaimState::Delivered).await;
    let now = fresh.keep_until.saturating_add(Duration::from_secs(1));
    let late = NewClaim { now, keep_until: now.saturating_add(KEPT), ..fresh };
    take(store, &late, None, RULE).await;
    release(store, &old).await;
    assert!(matches!(claim(store, &late).await, Claim::Held { .. }), "{RULE}: its ticket has lost it");
}
