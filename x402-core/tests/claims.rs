//! Claims in memory: bounded, and gone when they have expired.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics is a test that fails")]

mod support;

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use alloy_primitives::{Address, B256, U256};
use proptest::prelude::*;
use support::{NOW, block_on, now};
use x402_core::{
    Network, Receipt, SettleResponse, Settlement, UnixSeconds,
    claim::{Claim, ClaimError, ClaimKey, ClaimState, ClaimStore, MemoryClaims, NewClaim, Taken, Ticket},
};

fn key(number: u64) -> ClaimKey {
    ClaimKey { chain_id: 1, asset: Address::ZERO, from: Address::ZERO, nonce: B256::from(U256::from(number)) }
}

fn new(number: u64, at: u64, kept: u64) -> NewClaim {
    NewClaim {
        key: key(number),
        resource: B256::ZERO,
        starts: true,
        keep_until: UnixSeconds::from_secs(at + kept),
        now: UnixSeconds::from_secs(at),
    }
}

fn claim(store: &MemoryClaims, new: &NewClaim) -> Result<Claim, ClaimError> {
    block_on(store.claim(new))
}

fn take(store: &MemoryClaims, new: &NewClaim) -> Ticket {
    match claim(store, new) {
        Ok(Claim::Taken(ticket, Taken::Fresh)) => ticket,
        other => panic!("{other:?}"),
    }
}

