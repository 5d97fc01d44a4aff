//! What is repeated, when, and what never is.

use std::time::Duration;

use tokio::time::Instant;
use x402_oneshot::api::{Execute, NewContractMethod, Params, Transaction};
use x402_oneshot::transport::TransportErrorKind;
use x402_oneshot::{Client, Error, ErrorKind, Reach, RetryPolicy};

use crate::support::{ID, Script, Step, answer, config, late, with_headers};

fn transaction() -> Step {
    answer(200, format!(r#"{{"id":"{ID}","status":"Pending","chainId":84532}}"#))
}

async fn get(client: &Client) -> Result<Transaction, Error> {
    client.transactions().get(ID.parse().unwrap()).await
}

async fn execute(client: &Client) -> Result<Transaction, Error> {
    let run = Execute::new(Params::new());
    client.methods().execute(ID.parse().unwrap(), run).await
}

fn transient() -> Vec<(&'static str, Step)> {
    let word = r#"{"type":"RedisError","message":"m","retryable":true}"#;
    vec![
        ("connect", Step::Fail(TransportErrorKind::Connect, Reach::NotSent)),
        ("reset", Step::Fail(TransportErrorKind::Io, Reach::MaybeSent)),
        ("timeout", Step::Fail(TransportErrorKind::Timeout, Reach::MaybeSent)),
        ("hang", Step::Hang),
        ("408", answer(408, "")),
        ("429", answer(429, "slow down")),
        ("500 retryable", answer(500, word)),
        ("502", answer(502, "<html>")),
        ("503", answer(503, "")),
        ("504", answer(504, "")),
    ]
}

#[tokio::test(start_paused = true)]
async fn a_read_is_repeated_after_every_transient_failure() {
    for (name, failure) in transient() {
        let script = Script::new().call(failure).call(transaction());
        let outcome = get(&script.client()).await;
        assert!(outcome.is_ok(), "{name}: {outcome:?}");
        assert_eq!(script.api_calls().len(), 2, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_test_run_is_repeated_like_a_read_although_it_is_a_post() {
    let script = Script::new().call(answer(503, "")).call(answer(200, r#"{"success":true,"result":{},"error":null}"#));
    let client = script.client();
    let outcome = client.methods().test(ID.parse().unwrap(), Params::new());
    assert!(outcome.await.unwrap().success);
    assert_eq!(script.api_calls().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn execute_is_never_sent_again_after_any_failure() {
    for (name, failure) in transient() {
        let script = Script::new().call(failure);
        let error = execute(&script.client()).await.unwrap_err();
        assert_eq!(script.api_calls().len(), 1, "{name}");
        // Refused for lack of a connection or for too many calls: certainly not done. Else unknown.
        let certain = matches!(name, "connect" | "429");
        assert_eq!(error.may_have_acted(), !certain, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn execute_is_sent_again_only_after_a_401_and_never_a_third_time() {
    let script = Script::new().call(answer(401, "")).call(transaction());
    execute(&script.client()).await.unwrap();
    let calls = script.api_calls();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0].body, calls[1].body);

    let script = Script::new().call(answer(401, "")).call(answer(503, ""));
    execute(&script.client()).await.unwrap_err();
    assert_eq!(script.api_calls().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn creating_a_method_is_never_sent_again() {
    let script = Script::new().call(answer(503, ""));
    let address = "0x036CbD53842c5426634e7929541eC2318f3dCF7e";
    let method = NewContractMethod::new(1, address.parse().unwrap(), ID.parse().unwrap(), "transfer");
    let client = script.client();
    let created = client.methods().create(ID.parse().unwrap(), &method);
    created.await.unwrap_err();
    assert_eq!(script.api_calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn lasting_failures_are_not_repeated() {
    for (status, body) in [
        (400, r#"{"type":"INVALID_PARAMETERS_ERROR","message":"m","retryable":false}"#),
        (403, ""),
        (404, ""),
        (422, r#"{"type":"InvalidApiParametersError","message":"m","retryable":true}"#),
        (500, r#"{"type":"ERR_INSUFFICIENT_FUNDS","message":"m","retryable":false}"#),
        (302, ""),
    ] {
        let script = Script::new().call(answer(status, body));
        let error = get(&script.client()).await.unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert_eq!(script.api_calls().len(), 1, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn retries_are_bounded_and_the_last_error_is_returned() {
    let script = Script::new().calls([answer(502, ""), answer(503, ""), answer(504, "")]);
    let error = get(&script.client()).await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 504);
    assert_eq!(script.api_calls().len(), 3);
    assert_eq!(error.to_string(), "GET /transactions/{id}: answered 504");

    let script = Script::new().call(answer(503, ""));
    let config = config().retry(RetryPolicy::none());
    get(&Client::with_transport(config, script.clone())).await.unwrap_err();
    assert_eq!(script.api_calls().len(), 1);
}

async fn pauses(failures: Vec<Step>) -> Vec<Duration> {
    let script = Script::new().calls(failures).call(transaction());
    get(&script.client()).await.unwrap();
    let calls = script.api_calls();
    calls.windows(2).map(|pair| pair[1].at - pair[0].at).collect()
}

#[tokio::test(start_paused = true)]
async fn pauses_grow_exponentially() {
    let pauses = pauses(vec![answer(503, ""), answer(503, "")]).await;
    assert_eq!(pauses, [200, 400].map(Duration::from_millis));
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_honoured_as_seconds_and_as_a_date_and_is_clamped() {
    let seconds = with_headers(429, &[("retry-after", "4")], "");
    let date = with_headers(
        503,
        &[("date", "Sun, 06 Nov 1994 08:49:37 GMT"), ("retry-after", "Sun, 06 Nov 1994 08:49:40 GMT")],
        "",
    );
    let waited = pauses(vec![seconds, date]).await;
    assert_eq!(waited, [4, 3].map(Duration::from_secs));

    let too_long = with_headers(503, &[("retry-after", "86400")], "");
    assert_eq!(pauses(vec![too_long]).await, [Duration::from_secs(10)]);
}

#[tokio::test(start_paused = true)]
async fn no_pause_goes_beyond_the_deadline_and_the_wish_is_told() {
    let script = Script::new().call(with_headers(429, &[("retry-after", "60")], ""));
    let config = config().deadline(Duration::from_secs(5)).unwrap();
    let start = Instant::now();
    let error = get(&Client::with_transport(config, script)).await.unwrap_err();
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(60)));
    assert!(error.is_retryable());
}

#[tokio::test(start_paused = true)]
async fn a_call_ends_at_its_deadline_whatever_hangs() {
    let start = Instant::now();
    let script = Script::new().call(Step::Hang);
    let error = execute(&script.client()).await.unwrap_err();
    assert_eq!(start.elapsed(), Duration::from_secs(30));
    assert!(error.is_timeout());
    assert_eq!(error.reach(), Reach::MaybeSent);

    let start = Instant::now();
    let hanging = std::iter::repeat_with(|| Step::Hang).take(9);
    let script = Script::new().calls(hanging);
    let error = get(&script.client()).await.unwrap_err();
    assert!(error.is_timeout());
    assert!(start.elapsed() <= Duration::from_secs(30));
    assert!(script.api_calls().len() > 1);
}

#[tokio::test(start_paused = true)]
async fn a_call_has_the_deadline_of_its_client_and_clones_with_others_share_the_token() {
    let script = Script::new().calls(std::iter::repeat_with(|| Step::Hang).take(4));
    let client = script.client();
    let given = |seconds| client.with_deadline(Duration::from_secs(seconds)).unwrap();
    for (client, seconds) in [(given(5), 5), (given(90), 90), (given(5).clone(), 5), (client.clone(), 30)] {
        let start = Instant::now();
        assert!(execute(&client).await.unwrap_err().is_timeout());
        assert_eq!(start.elapsed(), Duration::from_secs(seconds));
    }
    assert_eq!(script.token_calls().len(), 1);
    assert!(client.with_deadline(Duration::ZERO).is_err(), "nothing is left, so nothing should be sent");
}

#[tokio::test(start_paused = true)]
async fn a_hanging_token_call_means_that_the_call_was_not_sent() {
    let hanging = std::iter::repeat_with(|| Step::Hang).take(9);
    let script = hanging.fold(Script::new(), Script::token);
    let error = execute(&script.client()).await.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(error.reach(), Reach::NotSent);
    assert_eq!(error.to_string(), "POST /token: no answer in time");
    assert!(script.api_calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_slow_answer_within_the_deadline_is_waited_for_when_the_call_acts() {
    let script = Script::new().call(late(25, transaction()));
    execute(&script.client()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_answer_too_long_to_read_is_not_asked_for_again() {
    let failure = Step::Break(200, TransportErrorKind::BodyTooLarge, Reach::Answered);
    let script = Script::new().call(failure);
    let error = get(&script.client()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(script.api_calls().len(), 1);
    assert!(error.may_have_acted());
}
