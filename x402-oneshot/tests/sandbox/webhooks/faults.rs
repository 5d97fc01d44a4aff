//! What can be made to go wrong with webhooks, as a receiver meets it.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tokio::time::Instant;
use x402_oneshot::sandbox::faults::When;
use x402_oneshot::sandbox::{DeliveryStatus, Sandbox, WebhookFault};
use x402_oneshot::webhook::{CanonicalForm, PublicKey, Verifier, VerifyError};

use super::receiver::{Receiver, execution, key, pay, told, transfer, verifier};
use crate::harness::Api;

async fn impatient() -> Api {
    Api::with(Sandbox::builder().manual_mining().webhook_retries([Duration::ZERO])).await
}

#[tokio::test]
async fn a_bad_signature_is_refused_and_the_next_attempt_is_good() {
    let (api, mut receiver) = (impatient().await, Receiver::start().await);
    let method = told(&api, &receiver.url).await;
    api.sandbox.webhooks().inject(WebhookFault::BadSignature, When::Times(1));
    pay(&api, &method, 1).await;
    api.sandbox.mine();
    let verifier = verifier(&api, &method);

    let bad = receiver.next().await;
    let refused = verifier.verify(bad.body.as_bytes()).await.unwrap_err();
    assert!(matches!(refused, VerifyError::SignatureMismatch), "{refused}");
    bad.answer(refused.status().as_u16());
    let good = receiver.next().await;
    assert!(!verifier.verify(good.body.as_bytes()).await.unwrap().is_duplicate());
}

#[tokio::test]
async fn a_stale_timestamp_is_refused_however_well_it_is_signed() {
    let (api, mut receiver) = (impatient().await, Receiver::start().await);
    let method = told(&api, &receiver.url).await;
    api.sandbox.webhooks().inject(WebhookFault::Stale(Duration::from_secs(3600)), When::Always);
    pay(&api, &method, 1).await;
    api.sandbox.mine();
    let call = receiver.next().await;
    assert!(call.is_signed_by(key(&method)));
    let refused = verifier(&api, &method).verify(call.body.as_bytes()).await.unwrap_err();
    assert!(matches!(refused, VerifyError::TooOld { seconds: 3600 }), "{refused}");

    api.sandbox.webhooks().clear();
    call.answer(401);
    let call = receiver.next().await;
    assert!(verifier(&api, &method).verify(call.body.as_bytes()).await.is_ok());
}

#[tokio::test]
async fn a_duplicate_is_sent_although_the_first_was_taken() {
    let (api, mut receiver) = (impatient().await, Receiver::start().await);
    let method = told(&api, &receiver.url).await;
    // The second webhook of two.
    api.sandbox.webhooks().inject(WebhookFault::Duplicate, When::Every(2));
    let verifier = verifier(&api, &method);
    let mut seen = Vec::new();
    for (nonce, copies) in [(1, 1), (2, 2)] {
        pay(&api, &method, nonce).await;
        api.sandbox.mine();
        for _ in 0..copies {
            let call = receiver.next().await;
            seen.push(verifier.verify(call.body.as_bytes()).await.unwrap().is_duplicate());
            call.answer(200);
        }
    }
    assert_eq!(seen, [false, false, true]);
    let all = api.sandbox.webhooks().settled().await;
    let attempts: Vec<_> = all.iter().map(|delivery| (delivery.status, delivery.attempts.len())).collect();
    assert_eq!(attempts, [(DeliveryStatus::Success, 1), (DeliveryStatus::Success, 2)]);
}

#[tokio::test]
async fn a_delayed_webhook_comes_when_its_time_has_come() {
    let (api, mut receiver) = (impatient().await, Receiver::start().await);
    let method = told(&api, &receiver.url).await;
    let delay = Duration::from_millis(80);
    api.sandbox.webhooks().inject(WebhookFault::Delayed(delay), When::Times(1));
    let id = pay(&api, &method, 1).await;
    let mined = Instant::now();
    api.sandbox.mine();
    assert_eq!(api.get(&format!("/transactions/{id}")).await["status"], "Completed");
    receiver.next().await.answer(200);
    assert!(mined.elapsed() >= delay);
}

#[tokio::test]
async fn an_early_webhook_tells_of_a_transaction_that_execute_has_not_answered_for() {
    let (api, mut receiver) = (Arc::new(impatient().await), Receiver::start().await);
    let method = told(&api, &receiver.url).await;
    api.sandbox.webhooks().inject(WebhookFault::Early, When::Times(1));
    let executing = tokio::spawn({
        let (api, path, body) = (Arc::clone(&api), execution(&method), transfer(&api, 1));
        async move { api.ask(Method::POST, &path, Some(body)).await }
    });
    let call = receiver.next().await;
    assert!(!executing.is_finished());
    let told = call.json()["data"]["transactionExecutionId"].clone();
    call.answer(200);
    let (status, answer) = executing.await.unwrap();
    assert_eq!((status, &answer["id"], &answer["status"]), (200, &told, &json!("Pending")));
}

#[tokio::test]
async fn a_memo_that_is_not_ascii_is_signed_as_javascript_has_it_or_as_python_has_it() {
    let (api, mut receiver) = (impatient().await, Receiver::start().await);
    let method = told(&api, &receiver.url).await;
    let strict = verifier(&api, &method);
    let key: PublicKey = key(&method).parse().unwrap();
    let lenient = Verifier::builder(key).clock(api.clock.clone()).accept_python_form().build();
    for (nonce, form) in [(1, CanonicalForm::EcmaScript), (2, CanonicalForm::Python)] {
        api.sandbox.webhooks().set_form(form);
        pay(&api, &method, nonce).await;
        api.sandbox.mine();
        let call = receiver.next().await;
        assert_eq!(lenient.verify(call.body.as_bytes()).await.unwrap().form(), form);
        assert_eq!(strict.verify(call.body.as_bytes()).await.is_ok(), form == CanonicalForm::EcmaScript);
    }
}
