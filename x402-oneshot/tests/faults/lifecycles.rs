//! Transactions that linger, are sent again, fail, or say what nobody knows.

use alloy_primitives::B256;
use x402_core::Reason;
use x402_core::facilitator::{FacilitatorErrorKind, Reach};
use x402_oneshot::api::TransactionStatus;
use x402_oneshot::sandbox::faults::{Edit, Fault, Lifecycle};
use x402_oneshot::{Client, Error, ErrorKind, TransactionId};

use crate::support::{Shop, TRANSACTION, impatient, is_pending, ready, said, wait};

#[tokio::test]
async fn pending_retrying_and_unknown_statuses_are_waited_through() {
    for (life, polls) in [
        (Lifecycle::new().pending(4), 5),
        (Lifecycle::new().pending(1).retrying(3), 5),
        (Lifecycle::new().pending(1).saying("Dropped", 2).submitted(1), 5),
        (Lifecycle::new().retrying(1).pending(1).retrying(1), 4),
    ] {
        let shop = Shop::open().await;
        assert!(shop.settle_with(&life).await.unwrap().success, "{life:?}");
        assert_eq!(shop.executions(), 1);
        let asked = shop.sandbox.requests().of("GET", TRANSACTION);
        // The last stage may be followed by some polls more, until the block is mined.
        assert!(asked >= polls, "{life:?}: asked {asked} times");
        shop.assert_paid_once();
    }
}

#[tokio::test]
async fn the_hash_that_counts_is_the_one_after_the_retry() {
    let shop = Shop::open().await;
    let client = ready(&shop.sandbox).await;
    shop.sandbox.faults().next_transaction(&Lifecycle::new().retrying(2));
    let id = shop.execute(&client).await.unwrap().id;
    let early = client.transactions().get(id).await.unwrap();
    assert_eq!(early.status, TransactionStatus::Retrying);
    let done = client.transactions().wait(id, &wait()).await.unwrap();
    assert_eq!(done.status, TransactionStatus::Completed);
    assert_ne!(early.transaction_hash, done.transaction_hash);
    assert_eq!(done.transaction_hash, shop.sandbox.transactions()[0].hash);

    let shop = Shop::open().await;
    let answer = shop.settle_with(&Lifecycle::new().pending(1).retrying(3)).await.unwrap();
    assert_eq!(answer.transaction.parse::<B256>().ok(), shop.sandbox.transactions()[0].hash);
}

async fn wait_for(client: &Client, id: TransactionId) -> Error {
    client.transactions().wait(id, &impatient()).await.unwrap_err()
}

#[tokio::test]
async fn what_never_ends_is_an_unknown_outcome_that_names_the_transaction() {
    for life in [
        Lifecycle::new().pending(1).forever(),
        Lifecycle::new().retrying(1).forever(),
        Lifecycle::new().submitted(1).forever(),
        Lifecycle::new().saying("Dropped", 1).forever(),
    ] {
        let shop = Shop::open().await;
        let client = ready(&shop.sandbox).await;
        shop.sandbox.faults().next_transaction(&life);
        let id = shop.execute(&client).await.unwrap().id;
        let error = wait_for(&client, id).await;
        assert_eq!((error.kind(), error.transaction()), (ErrorKind::UnknownOutcome, Some(id)), "{life:?}");
        assert!(error.may_have_acted());

        let shop = Shop::impatient().await;
        let error = shop.settle_with(&life).await.unwrap_err();
        assert_eq!(said(&error), (FacilitatorErrorKind::Timeout, Reach::MaybeSent), "{life:?}");
        assert!(is_pending(&shop.reconcile().await), "{life:?}");
        assert_eq!(shop.executions(), 1);
        shop.assert_unpaid();
    }
}

#[tokio::test]
async fn a_failure_is_a_refusal_in_the_words_of_the_protocol() {
    let failed = |reason| Lifecycle::new().failed(reason);
    for (life, reason) in [
        (failed("Transaction reverted"), Reason::INVALID_TRANSACTION_STATE),
        (failed("ERC20InsufficientBalance(0x1, 0, 50000)"), Reason::INSUFFICIENT_FUNDS),
        (failed("FiatTokenV2: authorization is expired"), Reason::VALID_BEFORE),
        (failed("FiatTokenV2: invalid signature"), Reason::INVALID_SIGNATURE),
    ] {
        let shop = Shop::open().await;
        let answer = shop.settle_with(&life).await.unwrap();
        assert_eq!((answer.success, answer.error_reason), (false, Some(reason)), "{life:?}");
        let told = shop.reconcile().await;
        assert!(!told.success && !is_pending(&told), "{life:?}");
        assert_eq!(shop.executions(), 1);
        shop.assert_unpaid();
    }
}

/// It has a hash, and no sign of a block: the chain may mine it yet.
#[tokio::test]
async fn a_transaction_that_was_sent_and_given_up_proves_nothing() {
    for life in [
        Lifecycle::new().failed("connect ECONNREFUSED 10.0.0.7:5432"),
        Lifecycle::new().failed("nonce has already been used (code=NONCE_EXPIRED)"),
        Lifecycle::new().pending(1).failed_without_reason(),
    ] {
        let shop = Shop::open().await;
        assert!(is_pending(&shop.settle_with(&life).await.unwrap()), "{life:?}");
        assert!(is_pending(&shop.reconcile().await), "{life:?}");
        assert_eq!(shop.executions(), 1);
    }
}

#[tokio::test]
async fn one_that_was_given_up_before_it_was_sent_or_failed_in_a_block_is_refused_without_a_reason_too() {
    let sent = Edit::remove("/transactionHash");
    let mined = Edit::replace("/gasUsed", "60000");
    for edit in [sent, mined] {
        let shop = Shop::open().await;
        shop.sandbox.faults().on("GET", TRANSACTION).always(Fault::Edit(vec![edit.clone()]));
        let answer = shop.settle_with(&Lifecycle::new().failed_without_reason()).await.unwrap();
        assert_eq!(answer.error_reason, Some(Reason::INVALID_TRANSACTION_STATE), "{edit:?}");
    }
}

#[tokio::test]
async fn a_failure_whose_reason_is_a_spent_nonce_proves_nothing() {
    let shop = Shop::open().await;
    let life = Lifecycle::new().failed("FiatTokenV2: authorization is used or canceled");
    assert!(is_pending(&shop.settle_with(&life).await.unwrap()));
    assert_eq!(shop.executions(), 1);
}
