//! The token: one fetch for all, renewed early, once more on 401.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::advance;
use x402_oneshot::api::Transaction;
use x402_oneshot::transport::TransportErrorKind;
use x402_oneshot::{Client, Error, ErrorKind, Reach};

use crate::support::{ID, KEY, SECRET, Script, Step, answer, late, token};

fn transaction() -> Step {
    answer(200, format!(r#"{{"id":"{ID}","status":"Pending","chainId":84532}}"#))
}

fn many(n: usize) -> impl Iterator<Item = Step> {
    std::iter::repeat_with(transaction).take(n)
}

async fn get(client: &Client) -> Result<Transaction, Error> {
    client.transactions().get(ID.parse().unwrap()).await
}

async fn get_concurrently(client: &Client, n: usize) -> Vec<Result<Transaction, Error>> {
    let mut calls = JoinSet::new();
    for _ in 0..n {
        let client = client.clone();
        calls.spawn(async move { get(&client).await });
    }
    calls.join_all().await
}

#[tokio::test(start_paused = true)]
async fn a_hundred_first_calls_at_once_fetch_one_token() {
    let script = Script::new().token(late(1, token("t", 3600))).calls(many(100));
    let outcomes = get_concurrently(&script.client(), 100).await;
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(script.token_calls().len(), 1);
    let calls = script.api_calls();
    assert_eq!(calls.len(), 100);
    let same = |call: &crate::support::Seen| call.authorization.as_deref() == Some("Bearer t");
    assert!(calls.iter().all(same));
}

#[tokio::test(start_paused = true)]
async fn the_token_call_is_the_documented_form_without_authorization() {
    let script = Script::new().call(transaction());
    get(&script.client()).await.unwrap();
    let calls = script.token_calls();
    assert_eq!(calls[0].body, format!("grant_type=client_credentials&client_id={KEY}&client_secret={SECRET}"));
    assert_eq!(calls[0].headers["content-type"], "application/x-www-form-urlencoded");
    assert_eq!(calls[0].authorization, None);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_a_minute_or_a_tenth_of_its_life_early() {
    for (life, good_for) in [(3600, 3540), (100, 90), (10, 9)] {
        let script = Script::new().token(token("first", life)).calls(many(3));
        let client = script.client();
        get(&client).await.unwrap();
        advance(Duration::from_secs(good_for) - Duration::from_millis(1)).await;
        get(&client).await.unwrap();
        assert_eq!(script.token_calls().len(), 1, "life {life}");
        advance(Duration::from_millis(1)).await;
        get(&client).await.unwrap();
        assert_eq!(script.token_calls().len(), 2, "life {life}");
        let last = script.api_calls().pop().unwrap();
        assert_eq!(last.authorization.as_deref(), Some("Bearer token-2"));
    }
}

#[tokio::test(start_paused = true)]
async fn the_life_of_a_token_starts_when_it_is_asked_for() {
    let script = Script::new().token(late(8, token("slow", 10))).calls(many(2));
    let client = script.client();
    get(&client).await.unwrap();
    advance(Duration::from_secs(2)).await;
    get(&client).await.unwrap();
    assert_eq!(script.token_calls().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_token_without_life_is_used_once() {
    for life in [0, -5] {
        let script = Script::new().token(token("a", life)).token(token("b", life)).calls(many(2));
        let client = script.client();
        get(&client).await.unwrap();
        get(&client).await.unwrap();
        let used: Vec<_> = script.api_calls().into_iter().filter_map(|call| call.authorization).collect();
        assert_eq!(used, ["Bearer a", "Bearer b"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_401_fetches_a_new_token_and_the_call_is_made_once_more() {
    let script = Script::new().call(answer(401, "")).call(transaction());
    get(&script.client()).await.unwrap();
    let used: Vec<_> = script.api_calls().into_iter().filter_map(|call| call.authorization).collect();
    assert_eq!(used, ["Bearer token-1", "Bearer token-2"]);
}

#[tokio::test(start_paused = true)]
async fn a_second_401_is_the_error_of_the_call() {
    let script = Script::new().call(answer(401, "")).call(answer(401, ""));
    let error = get(&script.client()).await.unwrap_err();
    assert!(error.is_unauthenticated());
    assert_eq!(error.reach(), Reach::Answered);
    assert!(!error.may_have_acted());
    assert_eq!(script.api_calls().len(), 2);
    assert_eq!(script.token_calls().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn many_401s_at_once_fetch_one_new_token() {
    let refused = std::iter::repeat_with(|| late(1, answer(401, ""))).take(50);
    let script = Script::new().call(transaction()).calls(refused).calls(many(50));
    let client = script.client();
    get(&client).await.unwrap();
    let outcomes = get_concurrently(&client, 50).await;
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(script.token_calls().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn refused_credentials_fail_the_call_before_it_is_sent() {
    let body = r#"{"type":"UnauthenticatedError","message":"no","retryable":false}"#;
    let script = Script::new().token(answer(401, body));
    let error = get(&script.client()).await.unwrap_err();
    assert!(error.is_unauthenticated());
    assert_eq!(error.reach(), Reach::NotSent);
    assert_eq!(error.to_string(), "POST /token: answered 401 (UnauthenticatedError)");
    assert_eq!(script.token_calls().len(), 1);
    assert!(script.api_calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_token_endpoint_that_is_not_there_does_not_make_anything_else_gone() {
    let unknown = r#"{"type":"UnknownEntityError","message":"no","retryable":false}"#;
    for (status, body) in [(404, ""), (403, unknown)] {
        let script = Script::new().token(answer(status, body));
        let error = get(&script.client()).await.unwrap_err();
        assert!(!error.is_not_found(), "nobody was asked for the transaction");
        assert_eq!(error.status().unwrap().as_u16(), status);
    }
}

#[tokio::test(start_paused = true)]
async fn all_who_waited_share_a_failure_and_the_next_call_starts_anew() {
    let script = Script::new().token(late(1, answer(403, ""))).call(transaction());
    let client = script.client();
    let outcomes = get_concurrently(&client, 20).await;
    assert!(outcomes.iter().all(Result::is_err));
    assert_eq!(script.token_calls().len(), 1);
    get(&client).await.unwrap();
    assert_eq!(script.token_calls().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_token_call_is_repeated_like_a_read() {
    let script = Script::new()
        .token(Step::Fail(TransportErrorKind::Io, Reach::MaybeSent))
        .token(answer(503, "<html>"))
        .call(transaction());
    get(&script.client()).await.unwrap();
    assert_eq!(script.token_calls().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_unreadable_token_answer_is_an_error_of_the_token_call() {
    let script = Script::new().token(answer(200, "<html>secret</html>"));
    let error = get(&script.client()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(error.reach(), Reach::NotSent);
    assert_eq!(error.to_string(), "POST /token: the answer could not be read");
}

#[tokio::test(start_paused = true)]
async fn a_dropped_fetch_is_taken_over_by_the_next_who_waits() {
    let script = Script::new().token(Step::Hang).call(transaction());
    let client = script.client();
    let leader = {
        let client = client.clone();
        tokio::spawn(async move { get(&client).await })
    };
    while script.token_calls().is_empty() {
        tokio::task::yield_now().await;
    }
    let follower = {
        let client = client.clone();
        tokio::spawn(async move { get(&client).await })
    };
    tokio::task::yield_now().await;
    leader.abort();
    follower.await.unwrap().unwrap();
    assert_eq!(script.token_calls().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_is_over_fails_nobody_who_waits_for_a_token_that_is_not_kept() {
    let lifeless = std::iter::repeat_with(|| late(1, token("a", 0))).take(3);
    let script = lifeless.fold(Script::new().token(answer(403, "")), Script::token).calls(many(3));
    let client = script.client();
    get(&client).await.unwrap_err();
    let outcomes = get_concurrently(&client, 3).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(script.token_calls().len(), 4);
}
