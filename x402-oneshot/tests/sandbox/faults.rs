//! Each fault as it looks from a socket.

use std::io;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, timeout};
use x402_oneshot::sandbox::faults::{Answer, Edit, Fault};

use crate::harness::{Api, Overload, head_and_body};

const ROUTE: &str = "/x402/supported";

/// What a client gets if this goes wrong.
async fn supported(api: &Api, fault: Fault) -> (Vec<u8>, io::Result<()>) {
    api.sandbox.faults().on("GET", ROUTE).once(fault);
    api.raw("GET", ROUTE, "").await
}

async fn healthy(api: &Api) -> (String, String) {
    let (answer, end) = api.raw("GET", ROUTE, "").await;
    end.unwrap();
    head_and_body(&answer)
}

/// An execution of a good transfer: its path and its body.
async fn execution(api: &Api) -> (String, String) {
    let method = api.create_overload(Overload::Bytes).await;
    let params = Overload::Bytes.params(&api.authorization(), api.sandbox.buyer_key().expose());
    (format!("/methods/{method}/execute"), json!({"params": params}).to_string())
}

#[tokio::test]
async fn answers_have_the_status_the_form_and_the_headers_that_were_asked_for() {
    let api = Api::start().await;
    let busy = Answer::error(429, "RateLimitError").retryable().retry_after(Duration::from_secs(2));
    let (answer, end) = supported(&api, Fault::Answer(busy.data(json!({"limit": 5})))).await;
    end.unwrap();
    let (head, body) = head_and_body(&answer);
    assert!(head.starts_with("HTTP/1.1 429 ") && head.contains("\r\nretry-after: 2\r\n"), "{head}");
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        body,
        json!({"type": "RateLimitError", "message": "a fault of the sandbox", "data": {"limit": 5}, "retryable": true})
    );

    let (answer, _) = supported(&api, Fault::Answer(Answer::html(502))).await;
    let (head, body) = head_and_body(&answer);
    assert!(head.starts_with("HTTP/1.1 502 ") && head.contains("content-type: text/html"), "{head}");
    assert!(body.starts_with("<html>"));

    let (answer, _) = supported(&api, Fault::Answer(Answer::empty(503))).await;
    let (head, body) = head_and_body(&answer);
    assert!(head.starts_with("HTTP/1.1 503 ") && head.contains("content-length: 0"), "{head}");
    assert_eq!(body, "");
}

#[tokio::test]
async fn bodies_are_emptied_truncated_and_cut() {
    let api = Api::start().await;
    let (_, whole) = healthy(&api).await;

    let (answer, end) = supported(&api, Fault::EmptyBody).await;
    end.unwrap();
    let (head, body) = head_and_body(&answer);
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    assert_eq!(body, "");

    let (answer, end) = supported(&api, Fault::TruncatedBody).await;
    end.unwrap();
    let (head, body) = head_and_body(&answer);
    assert_eq!(body, whole[..whole.len() / 2]);
    assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");

    // Here the head promises more than comes.
    let (answer, _) = supported(&api, Fault::CutBody).await;
    let (head, body) = head_and_body(&answer);
    assert_eq!(body, whole[..whole.len() / 2]);
    assert!(head.contains(&format!("content-length: {}", whole.len())), "{head}");
}

#[tokio::test]
async fn edits_change_the_answer() {
    let api = Api::start().await;
    let edits = vec![Edit::replace("/kinds/*/network", "eip155:1"), Edit::remove("/kinds/0/tokens")];
    let (answer, end) = supported(&api, Fault::Edit(edits)).await;
    end.unwrap();
    let body: Value = serde_json::from_str(&head_and_body(&answer).1).unwrap();
    assert_eq!(body["kinds"][0], json!({"x402Version": 1, "scheme": "exact", "network": "eip155:1"}));
    assert_eq!(body["kinds"][1]["network"], "eip155:1");
}

