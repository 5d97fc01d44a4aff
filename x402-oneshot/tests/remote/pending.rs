//! `settlement_pending` with a transaction: the same request once more, and no other.

use x402_core::{Facilitator as _, Reason, Settlement, facilitator::Reach};
use x402_oneshot::transport::TransportErrorKind;

use crate::support::{HASH, Script, Step, V1, V2, answer, judge, pending, refused, request, settled};

async fn after_pending(second: Step) -> (Settlement, Script) {
    let script = Script::of([answer(200, pending()), second]);
    let said = script.remote().settle(&request(V2)).await.unwrap();
    (judge(&said), script)
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
async fn pending_without_a_transaction_is_not_asked_again() {
    let script = Script::of([answer(200, refused("settlement_pending"))]);
    let said = script.remote().settle(&request(V2)).await.unwrap();
    assert_eq!(judge(&said), Settlement::Unknown(None));
    assert_eq!(script.seen().len(), 1);
}

#[tokio::test]
async fn a_transaction_that_then_reverted_is_refused() {
    let (outcome, _) = after_pending(answer(200, refused("invalid_transaction_state"))).await;
    assert_eq!(outcome, Settlement::Refused(Reason::INVALID_TRANSACTION_STATE));
}

#[tokio::test]
async fn whatever_else_comes_second_the_first_transaction_may_still_be_mined() {
    for second in [
        answer(200, refused("insufficient_funds")),
        answer(200, refused("invalid_exact_evm_nonce_already_used")),
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
