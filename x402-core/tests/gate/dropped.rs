//! Futures that are dropped at every point where they can wait.
//!
//! Afterwards a payment is free if nobody was asked to settle it, and cannot be taken by anyone else if somebody was.
//! It is never free although it may have settled, and never held although nothing happens to it any more.

use std::{
    future::Future,
    sync::Arc,
    task::{Context, Poll},
};

use alloy_primitives::B256;
use x402_core::{
    Network, Reason, SettleResponse, VerifyResponse,
    claim::{Claim, ClaimError, ClaimState, ClaimStore, MemoryClaims, NewClaim, Ticket},
    facilitator::{FacilitatorError, Reach},
    server::{Admission, Gate, RefusalKind},
    testing::ScriptedFacilitator,
};

use crate::{
    expect::gate,
    support::{BOTH, Draft, block_on, buyer, offers, poll, poll_and_drop},
};

/// Pending once.
async fn wait() {
    let mut waited = false;
    std::future::poll_fn(|_: &mut Context<'_>| {
        if waited {
            return Poll::Ready(());
        }
        waited = true;
        Poll::Pending
    })
    .await;
}

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

    fn abandon(&self, ticket: &Ticket, settling: bool) {
        self.inner.abandon(ticket, settling);
    }
}

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
        let gate = gate(&facilitator).claims(Slow { inner: Arc::clone(&claims), claim_answers_late: false });
        Self { facilitator, claims, gate, draft }
    }

    fn state(&self) -> Option<ClaimState> {
        self.claims.state(&self.draft.key())
    }

    fn admit(&self) -> Admission<Arc<ScriptedFacilitator>, Arc<Slow>> {
        block_on(self.gate.admit(&offers(), self.draft.payload())).unwrap()
    }
}

/// Runs a scene over and over, each time dropping its future one poll later, until it ends; how often it did not.
fn at_every_point(mut scene: impl FnMut(usize) -> bool) -> usize {
    (0..100).find(|polls| scene(*polls)).expect("the future ends")
}

#[test]
fn an_admission_that_is_dropped_leaves_nothing_behind() {
    type Verdict = Result<VerifyResponse, FacilitatorError>;
    let verdicts: [fn() -> Option<Verdict>; 3] = [
        || None,
        || Some(Ok(VerifyResponse::invalid(Reason::INSUFFICIENT_FUNDS, None))),
        || Some(Err(ScriptedFacilitator::lost(Reach::MaybeSent))),
    ];
    for version in BOTH {
        for verdict in verdicts {
            let points = at_every_point(|polls| {
                let scene = Scene::new(Draft::of(version));
                if let Some(verdict) = verdict() {
                    scene.facilitator.next_verify(verdict);
                }
                let (offers, payload) = (offers(), scene.draft.payload());
                let ended = poll_and_drop(scene.gate.admit(&offers, payload), polls).map(drop).is_some();
                assert_eq!(scene.state(), None, "dropped after {polls} polls");
                assert_eq!(scene.facilitator.settle_calls(), 0);
                // Free in fact: whatever the facilitator says now, nobody is in the way.
                let again = block_on(scene.gate.admit(&offers, scene.draft.payload()));
                assert!(!again.is_err_and(|refusal| refusal.kind() == RefusalKind::InFlight));
                ended
            });
            assert!(points >= 4, "{points}: the store and the facilitator both wait");
        }
    }
}

