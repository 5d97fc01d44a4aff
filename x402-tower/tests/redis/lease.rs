//! Holders that die, and that only seem to.

use std::time::Duration;

use alloy_primitives::B256;
use tokio::time::Instant;
use x402_core::claim::{Claim, ClaimError, ClaimState, ClaimStore as _, Taken};

use crate::{
    server::Server,
    support::{LEASE, Process, elsewhere, fresh, only_look, receipt, store, take, until_taken},
};

/// A process claims, records and dies; what another process is given when the lease has lapsed.
fn after_death(recorded: &[ClaimState], expected: &Taken) {
    let Some(server) = Server::start() else { return };
    let dead = Process::start(&server);
    let alive = Process::start(&server);
    let claim = fresh();
    dead.runtime.block_on(async {
        let ticket = take(&dead.store, &claim).await;
        for state in recorded {
            dead.store.record(&ticket, state.clone()).await.unwrap();
        }
    });
    dead.kill();
    alive.runtime.block_on(async {
        let held = Instant::now();
        let answer = alive.store.claim(&claim).await.unwrap();
        assert!(matches!(answer, Claim::Held { same_resource: true, .. }), "its lease has not lapsed: {answer:?}");
        if *expected == Taken::Fresh {
            // What may not start does not, and does not find what nobody has any more.
            crate::support::until("the lease has lapsed", || async {
                (alive.store.claim(&only_look(&claim)).await.unwrap() == Claim::Absent).then_some(())
            })
            .await;
        } else {
            // Nothing that may have been paid for is given for anything else.
            let answer = alive.store.claim(&elsewhere(&claim)).await.unwrap();
            assert!(matches!(answer, Claim::Held { same_resource: false, .. }), "{answer:?}");
        }
        let (ticket, taken) = until_taken(&alive.store, &claim).await;
        assert_eq!(taken, *expected);
        assert!(held.elapsed() > LEASE / 2, "taken after {:?}", held.elapsed());
        alive.store.record(&ticket, ClaimState::Delivered).await.unwrap();
        let answer = alive.store.claim(&claim).await.unwrap();
        assert_eq!(answer, Claim::Held { state: ClaimState::Delivered, same_resource: true });
    });
}

#[test]
fn what_a_dead_holder_had_claimed_is_new() {
    after_death(&[], &Taken::Fresh);
}

#[test]
fn what_a_dead_holder_was_settling_is_unknown() {
    after_death(&[ClaimState::Settling], &Taken::Unknown(None));
}

#[test]
fn what_a_dead_holder_had_settled_and_not_delivered_is_given_again() {
    after_death(&[ClaimState::Settling, ClaimState::Settled(receipt())], &Taken::Settled(receipt()));
}

#[test]
fn what_a_dead_holder_was_asking_about_is_unknown_with_its_transaction() {
    let transaction = Some(B256::repeat_byte(9));
    after_death(&[ClaimState::Settling, ClaimState::Unknown(transaction)], &Taken::Unknown(transaction));
}

#[tokio::test]
async fn what_a_living_holder_holds_stays_held_for_many_leases() {
    let Some(server) = Server::start() else { return };
    let (holder, other) = (store(&server).await, store(&server).await);
    // More than one script renews at once.
    let mut held = Vec::new();
    for _ in 0..1200 {
        let claim = fresh();
        held.push((take(&holder, &claim).await, claim));
    }
    let end = Instant::now() + LEASE * 3;
    while Instant::now() < end {
        for (_, claim) in held.iter().step_by(100) {
            assert!(matches!(other.claim(claim).await.unwrap(), Claim::Held { .. }));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for (ticket, claim) in &held {
        assert!(matches!(other.claim(claim).await.unwrap(), Claim::Held { .. }));
        holder.record(ticket, ClaimState::Settling).await.unwrap();
    }
    assert_eq!(holder.held(), 1200);
}

/// A process that was stopped for longer than its lease, and goes on.
#[test]
fn a_holder_that_was_stopped_too_long_is_told_that_its_claim_is_lost() {
    let Some(server) = Server::start() else { return };
    // Nothing of it runs unless it is waited for.
    let stopped = Process::start(&server);
    let other = Process::start(&server);
    let claim = fresh();
    let ticket = stopped.runtime.block_on(take(&stopped.store, &claim));
    let (holder, taken) = other.runtime.block_on(until_taken(&other.store, &claim));
    assert_eq!(taken, Taken::Fresh);
    let told = stopped.runtime.block_on(stopped.store.record(&ticket, ClaimState::Settling));
    assert!(matches!(told, Err(ClaimError::Lost)), "{told:?}");
    stopped.runtime.block_on(stopped.store.release(&ticket)).unwrap();
    stopped.store.abandon(&ticket);
    assert_eq!(stopped.store.held(), 0);
    other.runtime.block_on(other.store.record(&holder, ClaimState::Settling)).unwrap();
}

#[test]
fn a_holder_that_was_stopped_and_whose_claim_nobody_took_has_it_still() {
    let Some(server) = Server::start() else { return };
    let stopped = Process::start(&server);
    let other = Process::start(&server);
    let claim = fresh();
    let ticket = stopped.runtime.block_on(take(&stopped.store, &claim));
    other.runtime.block_on(crate::support::until("the lease has lapsed", || async {
        (other.store.claim(&only_look(&claim)).await.unwrap() == Claim::Absent).then_some(())
    }));
    stopped.runtime.block_on(stopped.store.record(&ticket, ClaimState::Settling)).unwrap();
    let answer = other.runtime.block_on(other.store.claim(&claim)).unwrap();
    assert_eq!(answer, Claim::Held { state: ClaimState::Settling, same_resource: true });
}

#[tokio::test]
async fn leases_go_by_the_servers_clock_and_not_by_the_processes() {
    let Some(server) = Server::start() else { return };
    let (holder, other) = (store(&server).await, store(&server).await);
    let claim = fresh();
    take(&holder, &claim).await;
    // The other process believes that it is a year later.
    let mut later = claim.clone();
    later.now = claim.now.saturating_add(Duration::from_secs(31_536_000));
    later.keep_until = later.now.saturating_add(Duration::from_secs(600));
    let answer = other.claim(&later).await.unwrap();
    assert_eq!(answer, Claim::Held { state: ClaimState::Claimed, same_resource: true });
}
