//! Payments that are presented after they have expired: nothing begins any more, and what is owed is still owed.

use std::time::Duration;

use alloy_primitives::U256;
use x402_core::{
    Reason,
    claim::ClaimState,
    server::{Gate, RefusalKind},
    testing::{ManualClock, ScriptedFacilitator},
};

use crate::{
    expect::{ask, calls, is_402, is_pending, is_served, pending, refused, serve, settled},
    support::{BOTH, Draft, NOW, block_on, now, offers, offers_at, stranger},
};

/// Drafts expire a minute from now, and are remembered for ten more.
const EXPIRY: Duration = Duration::from_secs(60);
const REMEMBERED: Duration = Duration::from_secs(600);

struct Scene {
    facilitator: ScriptedFacilitator,
    clock: ManualClock,
    gate: Gate<ScriptedFacilitator>,
}

impl Scene {
    fn new() -> Self {
        let (facilitator, clock) = (ScriptedFacilitator::willing(), ManualClock::at(now()));
        let gate = Gate::new(facilitator.clone()).clock(clock.clone());
        Self { facilitator, clock, gate }
    }

    /// Settles the payment and hands nothing over.
    fn settle(&self, draft: &Draft) {
        drop(block_on(block_on(self.gate.admit(&offers(), draft.payload())).unwrap().settle()).unwrap());
    }
}

#[test]
fn what_settled_and_was_never_delivered_is_served_after_it_expired_while_it_is_remembered() {
    for draft in BOTH.map(Draft::of) {
        for (late, served) in
            [(EXPIRY, true), (EXPIRY + REMEMBERED, true), (EXPIRY + REMEMBERED + Duration::from_secs(1), false)]
        {
            let scene = Scene::new();
            scene.settle(&draft);
            scene.clock.advance(late);
            let response = ask(&scene.gate, &draft);
            if served {
                is_served(&response, &draft);
                is_402(&ask(&scene.gate, &draft), &Reason::NONCE_USED);
            } else {
                is_402(&response, &Reason::VALID_BEFORE);
            }
            assert_eq!(calls(&scene.facilitator), [1, 1, 0]);
        }
    }
}

#[test]
fn what_is_unknown_is_asked_about_after_it_expired() {
    for draft in BOTH.map(Draft::of) {
        let scene = Scene::new();
        scene.facilitator.next_settle(Ok(pending(None)));
        is_pending(&ask(&scene.gate, &draft), draft.version, "");
        scene.clock.advance(EXPIRY);
        is_pending(&ask(&scene.gate, &draft), draft.version, "");
        assert_eq!(calls(&scene.facilitator), [1, 1, 1]);
        scene.clock.advance(REMEMBERED);
        scene.facilitator.next_reconcile(Ok(settled(&draft)));
        is_served(&ask(&scene.gate, &draft), &draft);
        assert_eq!(calls(&scene.facilitator), [1, 1, 2]);
    }
}

#[test]
fn what_was_never_seen_is_refused_and_leaves_nothing_behind() {
    for version in BOTH {
        // The last second in which a payment begins is six before it expires.
        for left in [0, 1, 5] {
            let scene = Scene::new();
            let draft = Draft::of(version).with(|draft| draft.authorization.valid_before = U256::from(NOW + left));
            is_402(&ask(&scene.gate, &draft), &Reason::VALID_BEFORE);
            assert_eq!(calls(&scene.facilitator), [0, 0, 0]);
            assert!(scene.gate.claim_store().is_empty());
        }
        let scene = Scene::new();
        let draft = Draft::of(version).with(|draft| draft.authorization.valid_before = U256::from(NOW + 6));
        is_served(&ask(&scene.gate, &draft), &draft);
    }
}

#[test]
fn no_window_of_time_is_found_good_in_hindsight_that_never_was() {
    let never = |bend: fn(&mut Draft)| {
        for version in BOTH {
            let scene = Scene::new();
            let draft = Draft::of(version).with(bend);
            is_402(&ask(&scene.gate, &draft), &Reason::VALID_BEFORE);
            assert_eq!(calls(&scene.facilitator), [0, 0, 0]);
            assert!(scene.gate.claim_store().is_empty());
        }
    };
    never(|draft| draft.authorization.valid_before = U256::MAX);
    never(|draft| draft.authorization.valid_before = U256::from(u64::MAX));
    never(|draft| draft.authorization.valid_before = U256::ZERO);
    never(|draft| draft.authorization.valid_before = U256::from(5));
    never(|draft| {
        draft.authorization.valid_before = U256::from(NOW - 10);
        draft.authorization.valid_after = U256::from(NOW - 12);
    });
}

#[test]
fn attack_17_after_it_expired_a_payment_is_checked_as_strictly_as_before() {
    for version in BOTH {
        let scene = Scene::new();
        scene.settle(&Draft::of(version));
        scene.clock.advance(EXPIRY);
        let bent = |bend: fn(&mut Draft)| ask(&scene.gate, &Draft::of(version).with(bend));
        // The same nonce, in the payer's name.
        is_402(&bent(|draft| draft.signer = stranger()), &Reason::VALID_BEFORE);
        is_402(&bent(|draft| draft.authorization.valid_after = U256::from(NOW + 58)), &Reason::VALID_BEFORE);
        let other = if version == x402_core::X402Version::V1 { Reason::VALUE } else { Reason::VALUE_MISMATCH };
        is_402(&bent(|draft| draft.authorization.value = U256::from(1)), &other);
        assert!(matches!(scene.gate.claim_store().state(&Draft::of(version).key()), Some(ClaimState::Settled(_))));
        is_served(&ask(&scene.gate, &Draft::of(version)), &Draft::of(version));
    }
}

#[test]
fn attack_5_what_is_owed_after_it_expired_is_owed_for_its_resource() {
    let (scene, draft) = (Scene::new(), Draft::v1());
    scene.settle(&draft);
    scene.clock.advance(EXPIRY);
    let elsewhere = offers_at("https://api.example.com/other");
    is_402(&block_on(serve(&scene.gate, &elsewhere, &draft.headers())), &Reason::NONCE_USED);
    is_served(&ask(&scene.gate, &draft), &draft);
}

#[test]
fn what_ended_or_is_under_way_is_answered_as_before_it_expired() {
    let (scene, draft) = (Scene::new(), Draft::v2());
    scene.facilitator.next_settle(Ok(refused(Reason::INSUFFICIENT_FUNDS)));
    is_402(&ask(&scene.gate, &draft), &Reason::INSUFFICIENT_FUNDS);
    let under_way = block_on(scene.gate.admit(&offers(), draft.clone().nonce(7).payload())).unwrap();
    scene.clock.advance(EXPIRY);
    is_402(&ask(&scene.gate, &draft), &Reason::INSUFFICIENT_FUNDS);
    let copy = block_on(scene.gate.admit(&offers(), draft.clone().nonce(7).payload())).unwrap_err();
    assert_eq!(copy.kind(), RefusalKind::InFlight);
    // Released, it is not there, and does not begin again.
    block_on(under_way.release());
    is_402(&ask(&scene.gate, &draft.nonce(7)), &Reason::VALID_BEFORE);
}
