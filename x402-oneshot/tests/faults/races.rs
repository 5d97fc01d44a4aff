//! What `test` found good, and the chain then does not; and one authorization executed twice.

use x402_core::Facilitator as _;
use x402_core::X402Version;
use x402_oneshot::sandbox::SandboxStatus;
use x402_oneshot::sandbox::faults::Lifecycle;

use crate::support::{Shop, VERSIONS, is_pending, native, paid, payment, start};

#[tokio::test]
async fn a_nonce_spent_between_test_and_execution_leaves_the_outcome_unknown_and_the_seller_paid_once() {
    let shop = Shop::open().await;
    assert!(shop.relayed.verify(&shop.payment).await.unwrap().is_valid);
    let answer = shop.settle_with(&Lifecycle::new().raced()).await.unwrap();
    assert!(is_pending(&answer), "the seller was paid by somebody else's transaction: a refusal would be wrong");
    assert_eq!(shop.sandbox.transactions()[0].status, SandboxStatus::Failed);
    assert_eq!(shop.executions(), 1);
    shop.assert_paid_once();
}

#[tokio::test]
async fn the_native_facilitator_calls_a_lost_race_pending_too() {
    for version in VERSIONS {
        let sandbox = start().await;
        let facilitator = native(&sandbox).await;
        let payment = payment(&sandbox, version).await;
        assert!(facilitator.verify(&payment).await.unwrap().is_valid);
        sandbox.faults().next_transaction(&Lifecycle::new().raced());
        assert!(is_pending(&facilitator.settle(&payment).await.unwrap()));
        assert_eq!(paid(&sandbox), crate::support::PRICE);
    }
}

#[tokio::test]
async fn one_authorization_executed_twice_moves_the_money_once() {
    let shop = Shop::open().await;
    assert!(shop.settle().await.unwrap().success);
    assert!(is_pending(&shop.settle().await.unwrap()), "a spent nonce is no proof that we were not paid");
    assert_eq!(shop.executions(), 2);
    let ends: Vec<_> = shop.sandbox.transactions().iter().map(|known| known.status).collect();
    assert_eq!(ends, [SandboxStatus::Completed, SandboxStatus::Failed]);
    assert!(shop.reconcile().await.success);
    shop.assert_paid_once();
}

#[tokio::test]
async fn a_payment_that_the_other_facilitator_settled_is_not_settled_again() {
    let shop = Shop::open().await;
    let native = native(&shop.sandbox).await;
    assert!(shop.settle().await.unwrap().success);
    let again = payment(&shop.sandbox, X402Version::V2).await;
    let verified = native.verify(&again).await.unwrap();
    assert!(!verified.is_valid);
    assert!(!native.settle(&again).await.unwrap().success);
    shop.assert_paid_once();
}
