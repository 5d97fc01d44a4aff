//! Webhook triggers.

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::deliveries::list;
use super::receiver::{Receiver, pay, told};
use crate::harness::{Api, NOW};

async fn endpoint(api: &Api, url: &str) -> Value {
    api.post(&api.business("/webhooks/endpoints"), json!({"destinationUrl": url, "name": "shop"})).await["id"].clone()
}

#[tokio::test]
async fn the_events_are_those_of_the_api() {
    let api = Api::start().await;
    let events = json!([
        "TransactionExecutionFailure",
        "TransactionExecutionSuccess",
        "EscrowWalletLowBalanceDetected",
        "EscrowWalletDepositConfirmed",
        "BusinessUserCreated",
        "BusinessUserDeleted",
        "InvoiceCreated",
    ]);
    assert_eq!(api.get("/webhooks").await, json!({ "events": events }));
}

#[tokio::test]
async fn a_trigger_is_asked_for_by_event_names_and_shows_events() {
    let api = Api::start().await;
    let all = api.business("/webhooks/triggers");
    let endpoint = endpoint(&api, "http://127.0.0.1/a").await;
    let new = json!({
        "endpointId": endpoint,
        "eventNames": ["TransactionExecutionSuccess"],
        // The Node client sends it, because the specification requires it.
        "transactionIds": [],
        "name": "paid",
    });
    let created = api.post(&all, new).await;
    let expected = json!({
        "id": created["id"],
        "endpointId": endpoint,
        "businessId": api.sandbox.business_id(),
        "userId": null,
        "name": "paid",
        "description": "",
        "events": ["TransactionExecutionSuccess"],
        "contractMethodIds": [],
        "service": null,
        "deleted": false,
        "updated": NOW,
        "created": NOW,
    });
    assert_eq!(created, expected);
    assert_eq!(list(&api, &all).await, std::slice::from_ref(&created));

    let path = format!("/webhooks/triggers/{}", created["id"].as_str().unwrap());
    let change = json!({"eventNames": ["InvoiceCreated"], "description": "bills"});
    let (status, changed) = api.ask(Method::PUT, &path, Some(change)).await;
    assert_eq!((status, &changed["events"]), (200, &json!(["InvoiceCreated"])));
    assert_eq!((&changed["name"], &changed["description"]), (&json!("paid"), &json!("bills")));

    let (status, answer) = api.ask(Method::DELETE, &path, None).await;
    assert_eq!((status, answer), (200, json!({"success": true})));
    assert_eq!(api.ask(Method::DELETE, &path, None).await.0, 404);
    assert_eq!(api.ask(Method::PUT, &path, Some(json!({}))).await.0, 404);
}

#[tokio::test]
async fn what_a_trigger_names_must_be_there() {
    let api = Api::start().await;
    let good = json!({"endpointId": endpoint(&api, "http://127.0.0.1/a").await, "eventNames": [], "name": "n"});
    let created = api.post(&api.business("/webhooks/triggers"), good.clone()).await;
    let path = format!("/webhooks/triggers/{}", created["id"].as_str().unwrap());
    for (member, value) in [
        ("endpointId", json!(Uuid::nil())),
        ("eventNames", json!(["MoonLanding"])),
        ("contractMethodIds", json!([Uuid::nil()])),
    ] {
        let mut bad = good.clone();
        bad[member] = value.clone();
        let (status, answer) = api.ask(Method::POST, &api.business("/webhooks/triggers"), Some(bad)).await;
        assert_eq!((status, &answer["data"]["parameterName"]), (422, &json!(member)));
        let (status, answer) = api.ask(Method::PUT, &path, Some(json!({ member: value }))).await;
        assert_eq!((status, &answer["data"]["parameterName"]), (422, &json!(member)));
    }
    assert_eq!(api.get(&api.business("/webhooks/triggers")).await["response"], json!([created]));
}

#[tokio::test]
async fn a_trigger_without_methods_hears_of_all_and_one_with_methods_of_those() {
    let (api, mut all, mut some) = (Api::start().await, Receiver::start().await, Receiver::start().await);
    let unheard = Receiver::start().await.answer(200);
    let (one, other) = (told(&api, &unheard).await, told(&api, &unheard).await);
    for (receiver, methods) in [(&all, json!([])), (&some, json!([other["id"]]))] {
        let new = json!({
            "endpointId": endpoint(&api, &receiver.url).await,
            "eventNames": ["TransactionExecutionSuccess"],
            "contractMethodIds": methods,
            "name": "paid",
        });
        api.post(&api.business("/webhooks/triggers"), new).await;
    }
    let first = pay(&api, &one, 1).await;
    // The authorization is used by then, so that this one fails, which nobody but the callback hears of.
    pay(&api, &other, 1).await;
    let third = pay(&api, &other, 2).await;
    api.sandbox.mine();

    let mut heard = [transaction(&mut all).await, transaction(&mut all).await];
    let mut expected = [first, third.clone()];
    heard.sort();
    expected.sort();
    assert_eq!(heard, expected);
    assert_eq!(transaction(&mut some).await, third);
    // Three callbacks, two for the trigger of all methods, one for the other.
    assert_eq!(api.sandbox.webhooks().settled().await.len(), 6);
}

async fn transaction(receiver: &mut Receiver) -> String {
    receiver.next().await.json()["data"]["transactionExecutionId"].as_str().unwrap().to_owned()
}
