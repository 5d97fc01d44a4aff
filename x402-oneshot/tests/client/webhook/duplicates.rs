//! Deliveries that come more than once.

use serde_json::json;
use x402_oneshot::webhook::Verifier;

use super::{METHOD, NOW, TRANSACTION, clock, sign, signer, success, verifier};

#[tokio::test]
async fn an_attempt_that_was_signed_anew_is_the_same_delivery() {
    let signer = signer(1);
    let clock = clock(NOW);
    let verifier = Verifier::builder(signer.public_key()).clock(clock.clone()).build();
    assert!(!verifier.verify(success(&signer, TRANSACTION).as_bytes()).await.unwrap().is_duplicate());

    clock.advance(std::time::Duration::from_secs(3600));
    let again = json!({
        "eventName": "TransactionExecutionSuccess", "timestamp": NOW + 3600,
        "data": { "transactionExecutionId": TRANSACTION, "transactionId": METHOD },
    });
    let again = signer.sign(again.as_object().unwrap().clone()).unwrap();
    assert!(verifier.clone().verify(again.as_bytes()).await.unwrap().is_duplicate());
}

#[tokio::test]
async fn another_event_or_another_transaction_is_not_the_same() {
    let signer = signer(1);
    let verifier = verifier(signer.public_key());
    let submitted = json!({ "transactionId": TRANSACTION, "contractMethodId": METHOD });
    for body in [
        success(&signer, TRANSACTION),
        success(&signer, METHOD),
        sign(&signer, "TransactionExecutionSubmitted", &submitted),
        sign(&signer, "EscrowWalletLowBalanceDetected", &json!({ "wallet": 1 })),
        sign(&signer, "EscrowWalletLowBalanceDetected", &json!({ "wallet": 2 })),
    ] {
        assert!(!verifier.verify(body.as_bytes()).await.unwrap().is_duplicate(), "{body}");
        assert!(verifier.verify(body.as_bytes()).await.unwrap().is_duplicate(), "{body}");
    }
}

#[tokio::test]
async fn a_forgery_leaves_no_mark() {
    let (ours, theirs) = (signer(1), signer(2));
    let verifier = verifier(ours.public_key());
    assert!(verifier.verify(success(&theirs, TRANSACTION).as_bytes()).await.is_err());
    assert!(!verifier.verify(success(&ours, TRANSACTION).as_bytes()).await.unwrap().is_duplicate());
}

#[tokio::test]
async fn memory_is_bounded() {
    let signer = signer(1);
    let verifier = Verifier::builder(signer.public_key()).clock(clock(NOW)).remember(1).build();
    for body in [success(&signer, TRANSACTION), success(&signer, METHOD), success(&signer, TRANSACTION)] {
        assert!(!verifier.verify(body.as_bytes()).await.unwrap().is_duplicate());
    }
}