#[tokio::test]
async fn a_reset_leaves_not_a_byte_and_the_request_undone_or_done() {
    for after in [false, true] {
        let api = Api::start().await;
        let (path, body) = execution(&api).await;
        api.sandbox.faults().on("POST", "/methods/{id}/execute").once(Fault::Reset { after });
        let (answer, end) = api.raw("POST", &path, &body).await;
        assert_eq!(answer, b"");
        assert_eq!(end.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
        assert_eq!(api.sandbox.transactions().len(), usize::from(after), "after: {after}");
    }
}

#[tokio::test]
async fn a_hanging_request_is_undone_or_done_and_ends_with_the_sandbox() {
    for after in [false, true] {
        let api = Api::start().await;
        let (path, body) = execution(&api).await;
        api.sandbox.faults().on("POST", "/methods/{id}/execute").times(2, Fault::Hang { after });
        let mut hanging = Box::pin(api.raw("POST", &path, &body));
        let arrived = async {
            while api.sandbox.faults().rules()[0].struck == 0 || (after && api.sandbox.transactions().is_empty()) {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            _ = &mut hanging => panic!("it was answered"),
            () = arrived => {}
        }
        assert!(timeout(Duration::from_millis(50), hanging).await.is_err(), "no answer comes");
        assert_eq!(api.sandbox.transactions().len(), usize::from(after));

        let request = api.authorized(reqwest::Method::POST, &path).body(body).send();
        let request = tokio::spawn(request);
        while api.sandbox.requests().of("POST", "/methods/{id}/execute") < 2 {
            tokio::task::yield_now().await;
        }
        drop(api);
        request.await.unwrap().unwrap_err();
    }
}

#[tokio::test]
async fn an_error_can_hide_that_the_request_was_carried_out() {
    let api = Api::start().await;
    let (path, body) = execution(&api).await;
    let on = api.sandbox.faults().on("POST", "/methods/{id}/execute");
    on.once(Fault::Answer(Answer::html(504)));
    on.once(Fault::Answer(Answer::html(504).after()));
    for done in [0, 1] {
        let (answer, _) = api.raw("POST", &path, &body).await;
        assert!(head_and_body(&answer).0.starts_with("HTTP/1.1 504 "));
        assert_eq!(api.sandbox.transactions().len(), done);
    }
}

#[tokio::test(start_paused = true)]
async fn latency_and_slow_bodies_take_the_time_they_say() {
    let api = Api::start().await;
    let (_, whole) = healthy(&api).await;
    let six = Duration::from_secs(6);
    for (fault, least) in [(Fault::Latency(six), six), (Fault::SlowBody(six), 10 * six)] {
        let start = Instant::now();
        let (answer, end) = supported(&api, fault).await;
        end.unwrap();
        assert_eq!(head_and_body(&answer).1, whole);
        assert!(start.elapsed() >= least);
    }
}

#[tokio::test]
async fn refusals_have_the_form_of_the_version() {
    let api = Api::start().await;
    for version in [1, 2] {
        let body = json!({"x402Version": version, "paymentPayload": {"payload": {"authorization": {"from": "0xf"}}}});
        for route in ["/x402/verify", "/x402/settle"] {
            api.sandbox.faults().on("POST", route).once(Fault::Refusal("insufficient_funds".to_owned()));
            let answer = api.post(route, body.clone()).await;
            let expected = match (route, version) {
                ("/x402/verify", _) => json!({"isValid": false, "invalidReason": "insufficient_funds", "payer": "0xf"}),
                (_, 1) => json!({
                    "x402Version": 1, "success": false, "error": "insufficient_funds", "txHash": null, "networkId": null,
                }),
                _ => json!({
                    "x402Version": 2, "success": false, "errorReason": "insufficient_funds", "transaction": null,
                    "network": null, "payer": "0xf",
                }),
            };
            assert_eq!(answer, expected);
        }
    }
    assert!(api.sandbox.transactions().is_empty());
}

#[tokio::test]
#[should_panic(expected = "between 200 and 599")]
async fn a_status_that_http_does_not_have_is_refused_where_it_is_written() {
    let _ = Answer::html(99);
}
