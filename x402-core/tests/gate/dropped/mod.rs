//! Futures that are dropped at every point where they can wait: the store, the facilitator and the hooks all do.
//!
//! Afterwards a payment is free if nobody was asked to settle it, and cannot be taken by anyone else if somebody was.
//! It is never free although it may have settled, and never held although nothing happens to it any more.

mod admission;
mod pending;
mod settlement;

use std::{future::Future, sync::Arc};

use alloy_primitives::B256;
use x402_core::{
    Reason, Receipt,
    claim::{Claim, ClaimError, ClaimState, ClaimStore, MemoryClaims, NewClaim, Ticket},
    error::BoxError,
    server::{Admission, Decision, Gate, Hooks, Payment, RefusalKind},
    testing::ScriptedFacilitator,
};

use crate::{
    expect::{gate, pending as still_pending},
    support::{Draft, block_on, offers, wait},
};

/// A store that waits before it acts, and again before it says so: as one behind a network.
#[derive(Debug)]
struct Slow {
    inner: Arc<MemoryClaims>,
    /// Whether `claim` waits before it answers.
    claim_answers_late: bool,
}

impl Slow {
    async fn slowly<T>(acts: impl Future<Output = T>) -> T {
        wait().await;
        let answer = acts.await;
        wait().await;
        answer
    }
}

impl ClaimStore for Slow {
    async fn claim(&self, claim: &NewClaim) -> Result<Claim, ClaimError> {
        wait().await;
        let answer = self.inner.claim(claim).await;
        if self.claim_answers_late {
            wait().await;
        }
        answer
    }

    async fn record(&self, ticket: &Ticket, state: ClaimState) -> Result<(), ClaimError> {
        Self::slowly(self.inner.record(ticket, state)).await
    }

    async fn release(&self, ticket: &Ticket) -> Result<(), ClaimError> {
        Self::slowly(self.inner.release(ticket)).await
    }

    fn abandon(&self, ticket: &Ticket) {
        self.inner.abandon(ticket);
    }
}

/// Hooks that wait, and then do nothing.
struct Waiting;

impl Hooks for Waiting {
    async fn before_verify(&self, _: &Payment) -> Result<Decision, BoxError> {
        wait().await;
        Ok(Decision::Proceed)
    }

    async fn after_verify(&self, _: &Payment) -> Result<Decision, BoxError> {
        wait().await;
        Ok(Decision::Proceed)
    }

    async fn after_settle(&self, _: &Payment, _: &Receipt) {
        wait().await;
    }

    async fn on_unknown(&self, _: &Payment, _: Option<B256>) {
        wait().await;
    }
}

type Admitted = Admission<Arc<ScriptedFacilitator>, Arc<Slow>>;

struct Scene {
    facilitator: ScriptedFacilitator,
    claims: Arc<MemoryClaims>,
    gate: Gate<ScriptedFacilitator, Slow>,
    draft: Draft,
}

impl Scene {
    fn new(draft: Draft) -> Self {
        let facilitator = ScriptedFacilitator::willing().hesitating(2);
        let claims = Arc::new(MemoryClaims::default());
        let store = Slow { inner: Arc::clone(&claims), claim_answers_late: false };
        let gate = gate(&facilitator).claims(store).hooks(Waiting);
        Self { facilitator, claims, gate, draft }
    }

    fn state(&self) -> Option<ClaimState> {
        self.claims.state(&self.draft.key())
    }

    fn admit(&self) -> Admitted {
        block_on(self.gate.admit(&offers(), self.draft.payload())).unwrap()
    }

    /// With a settlement of which nothing is known but this, and nobody asking.
    fn unknown(draft: Draft, named: Option<B256>) -> Self {
        let scene = Self::new(draft);
        scene.facilitator.next_settle(Ok(still_pending(named)));
        drop(block_on(scene.admit().settle()).unwrap_err());
        assert_eq!(scene.state(), Some(ClaimState::Unknown(named)));
        scene
    }

    /// Presents the payment again, and shows that nobody holds it: it is admitted with its receipt, refused for what
    /// was found out, or asked about.
    fn is_not_held(&self, place: &str) {
        let (state, asked) = (self.state(), self.facilitator.reconcile_calls());
        let again = block_on(self.gate.admit(&offers(), self.draft.payload()));
        let asks = self.facilitator.reconcile_calls() - asked;
        match state {
            None => assert!(!again.is_err_and(|refusal| refusal.kind() == RefusalKind::InFlight), "{place}"),
            Some(ClaimState::Settled(receipt)) => {
                assert_eq!(again.unwrap().payment().receipt, Some(receipt), "{place}");
                assert_eq!(asks, 0, "{place}");
            }
            Some(ClaimState::Unknown(_)) => assert_eq!(asks, 1, "{place}"),
            Some(ClaimState::Rejected(reason)) => {
                let refusal = again.unwrap_err();
                assert_eq!((refusal.kind(), refusal.reason()), (RefusalKind::Invalid, Some(&reason)), "{place}");
            }
            Some(ClaimState::Delivered) => {
                assert_eq!(again.unwrap_err().reason(), Some(&Reason::NONCE_USED), "{place}");
            }
            Some(held) => panic!("{place}: held by nobody: {held:?}"),
        }
    }
}

/// Runs a scene over and over, each time dropping its future one poll later, until it ends; how often it did not.
fn at_every_point(mut scene: impl FnMut(usize) -> bool) -> usize {
    (0..100).find(|polls| scene(*polls)).expect("the future ends")
}
