//! The fault table: each way in which facilitators fail, and what is made of it.

use std::time::Duration;

use tokio::time::Instant;
use x402_core::{
    Facilitator as _, Reason, Settlement,
    facilitator::{FacilitatorErrorKind, Reach},
};
use x402_oneshot::{facilitator::Remote, transport::TransportErrorKind};

use crate::support::{
    HASH, PAYER, SECRET, Script, Step, V2, answer, judge, refused, rendered, request, settle, settled, verify,
};

#[tokio::test]
async fn verify_500_or_429_is_no_answer_and_not_a_refusal() {
    for status in [500, 502, 503, 429] {
        for body in ["", "<html>", r#"{"error":"hunter2"}"#] {
            let error = verify(answer(status, body)).await.unwrap_err();
            assert_eq!(error.kind(), FacilitatorErrorKind::Unavailable, "{status}");
        }
    }
}

#[tokio::test]
async fn verify_garbage_or_is_valid_null_is_no_answer() {
    for body in [
        "",
        "ok",
        "null",
        "[]",
        "{}",
        r#"{"isValid":null}"#,
        r#"{"isValid":"true"}"#,
        r#"{"isValid":true,"isValid":false}"#,
    ] {
        let error = verify(answer(200, body)).await.unwrap_err();
        assert_eq!(error.kind(), FacilitatorErrorKind::BadAnswer, "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn verify_that_hangs_ends_after_its_timeout() {
    let started = Instant::now();
    let error = verify(Step::Hang).await.unwrap_err();
    assert_eq!(error.kind(), FacilitatorErrorKind::Timeout);
    assert_eq!(started.elapsed().as_secs(), 10);
}

#[tokio::test]
async fn a_verdict_of_valid_with_a_failing_status_is_not_believed() {
    let error = verify(answer(500, r#"{"isValid":true}"#)).await.unwrap_err();
    assert_eq!((error.kind(), error.reach()), (FacilitatorErrorKind::BadAnswer, Reach::Answered));
}

#[tokio::test]
async fn settle_500_is_unknown() {
    for status in [500, 502, 503, 504, 408] {
        let error = settle(answer(status, r#"{"error":"hunter2"}"#)).await.unwrap_err();
        assert_eq!(error.reach(), Reach::Answered, "{status}");
        assert!(error.may_have_settled(), "{status}");
    }
}

#[tokio::test]
async fn settle_connection_reset_is_unknown_and_is_not_sent_again() {
    let error = settle(Step::Fail(TransportErrorKind::Io, Reach::MaybeSent)).await.unwrap_err();
    assert_eq!((error.kind(), error.reach()), (FacilitatorErrorKind::Unavailable, Reach::MaybeSent));
    let error = settle(Step::Fail(TransportErrorKind::BodyTooLarge, Reach::Answered)).await.unwrap_err();
    assert_eq!((error.kind(), error.reach()), (FacilitatorErrorKind::BadAnswer, Reach::Answered));
}

#[tokio::test(start_paused = true)]
async fn settle_that_hangs_is_unknown_after_its_timeout() {
    let started = Instant::now();
    let error = settle(Step::Hang).await.unwrap_err();
    assert_eq!((error.kind(), error.reach()), (FacilitatorErrorKind::Timeout, Reach::MaybeSent));
    assert_eq!(started.elapsed().as_secs(), 90);
}

#[tokio::test]
async fn settle_garbage_is_unknown() {
    for status in [200, 201, 302, 307, 400, 409, 422] {
        for body in ["", "ok", "null", "[]", "{}", r#"{"success":null}"#, r#"{"success":"true"}"#, r#"{"success":1}"#] {
            let error = settle(answer(status, body)).await.unwrap_err();
            assert_eq!(error.reach(), Reach::Answered, "{status} {body}");
        }
    }
}

#[tokio::test]
async fn settle_success_false_is_a_refusal_with_its_reason() {
    for status in [200, 400, 402, 412, 500] {
        let refusal = settle(answer(status, refused("insufficient_funds"))).await.unwrap();
        assert_eq!(judge(&refusal), Settlement::Refused(Reason::INSUFFICIENT_FUNDS), "{status}");
    }
}

#[tokio::test]
async fn settle_success_true_with_a_failing_status_is_unknown() {
    for status in [302, 400, 401, 404, 429, 500, 503] {
        let error = settle(answer(status, settled())).await.unwrap_err();
        assert_eq!((error.kind(), error.reach()), (FacilitatorErrorKind::BadAnswer, Reach::Answered), "{status}");
    }
}

#[tokio::test]
async fn attack_21_success_without_a_hash_or_for_another_network_or_payer_is_unknown() {
    for body in [
        format!(r#"{{"success":true,"transaction":"","network":"eip155:84532","payer":"{PAYER}"}}"#),
        format!(r#"{{"success":true,"transaction":null,"network":"eip155:84532","payer":"{PAYER}"}}"#),
        format!(r#"{{"success":true,"transaction":"{HASH}","network":"eip155:8453","payer":"{PAYER}"}}"#),
        format!(r#"{{"success":true,"transaction":"{HASH}","payer":"{PAYER}"}}"#),
        format!(
            r#"{{"success":true,"transaction":"{HASH}","network":"eip155:84532","payer":"0x209693Bc6afc0C5328bA36FaF03C514EF312287C"}}"#
        ),
    ] {
        let said = settle(answer(200, body.as_str())).await.unwrap();
        assert!(matches!(judge(&said), Settlement::Unknown(_)), "{body}");
    }
    assert!(matches!(judge(&settle(answer(200, settled())).await.unwrap()), Settlement::Settled(_)));
}

#[tokio::test]
async fn statuses_from_before_the_work_prove_that_nothing_was_settled() {
    for (status, kind) in [
        (401, FacilitatorErrorKind::Configuration),
        (403, FacilitatorErrorKind::Configuration),
        (404, FacilitatorErrorKind::Configuration),
        (405, FacilitatorErrorKind::Configuration),
        (429, FacilitatorErrorKind::Unavailable),
    ] {
        let error = settle(answer(status, "<html>")).await.unwrap_err();
        assert_eq!((error.kind(), error.reach()), (kind, Reach::NotSent), "{status}");
        // A verdict that is only badly written was not made by a gateway.
        let error = settle(answer(status, r#"{"success":true,"transaction":7}"#)).await.unwrap_err();
        assert!(error.may_have_settled(), "{status}");
    }
}

#[tokio::test]
async fn attack_2_a_nonce_found_spent_at_settlement_is_unknown_and_not_refused() {
    let said = settle(answer(200, refused("invalid_exact_evm_nonce_already_used"))).await.unwrap();
    assert_eq!(judge(&said), Settlement::Unknown(None));
}

#[tokio::test]
async fn a_failing_facilitator_without_a_definite_reason_has_proved_nothing() {
    for reason in ["unexpected_settle_error", "unexpected_error", ""] {
        let said = settle(answer(500, refused(reason))).await.unwrap();
        assert_eq!(judge(&said), Settlement::Unknown(None), "{reason}");
    }
    // Said with a 200 it is an answer, if it says anything.
    for (reason, is_refusal) in [("unexpected_error", true), ("unexpected_settle_error", false), ("", false)] {
        let said = settle(answer(200, refused(reason))).await.unwrap();
        assert_eq!(matches!(judge(&said), Settlement::Refused(_)), is_refusal, "{reason}");
    }
}

#[tokio::test]
async fn free_text_of_the_facilitator_is_nowhere() {
    let secret = format!(r#"{{"success":"{SECRET}","isValid":"{SECRET}","{SECRET}":1,"error":"{SECRET}"}}"#);
    for status in [200, 302, 401, 400, 429, 500] {
        for body in [secret.as_str(), SECRET] {
            for error in
                [verify(answer(status, body)).await.unwrap_err(), settle(answer(status, body)).await.unwrap_err()]
            {
                let text = rendered(&error);
                assert!(!text.contains(SECRET), "{text}");
                assert!(!text.contains("facilitator.example"), "{text}");
                assert!(text.contains(&status.to_string()), "{text}");
            }
        }
    }
    let reason = format!("could not connect to postgres://{SECRET}@10.0.0.7");
    let said = settle(answer(200, refused(&reason))).await.unwrap();
    assert!(!format!("{said:?}").contains(SECRET));
    let said = verify(answer(200, format!(r#"{{"isValid":false,"invalidReason":"{reason}"}}"#))).await.unwrap();
    assert!(!said.is_valid && !format!("{said:?}").contains(SECRET));
}

#[tokio::test]
async fn an_error_says_what_was_answered_and_does_not_repeat_its_source() {
    use std::error::Error as _;
    let error = settle(answer(503, "")).await.unwrap_err();
    assert_eq!(error.source().unwrap().to_string(), "/settle was answered 503");
    let error = settle(answer(503, settled())).await.unwrap_err();
    assert_eq!(error.source().unwrap().to_string(), "/settle was answered 503, which contradicts its body");
}

#[tokio::test]
async fn a_facilitator_that_is_down_at_the_start_is_noticed_at_the_first_payment_only() {
    let script = Script::of([Step::Fail(TransportErrorKind::Connect, Reach::NotSent)]);
    let remote = script.remote();
    assert!(script.seen().is_empty(), "nothing is sent before");
    let error = remote.verify(&request(V2)).await.unwrap_err();
    assert_eq!((error.kind(), error.reach()), (FacilitatorErrorKind::Unavailable, Reach::NotSent));
}

#[tokio::test(start_paused = true)]
async fn each_call_hangs_no_longer_than_was_set_for_it() {
    let builder = || Remote::builder("https://f.example").unwrap();
    let seconds = Duration::from_secs;
    let set = builder().settle_timeout(seconds(3)).and_then(|builder| builder.verify_timeout(seconds(2)));
    let set = set.and_then(|builder| builder.supported_timeout(seconds(1))).unwrap();
    for (builder, settle, verify, supported) in [(set, 3, 2, 1), (builder(), 90, 10, 10)] {
        let remote = Script::of([Step::Hang, Step::Hang, Step::Hang]).remote_of(builder);
        let start = Instant::now();
        remote.settle(&request(V2)).await.unwrap_err();
        assert_eq!(start.elapsed(), seconds(settle));
        remote.verify(&request(V2)).await.unwrap_err();
        assert_eq!(start.elapsed(), seconds(settle + verify));
        remote.supported().await.unwrap_err();
        assert_eq!(start.elapsed(), seconds(settle + verify + supported));
    }
}
