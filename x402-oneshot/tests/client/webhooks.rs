//! The management of webhooks.

use serde_json::{Value, json};
use x402_oneshot::api::{
    EventName, NewWebhookEndpoint, NewWebhookTrigger, UpdateWebhookEndpoint, UpdateWebhookTrigger, WebhookEndpoint,
    WebhookStatus, WebhookTrigger,
};
use x402_oneshot::{BusinessId, EndpointId, ErrorKind, MethodId, TriggerId};

use crate::support::{ID, Script, answer};

const OTHER: &str = "5d0f3e0c-9c1e-4d6a-8a3f-0e9a1b2c3d4e";

fn business() -> BusinessId {
    ID.parse().unwrap()
}

fn endpoint() -> EndpointId {
    ID.parse().unwrap()
}

fn trigger() -> TriggerId {
    ID.parse().unwrap()
}

fn method() -> MethodId {
    OTHER.parse().unwrap()
}

fn endpoint_row() -> Value {
    json!({
        "id": ID, "destinationUrl": "https://shop.example/1shot", "businessId": ID, "userId": null, "name": "shop",
        "description": "", "publicKey": "MCowBQYDK2VwAyEAb", "verified": true, "lastPing": 1_760_000_000,
        "lastPingStatus": true, "deleted": false, "updated": 1_760_000_001, "created": 1_759_999_000,
    })
}

fn trigger_row() -> Value {
    json!({
        "id": ID, "endpointId": OTHER, "businessId": ID, "userId": null, "name": "t", "description": "",
        "events": ["TransactionExecutionSuccess", "SomethingNew"], "contractMethodIds": [OTHER], "service": null,
        "deleted": false, "updated": 1_760_000_001, "created": 1_759_999_000,
    })
}

fn page(row: &Value) -> String {
    json!({"response": [row], "page": 1, "pageSize": 25, "totalResults": 1}).to_string()
}

fn lines(script: &Script) -> Vec<String> {
    script.api_calls().into_iter().map(|call| call.line).collect()
}

#[tokio::test(start_paused = true)]
async fn event_names_not_known_here_are_kept() {
    let body = r#"{"events":["TransactionExecutionFailure","ChainHalted"]}"#;
    let script = Script::new().call(answer(200, body));
    let events = script.client().webhooks().events().await.unwrap();
    assert_eq!(events, [EventName::TransactionExecutionFailure, EventName::Other("ChainHalted".to_owned())]);
    assert_eq!(lines(&script), ["GET /v0/webhooks"]);
}

