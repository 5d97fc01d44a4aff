//! Webhook endpoints, and the callback URLs of contract methods that make some.

use reqwest::Method;
use serde_json::{Value, json};
use x402_oneshot::sandbox::Sandbox;

use super::deliveries::list;
use super::receiver::{key, told};
use crate::harness::{Api, NOW};

#[tokio::test]
async fn an_endpoint_has_all_members_and_keeps_its_url() {
    let api = Api::start().await;
    let all = api.business("/webhooks/endpoints");
    let new = json!({"destinationUrl": "https://shop.example/hook", "name": "shop"});
    let created = api.post(&all, new).await;
    assert_eq!(key(&created).len(), 44);
    let expected = json!({
        "id": created["id"],
        "destinationUrl": "https://shop.example/hook",
        "businessId": api.sandbox.business_id(),
        "userId": null,
        "name": "shop",
        "description": "",
        "publicKey": created["publicKey"],
        "verified": false,
        "lastPing": null,
        "lastPingStatus": false,
        "deleted": false,
        "updated": NOW,
        "created": NOW,
    });
    assert_eq!(created, expected);
    let path = format!("/webhooks/endpoints/{}", created["id"].as_str().unwrap());
    assert_eq!(api.get(&path).await, created);
    assert_eq!(list(&api, &all).await, [created]);
    assert!(list(&api, &format!("{path}/webhooks")).await.is_empty());

    let change = json!({"name": "stall", "description": "on the market", "destinationUrl": "https://evil.example/"});
    let (status, changed) = api.ask(Method::PUT, &path, Some(change)).await;
    assert_eq!((status, &changed["name"], &changed["description"]), (200, &json!("stall"), &json!("on the market")));
    assert_eq!(changed["destinationUrl"], "https://shop.example/hook");

    let (status, answer) = api.ask(Method::DELETE, &path, None).await;
    assert_eq!((status, answer), (200, json!({"success": true})));
    for method in [Method::GET, Method::DELETE] {
        assert_eq!(api.ask(method, &path, None).await.0, 404);
    }
    assert_eq!(api.ask(Method::PUT, &format!("{path}/rotate"), None).await.0, 404);
    assert!(list(&api, &all).await.is_empty());
}

#[tokio::test]
async fn only_a_url_for_http_makes_an_endpoint_or_a_callback() {
    let api = Api::start().await;
    for url in ["", "shop.example/hook", "ftp://shop.example/", "file:///etc/passwd", "http://", "http://[::1"] {
        let new = json!({"destinationUrl": url, "name": "shop"});
        let (status, answer) = api.ask(Method::POST, &api.business("/webhooks/endpoints"), Some(new)).await;
        assert_eq!((status, &answer["data"]["parameterName"]), (422, &json!("destinationUrl")), "{url}");
        let mut declaration = api.declaration("name", json!([]));
        declaration["callbackUrl"] = json!(url);
        let (status, answer) = api.ask(Method::POST, &api.business("/methods"), Some(declaration)).await;
        assert_eq!((status, &answer["data"]["parameterName"]), (422, &json!("callbackUrl")), "{url}");
    }
    assert!(list(&api, &api.business("/methods")).await.is_empty());
}

#[tokio::test]
async fn a_url_has_one_key_which_all_who_use_it_show_also_when_it_is_rotated() {
    let api = Api::start().await;
    let (one, other) = (told(&api, "http://127.0.0.1/a").await, told(&api, "http://127.0.0.1/a").await);
    let elsewhere = told(&api, "http://127.0.0.1/b").await;
    assert_eq!(one["callbackUrl"], "http://127.0.0.1/a");
    assert_eq!(key(&one), key(&other));
    assert_ne!(key(&one), key(&elsewhere));
    let [endpoint, _] = list(&api, &api.business("/webhooks/endpoints")).await.try_into().unwrap();
    assert_eq!((key(&endpoint), &endpoint["destinationUrl"]), (key(&one), &one["callbackUrl"]));

    let path = format!("/webhooks/endpoints/{}/rotate", endpoint["id"].as_str().unwrap());
    let (status, rotated) = api.ask(Method::PUT, &path, None).await;
    assert_eq!(status, 200);
    assert_ne!(key(&rotated), key(&endpoint));
    for method in [&one, &other] {
        assert_eq!(key(&now(&api, method).await), key(&rotated));
    }
    assert_eq!(key(&now(&api, &elsewhere).await), key(&elsewhere));
}

#[tokio::test]
async fn a_callback_is_a_trigger_which_goes_when_the_callback_is_cleared() {
    let api = Api::start().await;
    let triggers = api.business("/webhooks/triggers");
    let method = told(&api, "http://127.0.0.1/a").await;
    let path = format!("/methods/{}", method["id"].as_str().unwrap());
    let [trigger] = list(&api, &triggers).await.try_into().unwrap();
    assert_eq!(trigger["contractMethodIds"], json!([method["id"]]));
    assert_eq!(trigger["events"], json!(["TransactionExecutionFailure", "TransactionExecutionSuccess"]));

    // Nothing is said of the callback, so that nothing changes.
    api.ask(Method::PUT, &path, Some(json!({"name": "other"}))).await;
    assert_eq!(list(&api, &triggers).await, [trigger]);

    let (_, moved) = api.ask(Method::PUT, &path, Some(json!({"callbackUrl": "http://127.0.0.1/b"}))).await;
    assert_ne!(key(&moved), key(&method));
    let [trigger] = list(&api, &triggers).await.try_into().unwrap();
    let endpoint = api.get(&format!("/webhooks/endpoints/{}", trigger["endpointId"].as_str().unwrap())).await;
    assert_eq!(endpoint["destinationUrl"], "http://127.0.0.1/b");

    let (_, cleared) = api.ask(Method::PUT, &path, Some(json!({"callbackUrl": null}))).await;
    assert_eq!((&cleared["callbackUrl"], &cleared["publicKey"]), (&Value::Null, &Value::Null));
    assert!(list(&api, &triggers).await.is_empty());
    assert_eq!(list(&api, &api.business("/webhooks/endpoints")).await.len(), 2);
}

#[tokio::test]
async fn keys_are_the_same_at_every_start_with_a_seed_and_others_without() {
    let mut keys = Vec::new();
    for seed in [Some(7), Some(7), Some(8), None] {
        let builder = Sandbox::builder().manual_mining();
        let api = Api::with(if let Some(seed) = seed { builder.seed(seed) } else { builder }).await;
        keys.push(key(&told(&api, "http://127.0.0.1/a").await).to_owned());
    }
    assert_eq!(keys[0], keys[1]);
    assert_ne!(keys[1], keys[2]);
    assert!(!keys[..3].contains(&keys[3]));
}

async fn now(api: &Api, method: &Value) -> Value {
    api.get(&format!("/methods/{}", method["id"].as_str().unwrap())).await
}
