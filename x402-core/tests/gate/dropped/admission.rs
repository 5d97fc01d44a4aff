//! Admissions.

use std::sync::Arc;

use alloy_primitives::B256;
use x402_core::{
    Reason, SettleResponse, VerifyResponse,
    claim::ClaimState,
    facilitator::{FacilitatorError, Reach},
    server::RefusalKind,
    testing::ScriptedFacilitator,
};

use super::{Scene, Slow, at_every_point};
use crate::{
    expect::{pending, refused, settled},
    support::{BOTH, Draft, block_on, offers, poll_and_drop},
};

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
                scene.is_not_held(&format!("dropped after {polls} polls"));
                ended
            });
            assert!(points >= 5, "{points}: the store, the hook and the facilitator wait");
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
            Some(ClaimState::Claimed) => {
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

type News = fn(&Draft) -> Option<Result<SettleResponse, FacilitatorError>>;

/// What may become of a claim whose settlement is asked about, and the answer that it takes.
const NEWS: [(&str, News); 5] = [
    ("settled", |draft| Some(Ok(settled(draft)))),
    ("refused", |_| Some(Ok(refused(Reason::INSUFFICIENT_FUNDS)))),
    ("named", |_| Some(Ok(pending(Some(B256::repeat_byte(0xbb)))))),
    ("lost", |_| Some(Err(ScriptedFacilitator::lost(Reach::MaybeSent)))),
    ("no news", |_| None),
];

#[test]
fn attack_22_an_admission_that_is_dropped_while_it_asks_about_a_settlement_frees_and_settles_nothing() {
    for version in BOTH {
        for named in [None, Some(B256::repeat_byte(0xaa))] {
            for (name, news) in NEWS {
                let points = at_every_point(|polls| {
                    let scene = Scene::unknown(Draft::of(version), named);
                    if let Some(news) = news(&scene.draft) {
                        scene.facilitator.next_reconcile(news);
                    }
                    let (offers, payload) = (offers(), scene.draft.payload());
                    let ended = poll_and_drop(scene.gate.admit(&offers, payload), polls).map(drop).is_some();
                    let place = format!("{name}, dropped after {polls} polls");
                    match scene.state() {
                        Some(ClaimState::Unknown(now)) if now == named => {
                            assert!(!ended || ["lost", "no news"].contains(&name), "{place}");
                        }
                        Some(ClaimState::Unknown(_)) => assert_eq!(name, "named", "{place}"),
                        Some(ClaimState::Settled(_)) => assert_eq!(name, "settled", "{place}"),
                        Some(ClaimState::Rejected(_)) => assert_eq!(name, "refused", "{place}"),
                        other => panic!("{place}: {other:?}"),
                    }
                    scene.is_not_held(&place);
                    assert_eq!(scene.facilitator.settle_calls(), 1, "{place}");
                    ended
                });
                assert!(points >= 4, "{name}: {points}: the store and the facilitator both wait");
            }
        }
    }
}

#[test]
fn an_admission_of_what_settled_that_is_dropped_leaves_it_settled() {
    let points = at_every_point(|polls| {
        let scene = Scene::new(Draft::v2());
        drop(block_on(scene.admit().settle()).unwrap());
        let (offers, payload) = (offers(), scene.draft.payload());
        let ended = poll_and_drop(scene.gate.admit(&offers, payload), polls).map(drop).is_some();
        assert!(matches!(scene.state(), Some(ClaimState::Settled(_))), "dropped after {polls} polls");
        scene.is_not_held(&format!("dropped after {polls} polls"));
        ended
    });
    assert!(points >= 1);
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

#[test]
fn a_release_of_what_settled_that_is_dropped_leaves_it_settled_and_not_held() {
    at_every_point(|polls| {
        let scene = Scene::new(Draft::v2());
        drop(block_on(scene.admit().settle()).unwrap());
        let ended = poll_and_drop(scene.admit().release(), polls).is_some();
        assert!(matches!(scene.state(), Some(ClaimState::Settled(_))), "dropped after {polls} polls");
        scene.is_not_held(&format!("dropped after {polls} polls"));
        ended
    });
}
