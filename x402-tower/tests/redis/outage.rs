//! Redis goes away, and comes back.

use std::time::Duration;

use tokio::time::Instant;
use x402_core::claim::{Claim, ClaimError, ClaimState, ClaimStore as _, Taken};
use x402_tower::store::redis::RedisClaims;

use crate::{
    server::Server,
    support::{fresh, only_look, receipt, store, take, until, until_held, until_taken},
};

#[tokio::test]
async fn fault_while_redis_is_away_claims_fail_closed_and_at_once_and_then_go_on() {
    let Some(mut server) = Server::start_durable() else { return };
    let store = store(&server).await;
    let used = fresh();
    let ticket = take(&store, &used).await;
    store.record(&ticket, ClaimState::Delivered).await.unwrap();
    server.kill();
    let began = Instant::now();
    for _ in 0..200 {
        let answer = store.claim(&used).await;
        assert!(matches!(answer, Err(ClaimError::Unavailable(_))), "{answer:?}");
    }
    assert!(began.elapsed() < Duration::from_secs(20), "two hundred refusals took {:?}", began.elapsed());
    // The first was sent on a connection that was thought to be alive.
    assert!(store.held() <= 1, "what was never sent is not kept");
    server.restart();
    until_held(&store, &used, &ClaimState::Delivered).await;
    take(&store, &fresh()).await;
}

#[tokio::test]
async fn a_restart_between_two_requests_is_not_noticed() {
    let Some(mut server) = Server::start_durable() else { return };
    let store = store(&server).await;
    let claim = fresh();
    let ticket = take(&store, &claim).await;
    server.kill();
    server.restart();
    store.record(&ticket, ClaimState::Settling).await.unwrap();
    let answer = store.claim(&claim).await.unwrap();
    assert_eq!(answer, Claim::Held { state: ClaimState::Settling, same_resource: true });
}

#[tokio::test]
async fn what_could_not_be_written_is_written_when_redis_is_back() {
    let Some(mut server) = Server::start_durable() else { return };
    let store = store(&server).await;
    let [delivered, settled, released, abandoned, claimed] = std::array::from_fn(|_| fresh());
    let mut tickets = Vec::new();
    for claim in [&delivered, &settled, &released, &abandoned] {
        let ticket = take(&store, claim).await;
        store.record(&ticket, ClaimState::Settling).await.unwrap();
        tickets.push(ticket);
    }
    tickets.push(take(&store, &claimed).await);
    server.kill();
    for (ticket, states) in [
        (&tickets[0], &[ClaimState::Settled(receipt()), ClaimState::Delivered][..]),
        (&tickets[1], &[ClaimState::Settled(receipt())]),
    ] {
        for state in states {
            assert!(matches!(store.record(ticket, state.clone()).await, Err(ClaimError::Unavailable(_))));
        }
        store.abandon(ticket);
    }
    assert!(store.release(&tickets[2]).await.is_err());
    store.abandon(&tickets[2]);
    store.abandon(&tickets[3]);
    // Whoever is told that it cannot be written that it is about to settle does not settle.
    assert!(store.record(&tickets[4], ClaimState::Settling).await.is_err());
    store.abandon(&tickets[4]);
    assert_eq!(store.held(), 5);
    server.restart();
    until_held(&store, &delivered, &ClaimState::Delivered).await;
    assert_eq!(until_taken(&store, &settled).await.1, Taken::Settled(receipt()));
    assert_eq!(until_taken(&store, &released).await.1, Taken::Fresh);
    assert_eq!(until_taken(&store, &abandoned).await.1, Taken::Unknown(None));
    assert_eq!(until_taken(&store, &claimed).await.1, Taken::Fresh);
    assert_eq!(store.held(), 4);
}

/// What is recorded in time does not have to wait for what could not be written before.
#[tokio::test]
async fn an_earlier_state_that_was_kept_does_not_overtake_a_later_one() {
    let Some(mut server) = Server::start_durable() else { return };
    let store = store(&server).await;
    let claim = fresh();
    let ticket = take(&store, &claim).await;
    store.record(&ticket, ClaimState::Settling).await.unwrap();
    server.kill();
    assert!(store.record(&ticket, ClaimState::Settled(receipt())).await.is_err());
    server.restart();
    until("it can be written", || async { store.record(&ticket, ClaimState::Delivered).await.ok() }).await;
    until("everything is written", || async { (store.held() == 0).then_some(()) }).await;
    until_held(&store, &claim, &ClaimState::Delivered).await;
}

#[tokio::test]
async fn fault_a_server_that_hangs_is_given_up_in_time_and_what_it_may_have_done_is_undone() {
    let Some(server) = Server::start() else { return };
    let store = RedisClaims::builder(server.url().parse().unwrap())
        .timeout(Duration::from_millis(200))
        .connect()
        .await
        .unwrap();
    let claim = fresh();
    server.stall();
    let began = Instant::now();
    let answer = store.claim(&claim).await;
    assert!(matches!(answer, Err(ClaimError::Unavailable(_))), "{answer:?}");
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    // It may have been claimed, by a ticket that nobody has.
    assert_eq!(store.held(), 1);
    server.go_on();
    assert_eq!(until_taken(&store, &claim).await.1, Taken::Fresh);
}

#[tokio::test]
async fn a_full_server_refuses_new_payments_and_lets_those_under_way_go_on() {
    let Some(server) = Server::start() else { return };
    let store = store(&server).await;
    let (claim, paid) = (fresh(), fresh());
    let ticket = take(&store, &claim).await;
    let pays = take(&store, &paid).await;
    assert!(server.ask("CONFIG SET maxmemory 1").starts_with("+OK"));
    let answer = store.claim(&fresh()).await;
    assert!(matches!(answer, Err(ClaimError::Unavailable(_))), "{answer:?}");
    assert_eq!(store.held(), 2);
    store.release(&ticket).await.unwrap();
    for state in [ClaimState::Settling, ClaimState::Settled(receipt())] {
        store.record(&pays, state).await.unwrap();
    }
    // And leases are renewed.
    tokio::time::sleep(crate::support::LEASE * 2).await;
    assert!(server.ask("CONFIG SET maxmemory 0").starts_with("+OK"));
    assert_eq!(store.claim(&only_look(&claim)).await.unwrap(), Claim::Absent);
    let settled = Claim::Held { state: ClaimState::Settled(receipt()), same_resource: true };
    assert_eq!(store.claim(&paid).await.unwrap(), settled);
}

#[tokio::test]
async fn what_is_no_claim_of_ours_fails_closed() {
    let Some(server) = Server::start() else { return };
    let store = store(&server).await;
    let claim = fresh();
    let ticket = take(&store, &claim).await;
    let key = server.ask("KEYS *").lines().find(|line| line.starts_with("x402:")).unwrap().to_owned();
    for spoil in [format!("HSET {key} s zzz"), format!("HDEL {key} l"), format!("SET {key} 1")] {
        let spoilt = server.ask(&spoil);
        assert!(!spoilt.starts_with('-'), "{spoilt}");
        let answer = store.claim(&claim).await;
        assert!(matches!(answer, Err(ClaimError::Unavailable(_))), "{spoil}: {answer:?}");
    }
    assert!(matches!(store.record(&ticket, ClaimState::Settling).await, Err(ClaimError::Unavailable(_))));
}
