//! Requests that go away.

use std::{task::Poll, time::Duration};

use tokio::time::timeout;
use x402_core::claim::{ClaimState, ClaimStore as _, Taken};

use crate::{
    server::Server,
    support::{Process, fresh, store, take, until, until_taken},
};

#[tokio::test]
async fn a_claim_whose_request_went_away_before_the_answer_is_released() {
    let Some(server) = Server::start() else { return };
    let store = store(&server).await;
    let claim = fresh();
    server.stall();
    // It is sent, and the server does not get round to it.
    assert!(timeout(Duration::from_millis(50), store.claim(&claim)).await.is_err());
    assert_eq!(store.held(), 1);
    server.go_on();
    until("it is released", || async { (store.held() == 0).then_some(()) }).await;
    assert_eq!(server.ask("DBSIZE").lines().next(), Some(":0"));
    take(&store, &claim).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn at_whatever_point_a_request_goes_away_its_claim_is_free_again() {
    let Some(server) = Server::start() else { return };
    let store = store(&server).await;
    let mut gone = 0;
    for point in 0..200 {
        let claim = fresh();
        let asking = tokio::spawn({
            let (store, claim) = (store.clone(), claim.clone());
            async move { polled(point % 5, store.claim(&claim)).await }
        });
        // Whoever has the ticket releases it.
        match asking.await.unwrap() {
            Some(Ok(x402_core::claim::Claim::Taken(ticket, _))) => store.release(&ticket).await.unwrap(),
            Some(other) => panic!("{other:?}"),
            None => gone += 1,
        }
        assert_eq!(until_taken(&store, &claim).await.1, Taken::Fresh);
    }
    // No answer of a server comes within the poll that asks for it.
    assert!(gone >= 80, "{gone} went away in time");
}

/// Polls a future so often, whenever it wants to be, and then drops it.
async fn polled<F: Future>(times: usize, future: F) -> Option<F::Output> {
    let mut future = std::pin::pin!(future);
    let mut left = times;
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

#[test]
fn a_holder_dropped_outside_of_the_runtime_is_let_go_by_its_task() {
    let Some(server) = Server::start() else { return };
    let process = Process::start(&server);
    let (claim, settling) = (fresh(), fresh());
    let (first, second) = process.runtime.block_on(async {
        let second = take(&process.store, &settling).await;
        process.store.record(&second, ClaimState::Settling).await.unwrap();
        (take(&process.store, &claim).await, second)
    });
    std::thread::scope(|scope| {
        scope.spawn(|| {
            process.store.abandon(&first);
            process.store.abandon(&second);
        });
    });
    process.runtime.block_on(async {
        assert_eq!(until_taken(&process.store, &claim).await.1, Taken::Fresh);
        assert_eq!(until_taken(&process.store, &settling).await.1, Taken::Unknown(None));
    });
}

#[tokio::test]
async fn a_store_that_is_dropped_still_lets_go_of_what_was_abandoned() {
    let Some(server) = Server::start() else { return };
    let (dropped, other) = (store(&server).await, store(&server).await);
    let claim = fresh();
    let ticket = take(&dropped, &claim).await;
    dropped.abandon(&ticket);
    drop(dropped);
    assert_eq!(until_taken(&other, &claim).await.1, Taken::Fresh);
    until("its connection is closed", || async {
        (server.ask("CLIENT LIST TYPE normal").matches("id=").count() <= 2).then_some(())
    })
    .await;
}
