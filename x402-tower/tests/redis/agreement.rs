//! Redis and memory agree on every sequence of steps.

use std::collections::HashSet;

use alloy_primitives::B256;
use proptest::{prelude::*, sample::Index, test_runner::TestRunner};
use x402_core::{
    Reason,
    claim::{Claim, ClaimError, ClaimState, ClaimStore as _, MemoryClaims, NewClaim, Taken, Ticket},
};
use x402_tower::store::redis::RedisClaims;

use crate::{
    server::Server,
    support::{Process, fresh, receipt, until},
};

#[derive(Clone, Debug)]
enum Step {
    Claim { payment: usize, resource: u8, starts: bool },
    Record { ticket: Index, state: ClaimState },
    Release { ticket: Index },
    Abandon { ticket: Index },
}

fn step() -> impl Strategy<Value = Step> {
    let state = prop::sample::select(vec![
        ClaimState::Claimed,
        ClaimState::Settling,
        ClaimState::Settled(receipt()),
        ClaimState::Delivered,
        ClaimState::Unknown(None),
        ClaimState::Unknown(Some(B256::repeat_byte(9))),
        ClaimState::Rejected(Reason::INSUFFICIENT_FUNDS),
    ]);
    prop_oneof![
        3 => (0_usize..3, 0_u8..2, any::<bool>())
            .prop_map(|(payment, resource, starts)| Step::Claim { payment, resource, starts }),
        4 => (any::<Index>(), state).prop_map(|(ticket, state)| Step::Record { ticket, state }),
        1 => any::<Index>().prop_map(|ticket| Step::Release { ticket }),
        1 => any::<Index>().prop_map(|ticket| Step::Abandon { ticket }),
    ]
}

/// An answer without the ticket, which differs.
fn answer(claim: &Claim) -> (Option<&Taken>, Option<(&ClaimState, bool)>) {
    match claim {
        Claim::Absent => (None, None),
        Claim::Held { state, same_resource } => (None, Some((state, *same_resource))),
        Claim::Taken(_, taken) => (Some(taken), None),
    }
}

/// The same tickets in both stores, and which of them hold something.
#[derive(Default)]
struct Tickets {
    pairs: Vec<(Ticket, Ticket)>,
    holding: HashSet<usize>,
}

async fn agree(redis: &RedisClaims, steps: Vec<Step>) -> Result<(), TestCaseError> {
    let memory = MemoryClaims::default();
    let payments: Vec<_> = (0..3).map(|_| fresh()).collect();
    let mut tickets = Tickets::default();
    let before = redis.held();
    for step in steps {
        if let Step::Claim { payment, resource, starts } = &step {
            let resource = B256::repeat_byte(*resource);
            let claim = NewClaim { resource, starts: *starts, ..payments[*payment].clone() };
            let ours = redis.claim(&claim).await.unwrap();
            let theirs = memory.claim(&claim).await.unwrap();
            prop_assert_eq!(answer(&ours), answer(&theirs), "{:?}", step);
            if let (Claim::Taken(ours, _), Claim::Taken(theirs, _)) = (ours, theirs) {
                tickets.holding.insert(tickets.pairs.len());
                tickets.pairs.push((ours, theirs));
            }
        } else if !tickets.pairs.is_empty() {
            let count = tickets.pairs.len();
            let index = match &step {
                Step::Record { ticket, .. } | Step::Release { ticket } | Step::Abandon { ticket } => {
                    ticket.index(count)
                }
                Step::Claim { .. } => 0,
            };
            let (ours, theirs) = &tickets.pairs[index];
            match &step {
                Step::Record { state, .. } => {
                    let told = redis.record(ours, state.clone()).await;
                    let is_lost = matches!(told, Err(ClaimError::Lost));
                    prop_assert!(is_lost || told.is_ok(), "{:?}", told);
                    prop_assert_eq!(is_lost, memory.record(theirs, state.clone()).await.is_err(), "{:?}", step);
                    prop_assert_eq!(is_lost, !tickets.holding.contains(&index), "{:?}", step);
                    if matches!(state, ClaimState::Delivered | ClaimState::Rejected(_)) {
                        tickets.holding.remove(&index);
                    }
                }
                Step::Release { .. } => {
                    redis.release(ours).await.unwrap();
                    memory.release(theirs).await.unwrap();
                    tickets.holding.remove(&index);
                }
                Step::Abandon { .. } => {
                    redis.abandon(ours);
                    memory.abandon(theirs);
                    tickets.holding.remove(&index);
                    let held = before + tickets.holding.len();
                    until("it is written", || async { (redis.held() == held).then_some(()) }).await;
                }
                Step::Claim { .. } => {}
            }
        }
        prop_assert_eq!(redis.held(), before + tickets.holding.len(), "{:?}", step);
    }
    // What is left over holds nothing in the next case.
    for index in tickets.holding {
        redis.release(&tickets.pairs[index].0).await.unwrap();
    }
    Ok(())
}

#[test]
fn every_sequence_of_steps_gets_the_answers_that_memory_gives() {
    let Some(server) = Server::start() else { return };
    let process = Process::start(&server);
    let steps = prop::collection::vec(step(), 1..60);
    let mut runner = TestRunner::new(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() });
    runner.run(&steps, |steps| process.runtime.block_on(agree(&process.store, steps))).unwrap();
}
