//! An error tells everything that is known about a failed call.

use std::time::Duration;

use futures_util::StreamExt;
use http::StatusCode;
use serde_json::json;
use x402_oneshot::transport::TransportErrorKind;
use x402_oneshot::{ErrorKind, Reach};

use crate::documented::DOCUMENTED;
use crate::support::{ID, Script, Step, answer, with_headers};

#[tokio::test(start_paused = true)]
async fn every_documented_error_answer_is_kept_whole() {
    for (status, kind, retryable) in DOCUMENTED {
        let body = json!({"type": kind, "message": "why", "data": {"parameterName": "p"}, "retryable": retryable});
        // After a 401 there is one more try, with a new token.
        let script = Script::new().calls((0..2).map(|_| answer(status, body.to_string())));
        let error = script.client().wallets().delete(ID.parse().unwrap()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Status);
        assert_eq!(error.status().unwrap().as_u16(), status);
        let api = error.api().unwrap();
        assert_eq!((api.error_type(), api.message(), api.retryable()), (kind, Some("why"), Some(retryable)));
        assert_eq!(api.data().unwrap()["parameterName"], "p");
        let (method, path) = error.call().unwrap();
        assert_eq!((method.as_str(), path), ("DELETE", "/wallets/{walletId}"));
        assert_eq!(error.reach(), Reach::Answered);
        assert_eq!(error.may_have_acted(), status >= 500, "{status} {kind}");
        // The API's word counts only where the request was not at fault.
        assert_eq!(error.is_retryable(), status >= 500 && retryable, "{status} {kind}");
        assert_eq!(error.to_string(), format!("DELETE /wallets/{{walletId}}: answered {status} ({kind})"));
        assert_eq!(script.api_calls().len(), 1 + usize::from(status == 401));
    }
}

#[tokio::test(start_paused = true)]
async fn gateways_and_token_servers_that_speak_otherwise_are_heard_too() {
    for (status, body, kind, message) in [
        (429, r#"{"message":"Too Many Requests"}"#, "", Some("Too Many Requests")),
        (403, r#"{"type":null,"message":"Forbidden"}"#, "", Some("Forbidden")),
        (401, r#"{"error":"invalid_client","error_description":"no such key"}"#, "invalid_client", Some("no such key")),
        (400, r#"{"error":"invalid_request"}"#, "invalid_request", None),
    ] {
        let script = Script::new().calls((0..2).map(|_| answer(status, body)));
        let error = script.client().wallets().delete(ID.parse().unwrap()).await.unwrap_err();
        let api = error.api().unwrap();
        assert_eq!((api.error_type(), api.message()), (kind, message), "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_of_a_proxy_is_an_error_without_words_of_the_api() {
    let script = Script::new().call(with_headers(429, &[("retry-after", "7")], "<html>slow down</html>"));
    let error = script.client().wallets().delete(ID.parse().unwrap()).await.unwrap_err();
    assert!(error.api().is_none());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    assert!(error.is_retryable() && !error.may_have_acted());
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_success_that_cannot_be_read_or_says_no_has_its_status() {
    let id = || ID.parse().unwrap();
    for (body, kind) in [(r#"{"success":false}"#, ErrorKind::Declined), ("<html>", ErrorKind::Decode)] {
        let script = Script::new().call(answer(202, body));
        let error = script.client().wallets().delete(id()).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (kind, Some(StatusCode::ACCEPTED)));
        assert!(error.may_have_acted(), "the status of a success is no proof that nothing was done");
    }
    let script = Script::new().call(answer(203, "{}"));
    let error = script.client().transactions().get(ID.parse().unwrap()).await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::NON_AUTHORITATIVE_INFORMATION));
    let script = Script::new().token(answer(200, "<html>"));
    let error = script.client().wallets().delete(id()).await.unwrap_err();
    assert_eq!((error.status(), error.may_have_acted()), (Some(StatusCode::OK), false), "it is the token's");
    let script = Script::new().call(answer(200, r#"{"response":[{}],"page":1,"pageSize":25,"totalResults":1}"#));
    let rows: Vec<_> = script.client().wallets().list(ID.parse().unwrap()).stream().collect().await;
    assert_eq!(rows[0].as_ref().unwrap_err().status(), Some(StatusCode::OK));
}

#[tokio::test(start_paused = true)]
async fn without_an_answer_the_error_says_how_far_the_request_got() {
    for (kind, reach, acted) in [
        (TransportErrorKind::Connect, Reach::NotSent, false),
        (TransportErrorKind::Io, Reach::MaybeSent, true),
        (TransportErrorKind::Timeout, Reach::MaybeSent, true),
    ] {
        let script = Script::new().call(Step::Fail(kind, reach));
        let error = script.client().wallets().delete(ID.parse().unwrap()).await.unwrap_err();
        assert_eq!((error.status(), error.api()), (None, None));
        assert_eq!((error.reach(), error.may_have_acted()), (reach, acted));
        assert_eq!(error.is_timeout(), kind == TransportErrorKind::Timeout);
        assert_eq!(error.call().unwrap().1, "/wallets/{walletId}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_whose_body_is_too_long_or_breaks_off_has_its_status() {
    for (status, kind, reach, seen, acted) in [
        (200, TransportErrorKind::BodyTooLarge, Reach::Answered, ErrorKind::Decode, true),
        (422, TransportErrorKind::BodyTooLarge, Reach::Answered, ErrorKind::Decode, false),
        (500, TransportErrorKind::BodyTooLarge, Reach::Answered, ErrorKind::Decode, true),
        (200, TransportErrorKind::Io, Reach::MaybeSent, ErrorKind::Transport, true),
    ] {
        let script = Script::new().call(Step::Break(status, kind, reach));
        let error = script.client().wallets().delete(ID.parse().unwrap()).await.unwrap_err();
        assert_eq!((error.kind(), error.status().unwrap().as_u16()), (seen, status));
        assert_eq!(error.may_have_acted(), acted, "{status} {kind:?}");
        assert_eq!(script.api_calls().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_renewed_however_long_the_refusal_is() {
    let refusal = Step::Break(401, TransportErrorKind::BodyTooLarge, Reach::Answered);
    let script = Script::new().call(refusal).call(answer(200, ""));
    script.client().wallets().delete(ID.parse().unwrap()).await.unwrap();
    assert_eq!(script.token_calls().len(), 2);
}
