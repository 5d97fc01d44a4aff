//! Settlements and deliveries.

use alloy_primitives::B256;
use x402_core::{
    Network, Reason, SettleResponse,
    claim::ClaimState,
    facilitator::{FacilitatorError, Reach},
    testing::ScriptedFacilitator,
};

use super::{Scene, at_every_point};
use crate::support::{BOTH, Draft, block_on, buyer, poll, poll_and_drop};

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
            let mut unasked = 0;
            let points = at_every_point(|polls| {
                let scene = Scene::new(Draft::of(version));
                if let Some(answer) = answer() {
                    scene.facilitator.next_settle(answer);
                }
                let ended = poll_and_drop(scene.admit().settle(), polls).map(drop).is_some();
                let place = format!("{name}, dropped after {polls} polls");
                let asked = scene.facilitator.settle_calls();
                match (asked, scene.state()) {
                    (0, None) => assert!(!ended, "{place}"),
                    // The store had written down that it settles, and had not said so. What a store is told of a drop
                    // does not say how far it came: it may have settled.
                    (0, Some(ClaimState::Unknown(None))) => unasked += 1,
                    // It certainly was not sent, so that nothing can have happened.
                    (1, None) => assert_eq!(name, "not sent", "{place}"),
                    (1, Some(ClaimState::Unknown(_))) => {}
                    (1, Some(ClaimState::Settled(_))) => assert_eq!(name, "settled", "{place}"),
                    (1, Some(ClaimState::Rejected(_))) => assert_eq!(name, "refused", "{place}"),
                    other => panic!("{place}: {other:?}"),
                }
                // Whoever presents it again gets what it settled, or nothing; it is not settled again.
                if scene.state().is_some() {
                    scene.is_not_held(&place);
                    assert_eq!(scene.facilitator.settle_calls(), asked, "{place}");
                }
                ended
            });
            assert_eq!(unasked, 1, "{name}: only between the store's writing and its answer");
            assert!(points >= 5, "{name}: {points}: the store, the facilitator and the hooks wait");
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
                scene.is_not_held(&format!("{name}, dropped after {polls} polls"));
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
            scene.is_not_held(&format!("dropped after {polls} polls"));
            assert_eq!(scene.facilitator.settle_calls(), 1);
            ended
        });
        seen.dedup();
        assert_eq!(seen, ["settled", "delivered"]);
    }
}
