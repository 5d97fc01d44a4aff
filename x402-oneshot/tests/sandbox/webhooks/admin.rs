//! What goes wrong with webhooks, said over HTTP.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::Instant;
use x402_oneshot::sandbox::faults::When;
use x402_oneshot::sandbox::{Sandbox, WebhookFault};
use x402_oneshot::webhook::{CanonicalForm, PublicKey, Verifier, VerifyError};

use super::receiver::{Receiver, key, pay, told, verifier};
use crate::admin::{admin, documented, post};
use crate::harness::Api;

/// A sandbox that tries a webhook twice, who is told there, and the method it is told of.
async fn start() -> (Api, Receiver, Value) {
    let api = Api::with(Sandbox::builder().manual_mining().webhook_retries([Duration::ZERO]).admin()).await;
    let receiver = Receiver::start().await;
    let method = told(&api, &receiver.url).await;
    (api, receiver, method)
}

/// As [`start`], where this goes wrong once, and with a payment that was made then and not yet mined.
async fn with(fault: Value) -> (Api, Receiver, Value, String) {
    let (api, receiver, method) = start().await;
    post(&api, "/webhooks/faults", json!({"fault": fault, "when": {"times": 1}})).await;
    let payment = pay(&api, &method, 1).await;
    (api, receiver, method, payment)
}

async fn mine(api: &Api) {
    post(api, "/mine", json!({})).await;
}

async fn get(api: &Api, path: &str) -> Value {
    let (status, answer) = admin(api, Method::GET, path, None).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

#[tokio::test]
async fn a_bad_signature_and_an_old_timestamp_are_sent_once() {
    for fault in [json!("badSignature"), json!({"stale": 3_600_000})] {
        let (api, mut receiver, method, _) = with(fault.clone()).await;
        mine(&api).await;
        let verifier = verifier(&api, &method);
        let bad = receiver.next().await;
        let refused = verifier.verify(bad.body.as_bytes()).await.unwrap_err();
        let expected = match &fault {
            Value::String(_) => matches!(refused, VerifyError::SignatureMismatch),
            _ => matches!(refused, VerifyError::TooOld { seconds: 3600 }),
        };
        assert!(expected, "{fault} {refused}");
        bad.answer(401);
        assert!(verifier.verify(receiver.next().await.body.as_bytes()).await.is_ok(), "{fault}");
    }
}

#[tokio::test]
async fn a_duplicate_is_in_the_documented_record_of_deliveries() {
    let (api, receiver, _, payment) = with(json!("duplicate")).await;
    receiver.answer(200);
    mine(&api).await;
    let record = get(&api, "/webhooks/deliveries?settled=true").await;
    let delivery = &record["deliveries"][0];
    assert_eq!((&delivery["status"], &delivery["transactionId"]), (&json!("Success"), &json!(payment)));
    assert_eq!(delivery["attempts"].as_array().unwrap().len(), 2);

    let [.., shown] = documented();
    let names = |of: &Value| of.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(delivery), names(&shown));
    let (attempt, shown) = (&delivery["attempts"][0], &shown["attempts"][0]);
    assert_eq!(names(attempt), names(shown));
    assert_eq!((&attempt["status"], &attempt["answer"]), (&json!(200), &json!("this is 200")));
}