fn receipt() -> Receipt {
    let answer = SettleResponse::settled(B256::repeat_byte(1), Network::BASE, Address::ZERO);
    match Settlement::judge(&answer, &Network::BASE, Address::ZERO) {
        Settlement::Settled(receipt) => receipt,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_hundred_thousand_expired_claims_leave_nothing_behind() {
    let store = MemoryClaims::with_capacity(2_000);
    // A thousand claims a second, each kept for a second: all of them fit where two thousand may be.
    for number in 0..100_000 {
        let ticket = take(&store, &new(number, NOW + number / 1_000, 0));
        if number % 2 == 0 {
            block_on(store.record(&ticket, ClaimState::Delivered)).unwrap();
        }
    }
    take(&store, &new(100_000, NOW + 2_000, 0));
    assert_eq!(store.len(), 1);
    assert_eq!(store.state(&key(99_999)), None);
}

#[test]
fn a_flood_that_expires_at_once_is_swept_by_the_next_claim() {
    let store = MemoryClaims::default();
    for number in 0..50_000 {
        take(&store, &new(number, NOW, 60));
    }
    assert_eq!(store.len(), 50_000);
    take(&store, &new(50_000, NOW + 60, 60));
    assert_eq!(store.len(), 50_001, "kept until the last second");
    take(&store, &new(50_001, NOW + 61, 60));
    assert_eq!(store.len(), 2);
}

#[test]
fn released_claims_leave_nothing_behind() {
    let store = MemoryClaims::with_capacity(1);
    for number in 0..10_000 {
        let ticket = take(&store, &new(number, NOW, 60));
        if number % 2 == 0 {
            block_on(store.release(&ticket)).unwrap()
        } else {
            store.abandon(&ticket)
        }
        assert!(store.is_empty());
    }
}

#[test]
fn a_claim_released_and_taken_again_expires_with_its_second_holder() {
    let store = MemoryClaims::default();
    block_on(store.release(&take(&store, &new(1, NOW, 10)))).unwrap();
    let second = take(&store, &new(1, NOW, 100));
    block_on(store.record(&second, ClaimState::Delivered)).unwrap();
    take(&store, &new(2, NOW + 50, 100));
    assert_eq!(store.state(&key(1)), Some(ClaimState::Delivered), "the first holder's expiry is forgotten");
    take(&store, &new(3, NOW + 101, 100));
    assert_eq!(store.state(&key(1)), None);
}

#[test]
fn at_the_bound_a_new_claim_is_an_error_and_no_live_one_is_forgotten() {
    let store = MemoryClaims::with_capacity(3);
    let tickets: Vec<_> = (0..3).map(|number| take(&store, &new(number, NOW, 60))).collect();
    assert!(matches!(claim(&store, &new(3, NOW, 60)), Err(ClaimError::Full { capacity: 3 })));
    for number in 0..3 {
        assert_eq!(store.state(&key(number)), Some(ClaimState::Claimed));
        // What is there is still answered.
        assert!(matches!(claim(&store, &new(number, NOW, 60)), Ok(Claim::Held { .. })));
    }
    block_on(store.record(&tickets[0], ClaimState::Settled(receipt()))).unwrap();
    store.abandon(&tickets[0]);
    assert!(matches!(claim(&store, &new(0, NOW, 60)), Ok(Claim::Taken(_, Taken::Settled(_)))), "it takes no more room");
    // What may not start takes none either.
    assert_eq!(claim(&store, &NewClaim { starts: false, ..new(3, NOW, 60) }).unwrap(), Claim::Absent);
    block_on(store.release(&tickets[1])).unwrap();
    take(&store, &new(3, NOW, 60));
    // Time makes room too.
    assert!(claim(&store, &new(4, NOW + 60, 60)).is_err());
    take(&store, &new(4, NOW + 61, 60));
    assert_eq!(store.len(), 1);
}

#[test]
fn a_store_of_no_capacity_takes_nothing() {
    let store = MemoryClaims::with_capacity(0);
    let error = claim(&store, &new(1, NOW, 60)).unwrap_err();
    assert_eq!(error.to_string(), "the claim store is full: 0 claims");
}

#[test]
fn attack_4_of_copies_on_many_threads_one_is_taken() {
    let store = MemoryClaims::default();
    for number in 0..200 {
        let taken = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    if let Ok(Claim::Taken(..)) = claim(&store, &new(number, NOW, 60)) {
                        taken.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        assert_eq!(taken.into_inner(), 1);
    }
}

#[test]
fn debug_shows_how_full_it_is_and_nobodys_payments() {
    let store = MemoryClaims::with_capacity(9);
    take(&store, &new(1, NOW, 60));
    assert_eq!(format!("{store:?}"), "MemoryClaims { capacity: 9, len: 1 }");
}

#[derive(Clone, Debug)]
enum Step {
    Claim { key: u64, resource: u8, kept: u64, starts: bool },
    Record { ticket: prop::sample::Index, state: ClaimState },
    Release { ticket: prop::sample::Index },
    Abandon { ticket: prop::sample::Index },
    Wait { seconds: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    let state = prop::sample::select(vec![
        ClaimState::Settling,
        ClaimState::Settled(receipt()),
        ClaimState::Delivered,
        ClaimState::Unknown(None),
        ClaimState::Rejected(x402_core::Reason::INSUFFICIENT_FUNDS),
    ]);
    prop_oneof![
        3 => (0_u64..4, 0_u8..2, 0_u64..50, any::<bool>())
            .prop_map(|(key, resource, kept, starts)| Step::Claim { key, resource, kept, starts }),
        3 => (any::<prop::sample::Index>(), state).prop_map(|(ticket, state)| Step::Record { ticket, state }),
        1 => any::<prop::sample::Index>().prop_map(|ticket| Step::Release { ticket }),
        1 => any::<prop::sample::Index>().prop_map(|ticket| Step::Abandon { ticket }),
        1 => (0_u64..60).prop_map(|seconds| Step::Wait { seconds }),
    ]
}

proptest! {
    /// Whatever happens: a payment that settled, may have, or was used up is never free before it expires, and what
    /// is kept never exceeds what lives.
    #[test]
    fn no_sequence_of_steps_frees_a_payment_that_may_have_settled(steps in prop::collection::vec(step(), 1..60)) {
        let store = MemoryClaims::with_capacity(4);
        let mut time = NOW;
        let mut tickets: Vec<(Ticket, u64)> = Vec::new();
        for step in steps {
            let before: Vec<_> = (0..4).map(|number| store.state(&key(number))).collect();
            let expires = |number: u64| tickets.iter().rev().find(|(of, _)| *of.key() == key(number)).map(|of| of.1);
            let expired: Vec<bool> = (0..4).map(|number| expires(number).is_some_and(|until| until < time)).collect();
            match &step {
                Step::Claim { key: number, resource, kept, starts } => {
                    let mut claim = new(*number, time, *kept);
                    claim.resource = B256::repeat_byte(*resource);
                    claim.starts = *starts;
                    if let Claim::Taken(ticket, taken) = block_on(store.claim(&claim)).unwrap() {
                        prop_assert!(*starts || taken != Taken::Fresh, "started although it may not");
                        // Taken again, it keeps its first expiry.
                        let until = if taken == Taken::Fresh { time + kept } else { expires(*number).unwrap() };
                        tickets.push((ticket, until));
                    }
                }
                Step::Wait { seconds } => time += seconds,
                _ if tickets.is_empty() => {}
                Step::Record { ticket, state } => {
                    let ticket = &ticket.get(&tickets).0;
                    let told = block_on(store.record(ticket, state.clone()));
                    prop_assert!(matches!(told, Ok(()) | Err(ClaimError::Lost)), "{:?}", told);
                    if told.is_ok() {
                        prop_assert_eq!(store.state(ticket.key()), Some(state.clone()), "written down");
                    }
                }
                Step::Release { ticket } => block_on(store.release(&ticket.get(&tickets).0)).unwrap(),
                Step::Abandon { ticket } => store.abandon(&ticket.get(&tickets).0),
            }
            for (number, before) in before.iter().enumerate() {
                let after = store.state(&key(number as u64));
                let recorded = matches!(step, Step::Record { .. });
                match before {
                    // Letting go changes who holds it, never what became of it.
                    Some(
                        ClaimState::Settled(_)
                        | ClaimState::Unknown(_)
                        | ClaimState::Delivered
                        | ClaimState::Rejected(_),
                    ) if !recorded && !expired[number] => prop_assert_eq!(before, &after, "by {:?}", step),
                    Some(ClaimState::Delivered | ClaimState::Rejected(_)) if !expired[number] => {
                        prop_assert_eq!(before, &after, "an end stays, whatever is recorded: {:?}", step);
                    }
                    Some(ClaimState::Settling) if !expired[number] && matches!(step, Step::Abandon { .. }) => {
                        prop_assert!(
                            matches!(after, Some(ClaimState::Settling | ClaimState::Unknown(None))),
                            "settling became {:?} by {:?}", after, step
                        );
                    }
                    Some(_) if recorded => prop_assert!(after.is_some(), "recording frees nothing"),
                    _ => {}
                }
            }
            prop_assert!(store.len() <= 4);
        }
        // In the end nothing is left.
        let late = time + Duration::from_secs(1_000).as_secs();
        take(&store, &new(9, late, 0));
        prop_assert_eq!(store.len(), 1);
        prop_assert!(now() <= UnixSeconds::from_secs(late));
    }
}