/// The one exception, and it is the store's: a claim that was taken while its answer was on the way has no holder who
/// could give it up. The honest payer waits until it expires. A store behind a network should claim on a task of its
/// own and release what nobody received.
#[test]
fn a_claim_whose_answer_nobody_received_is_held_and_never_settled() {
    let mut held = 0;
    at_every_point(|polls| {
        let mut scene = Scene::new(Draft::v2());
        let store = Slow { inner: Arc::clone(&scene.claims), claim_answers_late: true };
        scene.gate = scene.gate.claims(store);
        let (offers, payload) = (offers(), scene.draft.payload());
        let ended = poll_and_drop(scene.gate.admit(&offers, payload), polls).map(drop).is_some();
        match scene.state() {
            None => {}
            Some(ClaimState::Claimed(None)) => {
                held += 1;
                let copy = block_on(scene.gate.admit(&offers, scene.draft.payload())).unwrap_err();
                assert_eq!(copy.kind(), RefusalKind::InFlight);
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(scene.facilitator.settle_calls(), 0);
        ended
    });
    assert_eq!(held, 1, "only between the claim and its answer");
}

type Answer = fn() -> Option<Result<SettleResponse, FacilitatorError>>;

/// Every way a settlement can end.
const ANSWERS: [(&str, Answer); 6] = [
    ("settled", || None),
    ("refused", || Some(Ok(SettleResponse::failed(Reason::INSUFFICIENT_FUNDS, Network::BASE_SEPOLIA, None)))),
    ("a lie", || Some(Ok(SettleResponse::settled(B256::repeat_byte(1), Network::BASE, buyer().address())))),
    ("not sent", || Some(Err(ScriptedFacilitator::lost(Reach::NotSent)))),
    ("maybe sent", || Some(Err(ScriptedFacilitator::lost(Reach::MaybeSent)))),
    ("answered", || Some(Err(ScriptedFacilitator::lost(Reach::Answered)))),
];

#[test]
fn attack_22_a_settlement_that_is_dropped_is_free_before_and_never_after_the_facilitator_was_asked() {
    for version in BOTH {
        for (name, answer) in ANSWERS {
            let points = at_every_point(|polls| {
                let scene = Scene::new(Draft::of(version));
                if let Some(answer) = answer() {
                    scene.facilitator.next_settle(answer);
                }
                let ended = poll_and_drop(scene.admit().settle(), polls).map(drop).is_some();
                let place = format!("{name}, dropped after {polls} polls");
                match (scene.facilitator.settle_calls(), scene.state()) {
                    (0, None) => assert!(!ended, "{place}"),
                    // It certainly was not sent, so that nothing can have happened.
                    (1, None) => assert_eq!(name, "not sent", "{place}"),
                    (1, Some(ClaimState::Unknown(_))) => {}
                    (1, Some(ClaimState::Settled(_))) => assert_eq!(name, "settled", "{place}"),
                    (1, Some(ClaimState::Rejected(_))) => assert_eq!(name, "refused", "{place}"),
                    other => panic!("{place}: {other:?}"),
                }
                if scene.state().is_some() {
                    // Whoever presents it again gets what it settled, or nothing; it is not settled again.
                    let again = block_on(scene.gate.admit(&offers(), scene.draft.payload()));
                    assert_eq!(
                        again.is_ok(),
                        name == "settled" && matches!(again, Ok(ref it) if it.payment().receipt.is_some())
                    );
                    assert_eq!(scene.facilitator.settle_calls(), 1);
                }
                ended
            });
            assert!(points >= 5, "{name}: {points}: the store and the facilitator both wait");
        }
    }
}

/// What was recorded stays recorded: a settled payment must not become an unknown one because its holder went away
/// while the store was answering.
#[test]
fn a_settlement_that_is_dropped_after_its_end_was_recorded_keeps_that_end() {
    for (name, answer) in ANSWERS {
        let mut recorded = 0;
        at_every_point(|polls| {
            let scene = Scene::new(Draft::v2());
            if let Some(answer) = answer() {
                scene.facilitator.next_settle(answer);
            }
            let mut settling = Box::pin(scene.admit().settle());
            let ended = (0..polls).find_map(|_| poll(settling.as_mut()));
            let before = scene.state();
            let done = ended.is_some();
            drop((ended, settling));
            if matches!(before, Some(ClaimState::Settled(_) | ClaimState::Rejected(_) | ClaimState::Unknown(_))) {
                recorded += 1;
                assert_eq!(scene.state(), before, "{name}, dropped after {polls} polls");
            }
            done
        });
        assert!(name == "not sent" || recorded >= 2, "{name}: {recorded}");
    }
}

#[test]
fn a_delivery_that_is_dropped_leaves_the_payment_settled_or_delivered() {
    for retaken in [false, true] {
        let mut seen = Vec::new();
        at_every_point(|polls| {
            let scene = Scene::new(Draft::v2());
            let mut settled = block_on(scene.admit().settle()).unwrap();
            if retaken {
                drop(settled);
                settled = block_on(scene.admit().settle()).unwrap();
            }
            let ended = poll_and_drop(settled.deliver(), polls).is_some();
            match scene.state() {
                Some(ClaimState::Settled(_)) => seen.push("settled"),
                Some(ClaimState::Delivered) => seen.push("delivered"),
                other => panic!("dropped after {polls} polls: {other:?}"),
            }
            assert_eq!(scene.facilitator.settle_calls(), 1);
            ended
        });
        seen.dedup();
        assert_eq!(seen, ["settled", "delivered"]);
    }
}

#[test]
fn a_release_that_is_dropped_still_releases() {
    at_every_point(|polls| {
        let scene = Scene::new(Draft::v2());
        let ended = poll_and_drop(scene.admit().release(), polls).is_some();
        assert_eq!(scene.state(), None, "dropped after {polls} polls");
        ended
    });
}
