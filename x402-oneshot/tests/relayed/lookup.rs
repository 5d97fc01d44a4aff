//! Which of an account's transactions are executions of a payment, and which of those counts.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;
use x402_core::{
    Facilitator as _, Reason,
    facilitator::{FacilitatorErrorKind, Reach},
};

use crate::books::{Books, METHOD, NOW, WALLET, hash, id_of, request, row};

const SKEW: u64 = 300;
const ELSE: &str = "11111111-2222-4333-8444-555555555555";

/// The transaction that a lost execution is found to be, if it is found.
async fn found(rows: impl IntoIterator<Item = Value>) -> Option<String> {
    let books = Books::of(rows);
    let outcome = books.facilitator().await.settle(&request()).await;
    let executions = books.asked().iter().filter(|asked| asked.ends_with("/execute")).count();
    assert_eq!(executions, 1, "it is not sent again");
    match outcome {
        Ok(answer) => {
            assert!(answer.success, "{answer:?}");
            Some(answer.transaction)
        }
        Err(error) => {
            assert!(error.may_have_settled(), "{error}");
            None
        }
    }
}

/// Whether one row is an execution of the payment.
async fn counts(row: Value) -> bool {
    let answer = Books::of([row]).facilitator().await.reconcile(&request(), None).await.unwrap();
    assert!(answer.success || answer.error_reason == Some(Reason::SETTLEMENT_PENDING), "{answer:?}");
    answer.success
}

/// The others of the same nonce will revert, and say so, when they are waited for.
#[tokio::test(start_paused = true)]
async fn of_several_possible_executions_the_completed_one_is_the_lost_one() {
    let completed = row(1, "Completed", &json!({}));
    for status in ["Submitted", "Pending", "Retrying"] {
        let other = row(2, status, &json!({ "created": NOW + 60 }));
        for rows in [[completed.clone(), other.clone()], [other, completed.clone()]] {
            assert_eq!(found(rows).await, Some(hash(1)), "{status}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn of_several_possible_executions_none_of_them_completed_the_latest_is_waited_for() {
    let (old, new) = (row(1, "Submitted", &json!({})), row(2, "Submitted", &json!({ "created": NOW + 1 })));
    for rows in [[old.clone(), new.clone()], [new, old]] {
        let books = Books::of(rows);
        assert!(books.facilitator().await.settle(&request()).await.unwrap().success);
        let last = books.asked().pop().unwrap();
        assert_eq!(last, format!("GET /v0/transactions/{}", id_of(2)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_execution_was_made_since_it_was_sent_or_no_earlier_than_clocks_differ() {
    for (created, is_it) in [(json!(NOW - SKEW), true), (json!(NOW - SKEW - 1), false), (json!(null), true)] {
        let made = row(1, "Completed", &json!({ "created": created }));
        assert_eq!(found([made]).await.is_some(), is_it, "{created}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_execution_is_looked_for_on_its_chain_and_the_second_it_may_be_of_included() {
    let books = Books::of([]);
    books.facilitator().await.settle(&request()).await.unwrap_err();
    let asked = books.asked().pop().unwrap();
    for filter in [format!("createdAfter={}", NOW - SKEW - 1), "chainId=84532".into(), format!("walletId={WALLET}")] {
        assert!(asked.split(['?', '&']).any(|pair| pair == filter), "{filter}: {asked}");
    }
}

/// A crash, a new start with another wallet, a day later: the payment is the same.
#[tokio::test(start_paused = true)]
async fn reconciling_looks_on_the_chain_at_whatever_wallet_and_time() {
    let books = Books::of([row(1, "Completed", &json!({ "created": 1, "walletId": ELSE }))]);
    let answer = books.facilitator().await.reconcile(&request(), None).await.unwrap();
    assert_eq!((answer.success, answer.transaction), (true, hash(1)));
    let asked = books.asked();
    assert_eq!(asked.len(), 1);
    assert!(asked[0].contains("chainId=84532"), "{asked:?}");
    assert!(!asked[0].contains("walletId") && !asked[0].contains("createdAfter"), "{asked:?}");
}

/// Other tokens' nonces are their own, so that the memo alone tells nothing.
#[tokio::test(start_paused = true)]
async fn a_row_without_a_contract_is_told_by_its_method_and_one_with_it_by_that() {
    let somewhere = "0x808456652fdb597867f38412077A9182bf77359F";
    for (more, is_it) in [
        (json!({ "contractAddress": null, "contractMethodId": METHOD }), true),
        (json!({ "contractAddress": null, "contractMethodIds": [ELSE, METHOD] }), true),
        (json!({ "contractAddress": null, "contractMethodId": ELSE }), false),
        (json!({ "contractAddress": null }), false),
        (json!({ "contractMethodId": ELSE }), true),
        (json!({ "contractAddress": somewhere, "contractMethodId": METHOD }), false),
        (json!({ "contractMethodId": METHOD, "chainId": 8453 }), false),
        (json!({ "contractMethodId": METHOD, "memo": "x402" }), false),
    ] {
        assert_eq!(counts(row(1, "Completed", &more)).await, is_it, "{more}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_execution_that_was_refused_is_not_looked_for() {
    for status in [400, 403, 422] {
        let books = Books::of([row(1, "Completed", &json!({}))]).refusing(status);
        let error = books.facilitator().await.settle(&request()).await.unwrap_err();
        assert_eq!(error.reach(), Reach::NotSent, "{status}");
        assert_eq!(books.asked(), [format!("POST /v0/methods/{METHOD}/execute")], "{status}");
    }
    let books = Books::of([row(1, "Completed", &json!({}))]).refusing(500);
    assert!(books.facilitator().await.settle(&request()).await.unwrap().success, "which may have acted");
}

/// An API that takes no notice of the memo lists all the transactions there are: a hundred pages of other people's.
fn endless(first: Value) -> Books {
    let others = (1..100).map(|id| vec![row(id, "Completed", &json!({ "memo": "another" }))]);
    Books::pages([vec![first]].into_iter().chain(others)).slow(Duration::from_secs(7))
}

#[tokio::test(start_paused = true)]
async fn a_search_ends_after_a_minute_and_what_was_not_seen_is_unknown() {
    let books = endless(row(0, "Failed", &json!({ "failureReason": "FiatTokenV2: invalid signature" })));
    let start = Instant::now();
    let error = books.facilitator().await.reconcile(&request(), None).await.unwrap_err();
    assert_eq!(start.elapsed(), Duration::from_secs(60));
    assert_eq!((error.kind(), error.reach()), (FacilitatorErrorKind::Timeout, Reach::MaybeSent));
    assert!(error.may_have_settled());
}

#[tokio::test(start_paused = true)]
async fn a_completed_execution_counts_although_the_search_could_not_see_everything() {
    let facilitator = endless(row(0, "Completed", &json!({}))).facilitator().await;
    let start = Instant::now();
    let answer = facilitator.reconcile(&request(), None).await.unwrap();
    assert_eq!((answer.success, answer.transaction), (true, hash(0)));
    let lost = facilitator.settle(&request()).await;
    assert!(lost.unwrap_err().may_have_settled(), "by now the list tells of others only");
    assert_eq!(start.elapsed(), Duration::from_secs(120));
}
