//! Asking on.

use std::sync::Arc;

use alloy_primitives::B256;
use x402_core::{
    Reason,
    claim::ClaimState,
    facilitator::Reach,
    server::{Asked, Pending},
    testing::ScriptedFacilitator,
};

use super::{Scene, Slow, at_every_point};
use crate::{
    expect::{pending, refused, settled},
    support::{BOTH, Draft, block_on, poll_and_drop},
};
const HASH: B256 = B256::repeat_byte(0xaa);
const OTHER: B256 = B256::repeat_byte(0xbb);

type Asking = Box<Pending<Arc<ScriptedFacilitator>, Arc<Slow>>>;

fn asking(scene: &Scene) -> Asking {
    scene.facilitator.next_settle(Ok(pending(Some(HASH))));
    block_on(scene.admit().settle()).unwrap_err().into_parts().1.unwrap()
}

#[test]
fn attack_22_asking_that_is_dropped_leaves_what_was_known_or_what_was_found_out() {
    for version in BOTH {
        for name in ["settled", "refused", "named", "lost"] {
            let mut seen = Vec::new();
            let points = at_every_point(|polls| {
                let scene = Scene::new(Draft::of(version));
                let asking = asking(&scene);
                scene.facilitator.next_reconcile(match name {
                    "settled" => Ok(settled(&scene.draft)),
                    "refused" => Ok(refused(Reason::INSUFFICIENT_FUNDS)),
                    "named" => Ok(pending(Some(OTHER))),
                    _ => Err(ScriptedFacilitator::lost(Reach::MaybeSent)),
                });
                let ended = poll_and_drop(asking.ask(), polls).map(drop).is_some();
                let place = format!("{name}, dropped after {polls} polls");
                seen.push(match scene.state() {
                    Some(ClaimState::Unknown(Some(HASH))) => "unknown",
                    Some(ClaimState::Unknown(Some(OTHER))) => "named",
                    Some(ClaimState::Settled(_)) => "settled",
                    Some(ClaimState::Rejected(_)) => "refused",
                    other => panic!("{place}: {other:?}"),
                });
                scene.is_not_held(&place);
                assert_eq!(scene.facilitator.settle_calls(), 1, "{place}");
                ended
            });
            seen.dedup();
            let expected: &[&str] = if name == "lost" { &["unknown"] } else { &["unknown", name] };
            assert_eq!(seen, expected);
            assert!(points >= 3, "{name}: {points}: the store and the facilitator both wait");
        }
    }
}

#[test]
fn a_delivery_after_asking_that_is_dropped_leaves_the_payment_settled_or_delivered() {
    let mut seen = Vec::new();
    at_every_point(|polls| {
        let scene = Scene::new(Draft::v2());
        let asking = asking(&scene);
        scene.facilitator.next_reconcile(Ok(settled(&scene.draft)));
        let Asked::Settled(done) = block_on(asking.ask()) else { panic!("it settled") };
        let ended = poll_and_drop(done.deliver(), polls).is_some();
        match scene.state() {
            Some(ClaimState::Settled(_)) => seen.push("settled"),
            Some(ClaimState::Delivered) => seen.push("delivered"),
            other => panic!("dropped after {polls} polls: {other:?}"),
        }
        scene.is_not_held(&format!("dropped after {polls} polls"));
        ended
    });
    seen.dedup();
    assert_eq!(seen, ["settled", "delivered"]);
}
