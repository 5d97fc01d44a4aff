//! No secret in anything that can be printed, even if the other side repeats it.

use std::error::Error as _;

use x402_oneshot::api::{Execute, Params};
use x402_oneshot::{Client, Error};

use crate::support::{ID, KEY, SECRET, Script, answer, config, token};

const TOKEN: &str = "token-hunter3";

/// Both renderings of every error of the chain.
fn rendered(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut next = error.source();
    while let Some(source) = next {
        text.push_str(&format!(" {source} {source:?}"));
        next = source.source();
    }
    text
}

fn assert_clean(text: &str) {
    for secret in [KEY, SECRET, TOKEN, "hunter", ID, "api.1shotapi.com"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

async fn failure(script: &Script) -> Error {
    let client = script.client();
    let run = Execute::new(Params::new().value("p", "hunter4")).memo("hunter5");
    let error = client.methods().execute(ID.parse().unwrap(), run).await;
    error.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn errors_hold_no_secret_id_or_address_even_if_the_answer_repeats_them() {
    let everything = format!("{KEY} {SECRET} {TOKEN} https://api.1shotapi.com/v0 {ID}");
    let typed = format!(r#"{{"type":"RetryError","message":"{everything}","data":"{everything}"}}"#);
    let odd_type = format!(r#"{{"type":"{everything}","message":"m"}}"#);
    let wrong = format!(r#"{{"id":"{everything}","status":"{everything}"}}"#);
    let chain = format!(r#"{{"id":"{ID}","status":"Pending","chainId":"{everything}"}}"#);
    for (status, body) in [
        (500, everything.clone()),
        (422, typed.clone()),
        (422, odd_type),
        (401, typed.clone()),
        (200, everything.clone()),
        (200, wrong),
        (200, chain),
        (200, String::new()),
    ] {
        let good = Script::new().token(token(TOKEN, 60)).token(token(TOKEN, 60));
        let script = good.call(answer(status, body.clone())).call(answer(status, body.clone()));
        assert_clean(&rendered(&failure(&script).await));
        assert_clean(&rendered(&failure(&Script::new().token(answer(status, body))).await));
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_api_said_is_there_for_those_who_ask() {
    let body = r#"{"type":"RetryError","message":"queue full","data":{"n":1},"retryable":true}"#;
    let error = failure(&Script::new().call(answer(500, body))).await;
    let api = error.api().unwrap();
    assert_eq!(api.error_type(), "RetryError");
    assert_eq!(api.message(), Some("queue full"));
    assert_eq!(api.data().unwrap()["n"], 1);
    assert_eq!(api.retryable(), Some(true));
}

#[test]
fn credentials_config_and_client_print_no_secret() {
    let client = Client::with_transport(config(), Script::new());
    for text in [format!("{:?}", config()), format!("{client:#?}")] {
        assert!(!text.contains("hunter"), "{text}");
        assert!(text.contains("redacted"));
    }
}

#[tokio::test(start_paused = true)]
async fn the_token_header_is_marked_sensitive() {
    let body = format!(r#"{{"id":"{ID}","status":"Pending","chainId":1}}"#);
    let script = Script::new().token(token(TOKEN, 60)).call(answer(200, body));
    let client = script.client();
    client.transactions().get(ID.parse().unwrap()).await.unwrap();
    let call = script.only_call();
    assert_eq!(call.authorization, Some(format!("Bearer {TOKEN}")));
    assert!(call.headers["authorization"].is_sensitive());
    assert!(!format!("{:?}", call.headers).contains(TOKEN));
}

#[tokio::test(start_paused = true)]
async fn display_never_repeats_its_source() {
    let error = failure(&Script::new().call(answer(200, "<html>"))).await;
    let source = error.source().unwrap().to_string();
    assert_eq!(error.to_string(), "POST /methods/{id}/execute: the answer could not be read");
    assert_eq!(source, "not JSON at `.` (line 1, column 1)");
    assert!(!error.to_string().contains(&source));
}

#[tokio::test(start_paused = true)]
async fn a_decode_error_names_the_member() {
    let body = r#"{"response":[{"id":"x"}],"page":1,"pageSize":25,"totalResults":1}"#;
    let script = Script::new().call(answer(200, body));
    let client = script.client();
    let page = client.wallets().list(ID.parse().unwrap()).send().await;
    let error = page.unwrap_err();
    let source = error.source().unwrap().to_string();
    assert!(source.contains("at `response[0].id`"), "{source}");
}

#[test]
fn the_values_of_a_call_are_not_printed_for_one_may_be_a_signature() {
    let run =
        Execute::new(Params::new().bytes("signature", [0xab; 65]).members("m", Params::new().value("p", "hunter4")));
    let text = format!("{run:?} {run:#?}");
    assert!(text.contains("signature"), "{text}");
    assert!(!text.contains("abab") && !text.contains("hunter"), "{text}");
}
