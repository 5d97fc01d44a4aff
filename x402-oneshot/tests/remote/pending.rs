//! `settlement_pending` with a transaction: the same request once more, and no other.

use x402_core::{Facilitator as _, Reason, Settlement, facilitator::Reach};
use x402_oneshot::transport::TransportErrorKind;

use crate::support::{HASH, Script, Step, V1, V2, answer, judge, pending, refused, request, settled};

async fn after_pending(second: Step) -> (Settlement, Script) {
    let script = Script::of([answer(200, pending()), second]);
    let said = script.remote().settle(&request(V2)).await.unwrap();
    (judge(&said), script)
}

/// That this transaction has reverted.
fn reverted(hash: &str) -> Step {
    refused_naming("invalid_transaction_state", hash)
}

fn refused_naming(reason: &str, hash: &str) -> Step {
    let text = refused(reason);
    answer(200, text.replace(r#""transaction":"""#, &format!(r#""transaction":"{hash}""#)))
}

#[tokio::test]
async fn the_identical_body_is_sent_exactly_once_more() {
    for sent in [V1, V2] {
        let script = Script::of([answer(200, pending()), answer(200, settled())]);
        let said = script.remote().settle(&request(sent)).await.unwrap();
        assert!(matches!(judge(&said), Settlement::Settled(_)));
        let seen = script.seen();
        assert_eq!(seen.len(), 2);
        assert_eq!(seen[0].line, seen[1].line);
        assert_eq!(seen[0].body, seen[1].body);
    }
}

#[tokio::test]
async fn still_pending_is_unknown_and_not_asked_a_third_time() {
    let (outcome, script) = after_pending(answer(200, pending())).await;
    assert_eq!(outcome, Settlement::Unknown(Some(HASH.parse().unwrap())));
    assert_eq!(script.seen().len(), 2);
}

#[tokio::test]
async fn a_transaction_that_took_the_place_of_the_first_is_the_one_to_look_up() {
    let another = format!("0x{}", "5".repeat(64));
    let (outcome, _) = after_pending(refused_naming("settlement_pending", &another)).await;
    assert_eq!(outcome, Settlement::Unknown(Some(another.parse().unwrap())));
}

#[tokio::test]
async fn a_success_is_not_asked_again_whatever_reason_it_carries() {
    let said = settled().replacen('{', r#"{"errorReason":"settlement_pending","#, 1);
    let script = Script::of([answer(200, said)]);
    let said = script.remote().settle(&request(V2)).await.unwrap();
    assert!(matches!(judge(&said), Settlement::Settled(_)));
    assert_eq!(script.seen().len(), 1);
}

#[tokio::test]
async fn pending_without_a_transaction_is_not_asked_again() {
    let script = Script::of([answer(200, refused("settlement_pending"))]);
    let said = script.remote().settle(&request(V2)).await.unwrap();
    assert_eq!(judge(&said), Settlement::Unknown(None));
    assert_eq!(script.seen().len(), 1);
}

#[tokio::test]
async fn a_transaction_that_then_reverted_is_refused() {
    let (outcome, _) = after_pending(reverted(HASH)).await;
    assert_eq!(outcome, Settlement::Refused(Reason::INVALID_TRANSACTION_STATE));
}

#[tokio::test]
async fn whatever_else_comes_second_the_first_transaction_may_still_be_mined() {
    for second in [
        answer(200, refused("insufficient_funds")),
        refused_naming("insufficient_funds", HASH),
        answer(200, refused("invalid_exact_evm_nonce_already_used")),
        reverted(""),
        answer(429, ""),
        answer(500, ""),
        answer(401, ""),
        Step::Fail(TransportErrorKind::Connect, Reach::NotSent),
    ] {
        let (outcome, script) = after_pending(second).await;
        assert_eq!(outcome, Settlement::Unknown(Some(HASH.parse().unwrap())));
        assert_eq!(script.seen().len(), 2);
    }
}

/// Asks what became of a settlement that named this transaction.
async fn reconciled(named: Option<&str>, step: Step) -> (Settlement, usize) {
    let script = Script::of([step]);
    let named = named.map(|hash| hash.parse().unwrap());
    let outcome = script.remote().reconcile(&request(V2), named).await;
    (outcome.map_or(Settlement::Unknown(None), |said| judge(&said)), script.seen().len())
}

#[tokio::test]
async fn a_settlement_that_named_its_transaction_is_asked_about_with_the_identical_request() {
    let (outcome, calls) = reconciled(Some(HASH), answer(200, settled())).await;
    assert!(matches!(outcome, Settlement::Settled(_)));
    assert_eq!(calls, 1);
    let (outcome, calls) = reconciled(Some(HASH), answer(200, pending())).await;
    assert_eq!((outcome, calls), (Settlement::Unknown(Some(HASH.parse().unwrap())), 1));

    let script = Script::of([answer(200, refused("settlement_pending")), answer(200, settled())]);
    let remote = script.remote();
    remote.settle(&request(V2)).await.unwrap();
    remote.reconcile(&request(V2), Some(HASH.parse().unwrap())).await.unwrap();
    let seen = script.seen();
    assert_eq!((&seen[0].line, &seen[0].body), (&seen[1].line, &seen[1].body));
}

#[tokio::test]
async fn only_the_named_transactions_own_revert_ends_the_asking() {
    let (outcome, _) = reconciled(Some(HASH), reverted(HASH)).await;
    assert_eq!(outcome, Settlement::Refused(Reason::INVALID_TRANSACTION_STATE));
    // A second transaction reverts when the first has been mined.
    let another = format!("0x{}", "5".repeat(64));
    for step in [
        reverted(&another),
        reverted(""),
        answer(200, refused("insufficient_funds")),
        refused_naming("insufficient_funds", HASH),
        answer(200, refused("invalid_exact_evm_nonce_already_used")),
        answer(500, ""),
    ] {
        assert!(matches!(reconciled(Some(HASH), step).await, (Settlement::Unknown(_), 1)));
    }
}

#[tokio::test]
async fn a_settlement_that_named_no_transaction_is_not_sent_again() {
    let script = Script::of([]);
    let said = script.remote().reconcile(&request(V2), None).await.unwrap();
    assert_eq!(judge(&said), Settlement::Unknown(None));
    assert!(script.seen().is_empty(), "it might move money that has not moved");
}
