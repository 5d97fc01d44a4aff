//! Tokens that end early, are said to, or are not to be had.

use std::time::Duration;

use serde_json::json;
use x402_core::UnixSeconds;
use x402_core::facilitator::Reach;
use x402_oneshot::sandbox::faults::{Answer, Edit, Fault};
use x402_oneshot::sandbox::{Sandbox, SandboxClock};
use x402_oneshot::{Client, Error, ErrorKind};

use crate::support::{EXECUTE, Shop, WALLETS, client, ready, start, struck};

const TOKEN: &str = "/token";

async fn list(client: &Client, sandbox: &Sandbox) -> Result<usize, Error> {
    let listed = client.wallets().list(sandbox.business_id()).chain(sandbox.chain_id()).send().await?;
    Ok(listed.response.len())
}

fn tokens(sandbox: &Sandbox) -> u64 {
    sandbox.requests().of("POST", TOKEN)
}

#[tokio::test]
async fn a_token_without_life_is_used_once() {
    for fault in [
        Fault::expires_in(0),
        Fault::expires_in(-5),
        Fault::Edit(vec![Edit::remove("/expires_in")]),
        Fault::Edit(vec![Edit::replace("/expires_in", "soon")]),
    ] {
        let sandbox = start().await;
        sandbox.faults().on("POST", TOKEN).always(fault);
        let client = client(&sandbox);
        for calls in 1..=3 {
            assert_eq!(list(&client, &sandbox).await.unwrap(), 1);
            assert_eq!(tokens(&sandbox), calls);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_of_five_seconds_is_renewed_before_they_are_over() {
    let sandbox = start().await;
    sandbox.faults().token_lifetime(Duration::from_secs(5));
    let client = client(&sandbox);
    list(&client, &sandbox).await.unwrap();
    tokio::time::advance(Duration::from_secs(4)).await;
    list(&client, &sandbox).await.unwrap();
    assert_eq!(tokens(&sandbox), 1);
    tokio::time::advance(Duration::from_millis(600)).await;
    list(&client, &sandbox).await.unwrap();
    assert_eq!(tokens(&sandbox), 2);
    assert_eq!(sandbox.requests().of("GET", WALLETS), 3, "no call was refused");
}

#[tokio::test]
async fn a_scope_is_not_needed() {
    let sandbox = start().await;
    let (listed, sent) =
        struck(&sandbox, ("POST", TOKEN), Fault::without_scope(), list(&client(&sandbox), &sandbox)).await;
    assert_eq!((listed.unwrap(), sent), (1, 1));
}

#[tokio::test]
async fn a_token_revoked_in_mid_session_is_replaced_and_the_call_made_once_more() {
    let shop = Shop::open().await;
    let before = tokens(&shop.sandbox);
    shop.sandbox.faults().revoke_tokens();
    assert!(shop.settle().await.unwrap().success);
    assert_eq!(tokens(&shop.sandbox), before + 1);
    assert_eq!(shop.executions(), 2, "refused with 401, then carried out");
    assert_eq!(shop.sandbox.transactions().len(), 1);
    shop.assert_paid_once();
}

#[tokio::test]
async fn a_token_that_ends_before_it_was_said_to_is_replaced() {
    let clock = SandboxClock::at(UnixSeconds::from_secs(1_750_000_000));
    let sandbox = Sandbox::builder().manual_mining().manual_clock(clock.clone()).start().await.unwrap();
    sandbox.faults().token_lifetime(Duration::from_secs(10));
    sandbox.faults().on("POST", TOKEN).always(Fault::expires_in(3600));
    let client = client(&sandbox);
    list(&client, &sandbox).await.unwrap();
    clock.advance(Duration::from_secs(10));
    assert_eq!(list(&client, &sandbox).await.unwrap(), 1);
    assert_eq!(tokens(&sandbox), 2);
    assert_eq!(sandbox.requests().of("GET", WALLETS), 3);
}

#[tokio::test]
async fn a_second_401_is_the_answer() {
    let shop = Shop::open().await;
    let client = ready(&shop.sandbox).await;
    let before = tokens(&shop.sandbox);
    shop.executing().always(Fault::Answer(Answer::error(401, "UnauthenticatedError")));
    let error = shop.execute(&client).await.unwrap_err();
    assert!(error.is_unauthenticated() && !error.may_have_acted());
    assert_eq!((shop.executions(), tokens(&shop.sandbox)), (2, before + 1));
    assert!(shop.sandbox.transactions().is_empty());
}

#[tokio::test]
async fn a_token_that_is_refused_is_not_asked_for_again_and_the_call_is_not_sent() {
    for (status, kind) in [(400, "INVALID_PARAMETERS_ERROR"), (401, "UnauthenticatedError"), (403, "UnauthorizedError")]
    {
        let sandbox = start().await;
        let fault = Fault::Answer(Answer::error(status, kind));
        let client = client(&sandbox);
        let (outcome, sent) = struck(&sandbox, ("POST", TOKEN), fault, list(&client, &sandbox)).await;
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), error.reach()), (ErrorKind::Status, Reach::NotSent));
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert_eq!(error.to_string(), format!("POST /token: answered {status} ({kind})"));
        assert_eq!((sent, sandbox.requests().total()), (1, 1));
        // Whoever comes later starts anew.
        assert_eq!(list(&client, &sandbox).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn a_token_that_is_not_to_be_had_just_now_is_asked_for_again() {
    for fault in [
        Fault::Answer(Answer::error(503, "ERR_DATABASE").retryable().data(json!({"sourceCode": "ECONNREFUSED"}))),
        Fault::Answer(Answer::html(502)),
        Fault::Answer(Answer::error(429, "RateLimitError").retry_after_seconds(1)),
        Fault::Reset { after: false },
        Fault::Reset { after: true },
        Fault::CutBody,
        Fault::Hang { after: false },
    ] {
        let sandbox = start().await;
        let client = client(&sandbox);
        let (listed, sent) = struck(&sandbox, ("POST", TOKEN), fault, list(&client, &sandbox)).await;
        assert_eq!((listed.unwrap(), sent), (1, 2));
    }
}

#[tokio::test]
async fn without_a_token_an_execution_is_not_sent_and_cannot_have_acted() {
    let shop = Shop::open().await;
    shop.sandbox.faults().on("POST", TOKEN).always(Fault::Answer(Answer::empty(503)));
    let error = shop.execute(&client(&shop.sandbox)).await.unwrap_err();
    assert_eq!(error.reach(), Reach::NotSent);
    assert!(!error.may_have_acted());
    assert_eq!(shop.sandbox.requests().of("POST", EXECUTE), 0);
}

#[tokio::test]
async fn a_token_that_cannot_be_read_is_an_error_of_the_token_call() {
    for fault in [Fault::EmptyBody, Fault::TruncatedBody, Fault::Edit(vec![Edit::remove("/access_token")])] {
        let sandbox = start().await;
        let client = client(&sandbox);
        let (outcome, sent) = struck(&sandbox, ("POST", TOKEN), fault, list(&client, &sandbox)).await;
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), error.reach(), sent), (ErrorKind::Decode, Reach::NotSent, 1));
        assert_eq!(error.to_string(), "POST /token: the answer could not be read");
    }
}