#[tokio::test]
async fn a_delayed_webhook_is_late_and_deliveries_are_told_when_it_has_arrived() {
    let (api, receiver, ..) = with(json!({"delayed": 1000})).await;
    receiver.answer(200);
    let mined = Instant::now();
    mine(&api).await;
    assert_eq!(get(&api, "/webhooks/deliveries").await["deliveries"][0]["status"], "Unsent");
    let record = get(&api, "/webhooks/deliveries?settled=true").await;
    assert_eq!(record["deliveries"][0]["status"], "Success");
    assert!(mined.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn an_early_webhook_is_out_before_anybody_mined() {
    let (api, receiver, method) = start().await;
    receiver.answer(200);
    post(&api, "/webhooks/faults", json!({"fault": "early", "when": {"times": 1}})).await;
    let payment = pay(&api, &method, 1).await;
    let record = get(&api, "/webhooks/deliveries").await;
    assert_eq!(record["deliveries"][0]["transactionId"], payment);
    assert_ne!(record["deliveries"][0]["status"], "Unsent");
}

#[tokio::test]
async fn shape_and_form_are_switched_each_alone() {
    let (api, mut receiver, method) = start().await;
    assert_eq!(get(&api, "/webhooks").await, json!({"shape": "legacy", "form": "ecmaScript", "faults": []}));
    let known: PublicKey = key(&method).parse().unwrap();
    let lenient = Verifier::builder(known).clock(api.clock.clone()).accept_python_form().build();
    for (nonce, switch, id, form) in [
        (1, json!({}), "transactionExecutionId", CanonicalForm::EcmaScript),
        (2, json!({"shape": "relayer"}), "transactionId", CanonicalForm::EcmaScript),
        (3, json!({"form": "python"}), "transactionId", CanonicalForm::Python),
        (4, json!({"shape": "legacy"}), "transactionExecutionId", CanonicalForm::Python),
    ] {
        post(&api, "/webhooks", switch.clone()).await;
        let payment = pay(&api, &method, nonce).await;
        mine(&api).await;
        let call = receiver.next().await;
        assert_eq!(call.json()["data"][id], payment, "{switch}");
        assert_eq!(lenient.verify(call.body.as_bytes()).await.unwrap().form(), form, "{switch}");
    }
    let switched = get(&api, "/webhooks").await;
    assert_eq!((&switched["shape"], &switched["form"]), (&json!("legacy"), &json!("python")));
}

#[tokio::test]
async fn a_url_gets_another_key_if_an_endpoint_has_it() {
    let (api, mut receiver, method) = start().await;
    post(&api, "/webhooks/rotate", json!({"url": receiver.url})).await;
    let shown = api.get(&format!("/methods/{}", method["id"].as_str().unwrap())).await;
    assert_ne!(key(&shown), key(&method));
    pay(&api, &method, 1).await;
    mine(&api).await;
    let call = receiver.next().await;
    assert!(call.is_signed_by(key(&shown)) && !call.is_signed_by(key(&method)));

    let unknown = json!({"url": "http://127.0.0.1:9/elsewhere"});
    assert_eq!(admin(&api, Method::POST, "/webhooks/rotate", Some(unknown)).await.0, 422);
}

#[tokio::test]
async fn the_documented_faults_are_taken_listed_as_they_came_and_cleared() {
    let (api, ..) = start().await;
    let [.., faults, _] = documented();
    let faults = faults.as_array().unwrap();
    for fault in faults {
        serde_json::from_value::<WebhookFault>(fault["fault"].clone()).unwrap();
        post(&api, "/webhooks/faults", fault.clone()).await;
    }
    let mut listed = get(&api, "/webhooks").await["faults"].take();
    for fault in listed.as_array_mut().unwrap() {
        assert_eq!(fault.as_object_mut().unwrap().remove("seen"), Some(json!(0)));
    }
    assert_eq!(listed.as_array().unwrap(), faults);
    assert_eq!(admin(&api, Method::DELETE, "/webhooks/faults", None).await.0, 200);
    assert_eq!(get(&api, "/webhooks").await["faults"], json!([]));
}

#[tokio::test]
async fn what_is_wrong_or_too_much_is_refused_and_changes_nothing() {
    let (api, ..) = start().await;
    for (path, body) in [
        ("/webhooks", json!({"shape": "newest"})),
        ("/webhooks", json!({"shapes": "legacy"})),
        ("/webhooks/faults", json!({"fault": "late", "when": "always"})),
        ("/webhooks/faults", json!({"fault": "early"})),
        ("/webhooks/faults", json!({"fault": {"stale": -1}, "when": "always"})),
        ("/webhooks/faults", json!({"fault": "early", "when": "always", "seen": 1})),
    ] {
        assert_eq!(admin(&api, Method::POST, path, Some(body.clone())).await.0, 422, "{path} {body}");
    }
    let fault = json!({"fault": "early", "when": "always"});
    let plain = api.bare(Method::POST, "/../_sandbox/webhooks/faults").header("content-type", "text/plain");
    assert_eq!(Api::send(plain.body(fault.to_string())).await.0, 400, "a web page could send this unasked");
    assert_eq!(get(&api, "/webhooks").await["faults"], json!([]));

    for _ in 0..1000 {
        api.sandbox.webhooks().inject(WebhookFault::Early, When::Always);
    }
    assert_eq!(admin(&api, Method::POST, "/webhooks/faults", Some(fault)).await.0, 422);
}
