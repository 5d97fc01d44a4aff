//! Waiting with webhooks: what is reported is not asked for, and what is not reported is.

use std::time::Duration;

use alloy_primitives::B256;
use tokio::time::{Instant, sleep};
use x402_oneshot::api::{Report, Reports, TransactionStatus, WaitPolicy};
use x402_oneshot::{Error, ErrorKind, TransactionId};

use crate::support::{ID, Script, Step, answer, late};

fn id() -> TransactionId {
    ID.parse().unwrap()
}

fn completed() -> Report {
    Report::new(id(), TransactionStatus::Completed).transaction_hash(B256::repeat_byte(7))
}

fn status(name: &str) -> Step {
    answer(200, format!(r#"{{"id":"{ID}","status":"{name}","chainId":84532,"failureReason":"out of gas"}}"#))
}

/// Questions come every 2.5 s: half a block of 4 s, and the longest jitter.
async fn wait(script: &Script, reports: &Reports) -> Result<Report, Error> {
    let policy = WaitPolicy::for_block_time(Duration::from_secs(4)).deadline(Duration::from_secs(20));
    script.client().transactions().wait_reported(id(), &policy, reports).await
}

async fn tell(reports: &Reports, after: Duration, report: Report) {
    sleep(after).await;
    reports.tell(report);
}

#[tokio::test(start_paused = true)]
async fn a_report_that_was_faster_than_the_answer_to_the_execution_needs_no_question() {
    let (script, reports) = (Script::new(), Reports::new());
    reports.tell(completed());
    let start = Instant::now();
    assert_eq!(wait(&script, &reports).await.unwrap(), completed());
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert!(script.api_calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_report_before_the_first_question_is_due_makes_it_needless() {
    let (script, reports) = (Script::new(), Reports::new());
    let start = Instant::now();
    let (end, ()) = tokio::join!(wait(&script, &reports), tell(&reports, Duration::from_secs(2), completed()));
    assert_eq!(end.unwrap(), completed());
    assert_eq!(start.elapsed(), Duration::from_secs(2), "at once");
    assert!(script.api_calls().is_empty() && script.token_calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn no_question_follows_a_report() {
    let (script, reports) = (Script::new().call(status("Submitted")), Reports::new());
    let start = Instant::now();
    let (end, ()) = tokio::join!(wait(&script, &reports), tell(&reports, Duration::from_secs(4), completed()));
    assert_eq!(end.unwrap(), completed());
    assert_eq!(start.elapsed(), Duration::from_secs(4));
    assert_eq!(script.api_calls().len(), 1, "the one of half a block");
}

#[tokio::test(start_paused = true)]
async fn a_report_ends_the_wait_while_a_question_hangs() {
    let (script, reports) = (Script::new().call(Step::Hang), Reports::new());
    let start = Instant::now();
    let (end, ()) = tokio::join!(wait(&script, &reports), tell(&reports, Duration::from_secs(3), completed()));
    assert_eq!(end.unwrap(), completed());
    assert_eq!(start.elapsed(), Duration::from_secs(3));
}

#[tokio::test(start_paused = true)]
async fn a_report_of_a_failure_or_without_a_hash_is_looked_into_at_once() {
    for (status_of, reported) in [("Failed", TransactionStatus::Failed), ("Completed", TransactionStatus::Completed)] {
        let (script, reports) = (Script::new().call(status(status_of)), Reports::new());
        let start = Instant::now();
        let report = Report::new(id(), reported);
        let (end, ()) = tokio::join!(wait(&script, &reports), tell(&reports, Duration::from_secs(1), report));
        let end = end.unwrap();
        assert_eq!((end.status.as_str(), end.failure_reason.as_deref()), (status_of, Some("out of gas")));
        assert_eq!(start.elapsed(), Duration::from_secs(1));
        assert_eq!(script.api_calls().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_reported_failure_that_the_api_does_not_confirm_is_waited_out() {
    let script = Script::new().calls([status("Retrying"), status("Submitted")]);
    let reports = Reports::new();
    reports.tell(Report::new(id(), TransactionStatus::Failed));
    let (end, ()) = tokio::join!(wait(&script, &reports), tell(&reports, Duration::from_secs(4), completed()));
    assert_eq!(end.unwrap(), completed());
    assert_eq!(script.api_calls().len(), 2, "at once, and after an interval");
}

#[tokio::test(start_paused = true)]
async fn without_a_report_it_asks_at_the_usual_intervals() {
    let script = Script::new().calls([status("Pending"), answer(503, ""), status("Completed")]);
    let config = crate::support::config().retry(x402_oneshot::RetryPolicy::none());
    let client = x402_oneshot::Client::with_transport(config, script.clone());
    let policy = WaitPolicy::for_block_time(Duration::from_secs(4));
    let start = Instant::now();
    let end = client.transactions().wait_reported(id(), &policy, &Reports::new()).await.unwrap();
    assert_eq!(end.status, TransactionStatus::Completed);
    let asked: Vec<_> = script.api_calls().iter().map(|call| call.at - start).collect();
    assert_eq!(asked, [2500, 5000, 7500].map(Duration::from_millis));
}

#[tokio::test(start_paused = true)]
async fn the_deadline_holds_with_reports_too_and_one_until_then_counts() {
    let pending = || (0..9).map(|_| status("Submitted"));
    let (script, reports) = (Script::new().calls(pending()), Reports::new());
    let start = Instant::now();
    let error = wait(&script, &reports).await.unwrap_err();
    assert_eq!((error.kind(), error.transaction()), (ErrorKind::UnknownOutcome, Some(id())));
    assert_eq!(start.elapsed(), Duration::from_secs(20));

    let (script, late_report) = (Script::new().calls(pending()), Duration::from_millis(19_900));
    let (end, ()) = tokio::join!(wait(&script, &reports), tell(&reports, late_report, completed()));
    assert_eq!(end.unwrap(), completed());
}

/// Whoever answers may know less than whoever made it.
#[tokio::test(start_paused = true)]
async fn a_transaction_that_is_not_found_yet_is_asked_about_again() {
    let unknown = answer(403, r#"{"type":"UnknownEntityError"}"#);
    let script = Script::new().calls([answer(404, ""), unknown, status("Completed")]);
    let end = wait(&script, &Reports::new()).await.unwrap();
    assert_eq!(end.status, TransactionStatus::Completed);
    assert_eq!(script.api_calls().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_shorter_than_its_intervals_asks_once() {
    let script = Script::new().call(status("Completed"));
    let policy = WaitPolicy::for_block_time(Duration::from_secs(24)).deadline(Duration::from_secs(4));
    let start = Instant::now();
    let end = script.client().transactions().wait_reported(id(), &policy, &Reports::new()).await.unwrap();
    assert_eq!((end.status, start.elapsed()), (TransactionStatus::Completed, Duration::from_secs(2)));
}

#[tokio::test(start_paused = true)]
async fn without_an_interval_it_asks_without_a_pause_and_a_report_that_is_there_still_comes_first() {
    let policy = WaitPolicy::new().interval(Duration::ZERO).min_interval(Duration::ZERO);
    let script = Script::new().calls([status("Pending"), status("Completed")]);
    // A timer rings at whole milliseconds only.
    tokio::time::advance(Duration::from_micros(100)).await;
    let start = Instant::now();
    let end = script.client().transactions().wait_reported(id(), &policy, &Reports::new()).await.unwrap();
    assert_eq!((end.status, start.elapsed()), (TransactionStatus::Completed, Duration::ZERO));

    let (script, reports) = (Script::new(), Reports::new());
    reports.tell(completed());
    let end = script.client().transactions().wait_reported(id(), &policy, &reports).await.unwrap();
    assert_eq!((end, script.api_calls().len()), (completed(), 0));
}

#[tokio::test(start_paused = true)]
async fn reports_of_other_transactions_are_nothing_to_it() {
    let script = Script::new().call(late(1, status("Completed")));
    let reports = Reports::new();
    let other = "11111111-2222-4333-8444-555555555555".parse().unwrap();
    reports.tell(Report::new(other, TransactionStatus::Completed).transaction_hash(B256::repeat_byte(1)));
    assert_eq!(wait(&script, &reports).await.unwrap().transaction, id());
    assert_eq!(script.api_calls().len(), 1);
}
