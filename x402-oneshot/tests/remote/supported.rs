//! `/supported`: asked when somebody wants to know, by one at a time, and kept for a while.

use std::time::Duration;

use x402_core::{Facilitator as _, Network, Scheme, X402Version, facilitator::FacilitatorErrorKind};
use x402_oneshot::facilitator::Remote;

use crate::support::{Script, Step, V2, answer, request, settled};

const KINDS: &str = r#"{"kinds":[{"x402Version":2,"scheme":"exact","network":"eip155:84532"},{"x402Version":1,"scheme":"exact","network":"base-sepolia"}],"extensions":[],"signers":{}}"#;

/// All at once, while the first is on its way.
async fn hundred(remote: &Remote) -> Vec<bool> {
    let asking: Vec<_> = (0..100)
        .map(|_| {
            let remote = remote.clone();
            tokio::spawn(async move { remote.supported().await.is_ok() })
        })
        .collect();
    let mut answers = Vec::new();
    for asking in asking {
        answers.push(asking.await.unwrap());
    }
    answers
}

#[tokio::test]
async fn a_hundred_callers_at_once_make_one_request() {
    let script = Script::of([answer(200, KINDS)]);
    assert_eq!(hundred(&script.remote()).await, [true; 100]);
    let seen = script.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].line, "GET https://facilitator.example/x402/supported");
    assert!(seen[0].body.is_empty());
}

#[tokio::test]
async fn both_versions_are_read() {
    let supported = Script::of([answer(200, KINDS)]).remote().supported().await.unwrap();
    for version in [X402Version::V1, X402Version::V2] {
        assert!(supported.supports(version, &Scheme::EXACT, &Network::BASE_SEPOLIA));
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_kept_for_its_time_and_no_longer() {
    let script = Script::of([answer(200, KINDS), answer(200, KINDS)]);
    let remote = script.remote();
    for (minutes, requests) in [(0, 1), (59, 1), (2, 2), (0, 2)] {
        tokio::time::advance(Duration::from_secs(60 * minutes)).await;
        remote.supported().await.unwrap();
        assert_eq!(script.seen().len(), requests);
    }
    let script = Script::of([answer(200, KINDS), answer(200, KINDS)]);
    let remote = script.remote_of(Remote::builder("https://f.example").unwrap().supported_ttl(Duration::ZERO));
    remote.supported().await.unwrap();
    remote.supported().await.unwrap();
    assert_eq!(script.seen().len(), 2);
}

#[tokio::test]
async fn a_failure_is_shared_by_those_who_waited_and_kept_for_nobody_else() {
    let script = Script::of([answer(500, ""), answer(200, KINDS)]);
    let remote = script.remote();
    assert_eq!(hundred(&remote).await, [false; 100]);
    assert_eq!(script.seen().len(), 1);
    remote.supported().await.unwrap();
    assert_eq!(script.seen().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_gives_up_does_not_block_the_others() {
    let script = Script::of([Step::Hang, answer(200, KINDS)]);
    let remote = script.remote();
    let first = tokio::time::timeout(Duration::from_secs(1), remote.supported());
    let (gave_up, answered) = tokio::join!(first, remote.supported());
    assert!(gave_up.is_err());
    answered.unwrap();
    assert_eq!(script.seen().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn useless_answers_are_errors() {
    for (step, kind) in [
        (answer(200, "{}"), FacilitatorErrorKind::BadAnswer),
        (answer(500, KINDS), FacilitatorErrorKind::Unavailable),
        (answer(401, ""), FacilitatorErrorKind::Configuration),
        (answer(302, ""), FacilitatorErrorKind::Configuration),
        (Step::Hang, FacilitatorErrorKind::Timeout),
    ] {
        let error = Script::of([step]).remote().supported().await.unwrap_err();
        assert_eq!(error.kind(), kind);
    }
}

#[tokio::test]
async fn attack_31_verify_and_settle_never_ask_for_it() {
    let script = Script::of([answer(200, r#"{"isValid":true}"#), answer(200, settled())]);
    let remote = script.remote();
    remote.verify(&request(V2)).await.unwrap();
    remote.settle(&request(V2)).await.unwrap();
    assert!(script.seen().iter().all(|seen| !seen.line.ends_with("/supported")));
}

/// It may have changed while the answer was on its way.
#[tokio::test(start_paused = true)]
async fn an_answer_is_as_old_as_its_question_and_too_old_at_the_end_of_its_time() {
    let script = Script::of([Step::Late(8, KINDS), answer(200, KINDS)]);
    let remote = script.remote_of(Remote::builder("https://f.example").unwrap().supported_ttl(Duration::from_secs(60)));
    remote.supported().await.unwrap();
    for (millis, requests) in [(51_999, 1), (1, 2)] {
        tokio::time::advance(Duration::from_millis(millis)).await;
        remote.supported().await.unwrap();
        assert_eq!(script.seen().len(), requests, "{millis}");
    }
}

#[tokio::test]
async fn those_who_waited_share_an_answer_that_is_kept_for_nobody() {
    let script = Script::of([answer(200, KINDS), answer(200, KINDS)]);
    let remote = script.remote_of(Remote::builder("https://f.example").unwrap().supported_ttl(Duration::ZERO));
    assert_eq!(hundred(&remote).await, [true; 100]);
    assert_eq!(script.seen().len(), 1);
    remote.supported().await.unwrap();
    assert_eq!(script.seen().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_failure_takes_the_place_of_an_answer_that_was_too_old() {
    let script = Script::of([answer(200, KINDS), answer(500, ""), answer(401, "")]);
    let remote = script.remote();
    remote.supported().await.unwrap();
    tokio::time::advance(Duration::from_secs(60 * 60 * 24)).await;
    assert_eq!(hundred(&remote).await, [false; 100]);
    assert_eq!(remote.supported().await.unwrap_err().kind(), FacilitatorErrorKind::Configuration);
    assert_eq!(script.seen().len(), 3);
}
