//! Waiting for a transaction: bounded, patient with passing failures, honest at the end.

use std::error::Error as _;
use std::time::Duration;

use tokio::time::Instant;
use x402_oneshot::api::{Transaction, TransactionStatus, WaitPolicy};
use x402_oneshot::transport::TransportErrorKind;
use x402_oneshot::{Client, Error, ErrorKind, Reach, RetryPolicy, TransactionId};

use crate::support::{ID, Script, Step, answer, config};

fn id() -> TransactionId {
    ID.parse().unwrap()
}

fn status(name: &str) -> Step {
    answer(200, format!(r#"{{"id":"{ID}","status":"{name}","chainId":84532}}"#))
}

fn policy() -> WaitPolicy {
    WaitPolicy::for_block_time(Duration::from_secs(4)).deadline(Duration::from_secs(20))
}

/// Without retries of its own, so that each question is one request.
async fn wait(script: &Script) -> Result<Transaction, Error> {
    let config = config().retry(RetryPolicy::none());
    let client = Client::with_transport(config, script.clone());
    client.transactions().wait(id(), &policy()).await
}

#[tokio::test(start_paused = true)]
async fn it_asks_at_once_and_then_twice_a_block_with_jitter_until_final() {
    let names = ["Pending", "Retrying", "Submitted", "Dropped", "Completed"];
    let script = Script::new().calls(names.map(status));
    let done = wait(&script).await.unwrap();
    assert_eq!(done.status, TransactionStatus::Completed);
    let calls = script.api_calls();
    let pauses: Vec<_> = calls.windows(2).map(|pair| pair[1].at - pair[0].at).collect();
    // Half of 4 s, and the longest jitter: a quarter more.
    assert_eq!(pauses, [Duration::from_millis(2500); 4]);
}

#[tokio::test(start_paused = true)]
async fn a_failed_transaction_is_an_answer() {
    let script = Script::new().call(status("Failed"));
    let start = Instant::now();
    assert_eq!(wait(&script).await.unwrap().status, TransactionStatus::Failed);
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn passing_failures_do_not_end_the_wait() {
    let script = Script::new().calls([
        answer(503, ""),
        answer(500, ""),
        answer(200, "<html>"),
        Step::Fail(TransportErrorKind::Io, Reach::MaybeSent),
        status("Completed"),
    ]);
    wait(&script).await.unwrap();
    assert_eq!(script.api_calls().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn at_the_deadline_the_outcome_is_unknown_and_the_transaction_is_named() {
    let pending = std::iter::repeat_with(|| status("Submitted")).take(20);
    let script = Script::new().calls(pending);
    let start = Instant::now();
    let error = wait(&script).await.unwrap_err();
    assert!(start.elapsed() <= Duration::from_secs(20));
    assert_eq!(error.kind(), ErrorKind::UnknownOutcome);
    assert_eq!(error.transaction(), Some(id()));
    assert_eq!(error.reach(), Reach::MaybeSent);
    assert!(error.may_have_acted());
    assert!(error.source().is_none());
    assert_eq!(error.to_string(), "GET /transactions/{id}: the outcome of the transaction is unknown");
    assert_eq!(script.api_calls().len(), 8);
}

#[tokio::test(start_paused = true)]
async fn a_hanging_question_does_not_outlive_the_deadline() {
    let hanging = std::iter::repeat_with(|| Step::Hang).take(9);
    let script = Script::new().calls(hanging);
    let start = Instant::now();
    let error = wait(&script).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownOutcome);
    assert!(start.elapsed() <= Duration::from_secs(20));
    let source = error.source().unwrap().to_string();
    assert_eq!(source, "GET /transactions/{id}: no answer in time");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_to_say_ends_the_wait_with_the_outcome_still_unknown() {
    let script = Script::new().call(status("Pending")).call(answer(403, ""));
    let error = wait(&script).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownOutcome);
    assert!(error.may_have_acted());
    assert_eq!(error.transaction(), Some(id()));
    let source = error.source().unwrap().to_string();
    assert_eq!(source, "GET /transactions/{id}: answered 403");
}

#[tokio::test(start_paused = true)]
async fn no_interval_is_shorter_than_the_minimum() {
    let script = Script::new().calls([status("Pending"), status("Completed")]);
    let policy = WaitPolicy::for_block_time(Duration::from_millis(10));
    let client = script.client();
    client.transactions().wait(id(), &policy).await.unwrap();
    let calls = script.api_calls();
    assert!(calls[1].at - calls[0].at >= Duration::from_secs(1));
}
