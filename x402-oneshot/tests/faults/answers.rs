//! Answers of every kind to a call that changes nothing.

use std::time::Duration;

use tokio::time::Instant;
use x402_core::facilitator::Reach;
use x402_oneshot::sandbox::faults::{Answer, Fault};
use x402_oneshot::{Client, ErrorKind, RetryPolicy};

use crate::documented::DOCUMENTED;
use crate::support::{WALLETS, config, ready, start, struck};

fn documented(status: u16, kind: &str, retryable: bool) -> Fault {
    let answer = Answer::error(status, kind);
    Fault::Answer(if retryable { answer.retryable() } else { answer })
}

#[tokio::test]
async fn each_documented_type_is_told_and_tried_again_when_it_says_so_above_500() {
    let sandbox = start().await;
    let client = Client::new(config(&sandbox).retry(RetryPolicy::none())).unwrap();
    let patient = ready(&sandbox).await;
    // A 401 is about the token: the client asks for another one.
    for (status, kind, retryable) in DOCUMENTED.into_iter().filter(|(status, ..)| *status != 401) {
        let list = client.wallets().list(sandbox.business_id()).chain(sandbox.chain_id());
        let (outcome, sent) =
            struck(&sandbox, ("GET", WALLETS), documented(status, kind, retryable), list.send()).await;
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), error.reach(), sent), (ErrorKind::Status, Reach::Answered, 1));
        assert_eq!(error.status().unwrap().as_u16(), status);
        let api = error.api().unwrap();
        assert_eq!((api.error_type(), api.retryable()), (kind, Some(retryable)));
        let again = status >= 502 || (status == 500 && retryable);
        assert_eq!(error.is_retryable(), again, "{status} {kind}");
        assert_eq!(error.is_not_found(), status == 404 || kind == "UnknownEntityError");

        let list = patient.wallets().list(sandbox.business_id()).chain(sandbox.chain_id());
        let (outcome, sent) =
            struck(&sandbox, ("GET", WALLETS), documented(status, kind, retryable), list.send()).await;
        assert_eq!((outcome.is_ok(), sent), (again, if again { 2 } else { 1 }), "{status} {kind}");
    }
}

#[tokio::test]
async fn what_may_pass_is_tried_again_whatever_the_body() {
    let sandbox = start().await;
    let client = ready(&sandbox).await;
    for fault in [
        Fault::Answer(Answer::error(429, "RateLimitError")),
        Fault::Answer(Answer::error(429, "RateLimitError").retry_after_seconds(1)),
        Fault::Answer(Answer::html(429)),
        Fault::Answer(Answer::html(429).retry_after_seconds(1)),
        Fault::Answer(Answer::html(502)),
        Fault::Answer(Answer::empty(503)),
        Fault::Answer(Answer::html(504)),
        Fault::CutBody,
        Fault::Reset { after: false },
        Fault::Reset { after: true },
    ] {
        let list = client.wallets().list(sandbox.business_id()).chain(sandbox.chain_id());
        let (listed, sent) = struck(&sandbox, ("GET", WALLETS), fault.clone(), list.send()).await;
        assert_eq!((listed.unwrap().response.len(), sent), (1, 2), "{fault:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_not_asked_for_again() {
    let sandbox = start().await;
    let client = ready(&sandbox).await;
    for fault in [Fault::EmptyBody, Fault::TruncatedBody, Fault::Answer(Answer::html(200))] {
        let list = client.wallets().list(sandbox.business_id()).chain(sandbox.chain_id());
        let (outcome, sent) = struck(&sandbox, ("GET", WALLETS), fault.clone(), list.send()).await;
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), error.reach(), sent), (ErrorKind::Decode, Reach::Answered, 1), "{fault:?}");
    }
}

#[tokio::test]
async fn a_connection_that_is_reset_again_and_again_is_a_transport_error_of_three_tries() {
    let sandbox = start().await;
    let client = ready(&sandbox).await;
    for fault in [Fault::Reset { after: false }, Fault::CutBody] {
        let before = sandbox.requests().of("GET", WALLETS);
        sandbox.faults().on("GET", WALLETS).times(3, fault);
        let error = client.wallets().list(sandbox.business_id()).chain(sandbox.chain_id()).send().await.unwrap_err();
        assert_eq!((error.kind(), error.reach()), (ErrorKind::Transport, Reach::MaybeSent));
        assert_eq!(sandbox.requests().of("GET", WALLETS) - before, 3);
    }
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_waited_for() {
    let sandbox = start().await;
    let client = Client::new(config(&sandbox).retry(RetryPolicy::new()).deadline(Duration::from_secs(30)).unwrap());
    let client = client.unwrap();
    let begun = Instant::now();
    let list = client.wallets().list(sandbox.business_id()).chain(sandbox.chain_id());
    let busy = Fault::Answer(Answer::html(429).retry_after(Duration::from_secs(3)));
    let (listed, sent) = struck(&sandbox, ("GET", WALLETS), busy, list.send()).await;
    assert_eq!((listed.unwrap().response.len(), sent), (1, 2));
    assert!(begun.elapsed() >= Duration::from_secs(3));
}
