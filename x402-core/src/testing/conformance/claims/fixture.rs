//! What the rules are tried with.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use alloy_primitives::{Address, B256, keccak256};

use crate::{
    claim::{Claim, ClaimError, ClaimKey, ClaimState, ClaimStore, NewClaim, Taken, Ticket},
    network::Network,
    settlement::Receipt,
    time::UnixSeconds,
};

type Pause = Box<dyn Fn() -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// How often a store that works on a task of its own is looked at before it counts as broken.
const PATIENCE: usize = 1000;

/// How long the suite's claims are to be kept.
pub(super) const KEPT: Duration = Duration::from_secs(600);

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
    pub(super) fn fresh(&self) -> NewClaim {
        let number = self.keys.fetch_add(1, Ordering::Relaxed);
        NewClaim {
            key: ClaimKey {
                chain_id: 84532,
                asset: Address::repeat_byte(0xa5),
                from: Address::repeat_byte(0xf0),
                nonce: keccak256([self.seed.as_slice(), &number.to_be_bytes()].concat()),
            },
            resource: B256::repeat_byte(1),
            starts: true,
            keep_until: self.now.saturating_add(KEPT),
            now: self.now,
        }
    }

    /// Gives the store time to do what it was asked by [`abandon`](ClaimStore::abandon).
    pub(super) async fn wait(&self) {
        (self.pause)().await;
    }

    /// Waits until this is seen of the claim.
    pub(super) async fn becomes(&self, store: &impl ClaimStore, claim: &NewClaim, expected: &Seen, rule: &str) {
        let mut seen = look(store, claim, rule).await;
        for _ in 0..PATIENCE {
            if seen == *expected {
                return;
            }
            self.wait().await;
            seen = look(store, claim, rule).await;
        }
        panic!("{rule}: the claim is {seen:?}, not {expected:?}");
    }
}

impl fmt::Debug for Fixture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fixture").field("now", &self.now).field("seed", &self.seed).finish_non_exhaustive()
    }
}

/// What can be seen of a claim from outside: which row of the table it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// There is none.
    Nothing,
    /// It is held, or has ended.
    Held(ClaimState),
    /// Nobody holds it, and it was taken as this, and let go.
    Free(Taken),
}

/// Looks at a claim, and leaves it as it was.
pub(super) async fn look(store: &impl ClaimStore, of: &NewClaim, rule: &str) -> Seen {
    match claim(store, &only_look(of)).await {
        Claim::Absent => Seen::Nothing,
        Claim::Held { state, same_resource } => {
            assert!(same_resource, "{rule}: a claim is for the resource that it was made for");
            Seen::Held(state)
        }
        Claim::Taken(ticket, taken) => {
            assert_ne!(taken, Taken::Fresh, "{rule}: a claim that may not start does not");
            release(store, &ticket).await;
            Seen::Free(taken)
        }
    }
}

pub(super) async fn is(store: &impl ClaimStore, claim: &NewClaim, expected: &Seen, rule: &str) {
    assert_eq!(look(store, claim, rule).await, *expected, "{rule}");
}

/// The same payment, after it has expired.
pub(super) fn only_look(claim: &NewClaim) -> NewClaim {
    NewClaim { starts: false, ..claim.clone() }
}

/// The same payment for something else.
pub(super) fn elsewhere(claim: &NewClaim) -> NewClaim {
    NewClaim { resource: B256::repeat_byte(2), ..claim.clone() }
}

pub(super) fn receipt() -> Receipt {
    Receipt { transaction: B256::repeat_byte(7), network: Network::BASE_SEPOLIA, payer: Address::repeat_byte(0xf0) }
}

pub(super) async fn claim(store: &impl ClaimStore, claim: &NewClaim) -> Claim {
    store.claim(claim).await.unwrap_or_else(|error| panic!("a store that works answers a claim: {error}"))
}

pub(super) async fn take(store: &impl ClaimStore, new: &NewClaim, expected: &Taken, rule: &str) -> Ticket {
    match claim(store, new).await {
        Claim::Taken(ticket, taken) => {
            assert_eq!(taken, *expected, "{rule}: what the claim was");
            assert_eq!(*ticket.key(), new.key, "{rule}: the ticket is for the key that was claimed");
            ticket
        }
        Claim::Held { state, .. } => panic!("{rule}: the claim should be free and is {state:?}"),
        Claim::Absent => panic!("{rule}: the claim is not there"),
    }
}

pub(super) async fn record(store: &impl ClaimStore, ticket: &Ticket, state: ClaimState) {
    store.record(ticket, state).await.unwrap_or_else(|error| panic!("a store that works records: {error}"));
}

/// A ticket that holds nothing is told so.
pub(super) async fn record_in_vain(store: &impl ClaimStore, ticket: &Ticket, state: ClaimState, rule: &str) {
    let answer = store.record(ticket, state).await;
    assert!(matches!(answer, Err(ClaimError::Lost)), "{rule}: its ticket is told so: {answer:?}");
}

pub(super) async fn release(store: &impl ClaimStore, ticket: &Ticket) {
    store.release(ticket).await.unwrap_or_else(|error| panic!("a store that works releases: {error}"));
}
