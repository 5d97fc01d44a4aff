//! The rules that every store keeps, and those of this one's scripts.

use std::{sync::Arc, time::Duration};

use tokio::task::JoinSet;
use x402_core::{
    UnixSeconds,
    claim::{Claim, ClaimState, ClaimStore as _, Taken},
    testing::conformance::claims,
};

use crate::{
    server::Server,
    support::{fresh, receipt, store, take},
};

#[tokio::test]
async fn redis_claims_conform() {
    let Some(server) = Server::start() else { return };
    let fixture = claims::Fixture::new(UnixSeconds::from_secs(1_790_000_000), 7)
        .pause(|| tokio::time::sleep(Duration::from_millis(2)));
    let store = store(&server).await;
    claims::all(&store, &fixture).await;
    assert!(server.ask("DBSIZE").contains(':'), "{}", server.ask("DBSIZE"));
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_4_of_copies_sent_to_two_processes_one_is_taken() {
    let Some(server) = Server::start() else { return };
    let stores = [store(&server).await, store(&server).await];
    for _ in 0..20 {
        let claim = Arc::new(fresh());
        let mut copies = JoinSet::new();
        for copy in 0..100 {
            let (store, claim) = (stores[copy % 2].clone(), Arc::clone(&claim));
            copies.spawn(async move { store.claim(&claim).await.unwrap() });
        }
        let answers = copies.join_all().await;
        let taken = answers.iter().filter(|answer| matches!(answer, Claim::Taken(_, Taken::Fresh))).count();
        assert_eq!(taken, 1);
    }
    assert_eq!(stores[0].held() + stores[1].held(), 20);
}

#[tokio::test]
async fn each_transition_is_one_round_trip() {
    let Some(server) = Server::start() else { return };
    let store = store(&server).await;
    let sent = || {
        let stats = server.ask("INFO commandstats");
        let line = stats.lines().find(|line| line.starts_with("cmdstat_evalsha:")).unwrap();
        let calls = line.split_once("calls=").unwrap().1.split_once(',').unwrap().0;
        calls.parse::<u32>().unwrap()
    };
    let before = sent();
    let claim = fresh();
    let ticket = take(&store, &claim).await;
    store.record(&ticket, ClaimState::Settling).await.unwrap();
    store.record(&ticket, ClaimState::Settled(receipt())).await.unwrap();
    store.record(&ticket, ClaimState::Delivered).await.unwrap();
    assert_eq!(sent() - before, 4);
    store.release(&take(&store, &fresh()).await).await.unwrap();
    assert_eq!(sent() - before, 6);
}

#[tokio::test]
async fn a_claim_is_one_small_key_that_expires_by_itself() {
    let Some(server) = Server::start() else { return };
    let store = store(&server).await;
    let claim = fresh();
    let ticket = take(&store, &claim).await;
    let key = server.ask("KEYS *").lines().find(|line| line.starts_with("x402:claim:84532:0x")).unwrap().to_owned();
    for state in [ClaimState::Settling, ClaimState::Settled(receipt()), ClaimState::Delivered] {
        store.record(&ticket, state).await.unwrap();
        let number = |command: &str| {
            let answer = server.ask(&format!("{command} {key}"));
            answer.lines().next().unwrap().trim_start_matches(':').parse::<u64>().unwrap()
        };
        assert_eq!(server.ask("DBSIZE").lines().next(), Some(":1"));
        assert!((595..=601).contains(&number("TTL")), "{}", number("TTL"));
        assert!(number("MEMORY USAGE") < 450, "{}", number("MEMORY USAGE"));
    }
    // A released one leaves nothing at all.
    store.release(&take(&store, &fresh()).await).await.unwrap();
    assert_eq!(server.ask("DBSIZE").lines().next(), Some(":1"));
}

#[tokio::test]
async fn a_claim_is_forgotten_when_its_time_is_over() {
    let Some(server) = Server::start() else { return };
    let store = store(&server).await;
    let mut claim = fresh();
    claim.keep_until = claim.now;
    let ticket = take(&store, &claim).await;
    store.record(&ticket, ClaimState::Delivered).await.unwrap();
    let (_, taken) = crate::support::until_taken(&store, &claim).await;
    assert_eq!(taken, Taken::Fresh);
}

#[tokio::test]
async fn scripts_that_the_server_forgot_are_loaded_again() {
    let Some(server) = Server::start() else { return };
    let store = store(&server).await;
    assert!(server.ask("SCRIPT FLUSH").starts_with("+OK"));
    let ticket = take(&store, &fresh()).await;
    assert!(server.ask("SCRIPT FLUSH").starts_with("+OK"));
    store.record(&ticket, ClaimState::Delivered).await.unwrap();
}
