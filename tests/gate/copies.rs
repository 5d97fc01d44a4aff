//! Copies of one payment, sent at once.

use std::sync::Arc;

use http::{StatusCode, header::RETRY_AFTER};
use x402_core::{X402Version, claim::ClaimState};

use crate::support::{Act, Answer, BOTH, CHEAP, Latch, OTHER, PREMIUM, Shop, within};

/// Sends so many copies at once, and gives their answers as they come.
async fn send(shop: &Arc<Shop>, version: X402Version, copies: usize) -> tokio::sync::mpsc::UnboundedReceiver<Answer> {
    let payment = shop.sign(version, PREMIUM, 1).await;
    let (answered, answers) = tokio::sync::mpsc::unbounded_channel();
    for _ in 0..copies {
        let (shop, payment, answered) = (Arc::clone(shop), payment.clone(), answered.clone());
        tokio::spawn(async move { answered.send(shop.get(PREMIUM, &[payment]).await) });
    }
    answers
}

fn is_told_to_wait(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.body);
    assert!(answer.headers.contains_key(RETRY_AFTER));
    assert!(answer.receipt().is_none() && !answer.body.contains("accepts"), "no invitation to pay");
}

/// While one copy is held somewhere all others have been answered: they wait for nobody, and nobody works on them.
async fn one_is_served_of(copies: usize, version: X402Version, hold: impl FnOnce(&Shop, &Latch)) {
    let (shop, latch) = (Arc::new(Shop::open().await), Latch::new());
    hold(&shop, &latch);
    let mut answers = send(&shop, version, copies).await;
    for _ in 1..copies {
        is_told_to_wait(&within(answers.recv()).await.unwrap());
    }
    latch.reached().await;
    latch.open();
    within(answers.recv()).await.unwrap().is_served(version);
    assert!(answers.recv().await.is_none());
    assert_eq!((shop.work.started(), shop.work.finished()), (1, 1));
    assert_eq!((shop.facilitator.verify_calls(), shop.facilitator.settle_calls()), (1, 1));
    assert_eq!(shop.facilitator.transfers(), 1);
    assert_eq!(shop.state(1), Some(ClaimState::Delivered));
    assert_eq!(shop.claims.len(), 1);
}

#[tokio::test]
async fn attack_4_of_twenty_copies_while_one_is_verified_one_is_served() {
    for version in BOTH {
        one_is_served_of(20, version, |shop, latch| shop.facilitator.next_verify(Act::honestly().held(latch))).await;
    }
}

#[tokio::test]
async fn attack_4_of_twenty_copies_while_one_is_worked_on_one_is_served() {
    for version in BOTH {
        one_is_served_of(20, version, |shop, latch| shop.work.hold_at(latch)).await;
    }
}

#[tokio::test]
async fn attack_4_of_twenty_copies_while_one_is_settled_one_is_served() {
    for version in BOTH {
        one_is_served_of(20, version, |shop, latch| shop.facilitator.next_settle(Act::honestly().held(latch))).await;
        let settled = |shop: &Shop, latch: &Latch| shop.facilitator.next_settle(Act::honestly().held_after(latch));
        one_is_served_of(20, version, settled).await;
    }
}

#[tokio::test]
async fn attack_4_of_a_thousand_copies_one_is_served() {
    // Both ends of each connection are this process's.
    rlimit::increase_nofile_limit(4096).unwrap();
    one_is_served_of(1000, X402Version::V2, |shop, latch| {
        shop.facilitator.next_settle(Act::honestly().held_after(latch));
    })
    .await;
}

#[tokio::test]
async fn attack_4_of_twenty_copies_that_nothing_holds_back_one_is_served() {
    for version in BOTH {
        let shop = Arc::new(Shop::open().await);
        let mut answers = send(&shop, version, 20).await;
        let mut served = 0;
        while let Some(answer) = within(answers.recv()).await {
            match answer.status {
                StatusCode::OK => served += 1,
                // Whoever comes after the content was handed over.
                StatusCode::PAYMENT_REQUIRED => assert!(answer.body.contains("nonce_already_used")),
                _ => is_told_to_wait(&answer),
            }
        }
        assert_eq!((served, shop.work.started(), shop.facilitator.settle_calls()), (1, 1, 1));
    }
}

#[tokio::test]
async fn attack_4_copies_for_several_routes_share_one_claim() {
    for version in BOTH {
        let (shop, latch) = (Arc::new(Shop::open().await), Latch::new());
        shop.facilitator.next_settle(Act::honestly().held(&latch));
        let mut answers = send(&shop, version, 1).await;
        latch.reached().await;
        let payment = [shop.sign(version, PREMIUM, 1).await];
        for path in [OTHER, CHEAP] {
            let answer = shop.get(path, &payment).await;
            assert!(matches!(answer.status, StatusCode::CONFLICT | StatusCode::PAYMENT_REQUIRED), "{path}");
        }
        latch.open();
        within(answers.recv()).await.unwrap().is_served(version);
        assert_eq!((shop.work.started(), shop.facilitator.settle_calls()), (1, 1));
    }
}