#[tokio::test(start_paused = true)]
async fn endpoints_are_listed_made_read_changed_rotated_and_deleted() {
    let row = endpoint_row().to_string();
    let script = Script::new().calls([
        answer(200, page(&endpoint_row())),
        answer(200, row.as_str()),
        answer(200, row.as_str()),
        answer(200, row.as_str()),
        answer(200, row.as_str()),
        answer(200, r#"{"success":true}"#),
    ]);
    let client = script.client();
    let endpoints = client.webhooks().endpoints();
    let listed = endpoints.list(business()).page(1).page_size(9).send().await.unwrap();
    let read = &listed.response[0];
    assert_eq!((read.destination_url.as_str(), read.verified), ("https://shop.example/1shot", true));
    assert_eq!(read.last_ping_seconds, Some(1_760_000_000));
    let new = NewWebhookEndpoint::new("https://shop.example/1shot?k=a&b", "shop é");
    endpoints.create(business(), &new.description("d")).await.unwrap();
    endpoints.get(endpoint()).await.unwrap();
    endpoints.update(endpoint(), &UpdateWebhookEndpoint::new().name("n").description("d")).await.unwrap();
    let rotated = endpoints.rotate(endpoint()).await.unwrap();
    assert_eq!(rotated.public_key.as_deref(), Some("MCowBQYDK2VwAyEAb"));
    endpoints.delete(endpoint()).await.unwrap();

    assert_eq!(
        lines(&script),
        [
            format!("GET /v0/business/{ID}/webhooks/endpoints?page=1&pageSize=9"),
            format!("POST /v0/business/{ID}/webhooks/endpoints"),
            format!("GET /v0/webhooks/endpoints/{ID}"),
            format!("PUT /v0/webhooks/endpoints/{ID}"),
            format!("PUT /v0/webhooks/endpoints/{ID}/rotate"),
            format!("DELETE /v0/webhooks/endpoints/{ID}"),
        ]
    );
    let bodies: Vec<_> = script.api_calls().into_iter().map(|call| call.body).collect();
    let made = r#"{"destinationUrl":"https://shop.example/1shot?k=a&b","name":"shop é","description":"d"}"#;
    assert_eq!(bodies, ["", made, "", r#"{"name":"n","description":"d"}"#, "", ""]);
}

#[tokio::test(start_paused = true)]
async fn a_trigger_says_event_names_where_its_answer_says_events() {
    let row = trigger_row().to_string();
    let script = Script::new().calls([
        answer(200, page(&trigger_row())),
        answer(200, row.as_str()),
        answer(200, row.as_str()),
        answer(200, row.as_str()),
        answer(200, ""),
    ]);
    let client = script.client();
    let triggers = client.webhooks().triggers();
    let listed = triggers.list(business()).send().await.unwrap();
    let read = &listed.response[0];
    assert_eq!(read.events, [EventName::TransactionExecutionSuccess, EventName::Other("SomethingNew".to_owned())]);
    assert_eq!((read.contract_method_ids.as_slice(), read.endpoint_id), ([method()].as_slice(), OTHER.parse().ok()));
    let new = NewWebhookTrigger::new(endpoint(), "t").event(EventName::TransactionExecutionSuccess).method(method());
    triggers.create(business(), &new).await.unwrap();
    triggers.update(trigger(), &UpdateWebhookTrigger::new().name("n").methods([])).await.unwrap();
    let update = UpdateWebhookTrigger::new().endpoint(endpoint()).events([EventName::InvoiceCreated]);
    triggers.update(trigger(), &update.description("d")).await.unwrap();
    triggers.delete(trigger()).await.unwrap();

    assert_eq!(
        lines(&script),
        [
            format!("GET /v0/business/{ID}/webhooks/triggers"),
            format!("POST /v0/business/{ID}/webhooks/triggers"),
            format!("PUT /v0/webhooks/triggers/{ID}"),
            format!("PUT /v0/webhooks/triggers/{ID}"),
            format!("DELETE /v0/webhooks/triggers/{ID}"),
        ]
    );
    let calls = script.api_calls();
    let body = |n: usize| serde_json::from_str::<Value>(&calls[n].body).unwrap();
    assert_eq!(
        body(1),
        json!({
            "endpointId": ID, "eventNames": ["TransactionExecutionSuccess"], "contractMethodIds": [OTHER],
            "transactionIds": [], "name": "t",
        })
    );
    assert_eq!(body(2), json!({"name": "n", "contractMethodIds": []}));
    assert_eq!(body(3), json!({"endpointId": ID, "eventNames": ["InvoiceCreated"], "description": "d"}));
}

#[tokio::test(start_paused = true)]
async fn deliveries_and_attempts_are_listed_in_every_shape() {
    let webhook = json!({
        "id": OTHER, "endpointId": ID, "eventName": "TransactionExecutionSuccess",
        "content": "{\"a\":1}", "status": "Retrying", "deleted": false, "updated": 2, "created": 1,
    });
    let mut unlike = webhook.clone();
    unlike["content"] = json!({"a": 1});
    unlike["status"] = json!("Lost");
    let attempt = json!({
        "id": ID, "webhookId": OTHER, "apiVersion": 0, "httpResponse": 503, "clientResponse": "busy",
        "signature": "c2ln", "timestamp": 1_760_000_000,
    });
    let bare = json!({"id": ID, "httpResponse": null, "clientResponse": null});
    let script = Script::new().calls([
        answer(200, page(&webhook)),
        answer(200, page(&unlike)),
        answer(200, page(&attempt)),
        answer(200, page(&bare)),
    ]);
    let client = script.client();
    let webhooks = client.webhooks();
    let first = webhooks.endpoints().deliveries(endpoint()).page(3).send().await.unwrap().response.remove(0);
    assert_eq!((first.content.as_str(), first.status), (r#"{"a":1}"#, WebhookStatus::Retrying));
    let unlike = webhooks.endpoints().deliveries(endpoint()).send().await.unwrap().response.remove(0);
    assert_eq!((unlike.content.as_str(), unlike.status), (r#"{"a":1}"#, WebhookStatus::Other("Lost".to_owned())));
    let attempt = webhooks.attempts(first.id).page_size(2).send().await.unwrap().response.remove(0);
    assert_eq!((attempt.http_status, attempt.client_response.as_str()), (Some(503), "busy"));
    assert_eq!((attempt.api_version, attempt.timestamp_seconds), (Some(0), Some(1_760_000_000)));
    let bare = webhooks.attempts(first.id).send().await.unwrap().response.remove(0);
    assert_eq!((bare.http_status, bare.client_response.as_str(), bare.signature), (None, "", None));
    assert_eq!(
        lines(&script),
        [
            format!("GET /v0/webhooks/endpoints/{ID}/webhooks?page=3"),
            format!("GET /v0/webhooks/endpoints/{ID}/webhooks"),
            format!("GET /v0/webhooks/{OTHER}/attempts?pageSize=2"),
            format!("GET /v0/webhooks/{OTHER}/attempts"),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_key_is_rotated_once_whatever_happens() {
    let script = Script::new().call(answer(504, ""));
    let error = script.client().webhooks().endpoints().rotate(endpoint()).await.unwrap_err();
    assert!(error.may_have_acted());
    assert_eq!((error.kind(), script.api_calls().len()), (ErrorKind::Status, 1));
}

#[test]
fn members_that_newer_generations_add_may_be_missing() {
    let bare: WebhookEndpoint = serde_json::from_value(json!({"id": ID, "destinationUrl": "x"})).unwrap();
    assert_eq!((bare.public_key, bare.last_ping_seconds, bare.verified), (None, None, false));
    let bare: WebhookTrigger = serde_json::from_value(json!({"id": ID})).unwrap();
    assert_eq!((bare.endpoint_id, bare.events), (None, vec![]));
}
