//! Contract events: what is kept of them, and what is found in the logs.

use std::time::Duration;

use alloy_primitives::B256;
use reqwest::Method;
use serde_json::{Value, json};

use crate::batch::Batcher;
use crate::harness::{Api, NOW, Overload, SELLER};

fn transfers(api: &Api) -> Value {
    json!({
        "chainId": api.sandbox.chain_id(),
        "contractAddress": api.sandbox.token_address(),
        "name": "Payments",
        "description": "Who was paid",
        "eventName": "Transfer",
    })
}

async fn create(api: &Api, event: Value) -> Value {
    api.post(&api.business("/events"), event).await
}

fn path(event: &Value) -> String {
    format!("/events/{}", event["id"].as_str().unwrap())
}

/// Two payments, a second and a block apart; gives their transactions.
async fn pay_twice(api: &Api) -> [Value; 2] {
    let method = api.create_overload(Overload::Bytes).await;
    let mut paid = Vec::new();
    for nonce in 1..=2 {
        let mut authorization = api.authorization();
        authorization.nonce = B256::with_last_byte(nonce);
        if nonce == 2 {
            authorization.to = api.sandbox.token_address();
        }
        let params = Overload::Bytes.params(&authorization, api.sandbox.buyer_key().expose());
        paid.push(api.execute(&method, params).await);
        api.clock.advance(Duration::from_secs(1));
    }
    paid.try_into().unwrap()
}

#[tokio::test]
async fn an_event_is_kept_with_its_topic_and_parameters() {
    let api = Api::start().await;
    let event = create(&api, transfers(&api)).await;
    assert_eq!(event["topicHash"], "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");
    let topic = |name: &str, indexed: bool| json!({"name": name, "indexed": indexed});
    assert_eq!(event["topics"], json!([topic("from", true), topic("to", true), topic("value", false)]));
    assert_eq!(api.get(&path(&event)).await, event);

    let (status, renamed) = api.ask(Method::PUT, &path(&event), Some(json!({"name": "Income"}))).await;
    assert_eq!((status, &renamed["name"]), (200, &json!("Income")));
    assert_eq!(renamed["description"], event["description"]);
    assert_eq!(api.get(&path(&event)).await, renamed);
}

#[tokio::test]
async fn events_are_listed_by_what_they_are_and_deleted_ones_on_request() {
    let api = Api::start().await;
    let kept = create(&api, transfers(&api)).await;
    let mut other = transfers(&api);
    (other["eventName"], other["name"]) = (json!("AuthorizationUsed"), json!("Nonces"));
    let deleted = create(&api, other).await;
    let (status, answer) = api.ask(Method::DELETE, &path(&deleted), None).await;
    assert_eq!((status, answer), (200, json!({"success": true})));
    let token = api.sandbox.token_address();
    for (query, found) in [
        (String::new(), vec![&kept]),
        ("status=active".to_owned(), vec![&kept]),
        ("status=deleted".to_owned(), vec![&deleted]),
        ("status=all".to_owned(), vec![&kept, &deleted]),
        ("status=all&name=Nonce".to_owned(), vec![&deleted]),
        ("eventName=Transfer&chainId=84532".to_owned(), vec![&kept]),
        ("eventName=AuthorizationUsed".to_owned(), vec![]),
        (format!("contractAddress={token}"), vec![&kept]),
        (format!("contractAddress={SELLER}"), vec![]),
        ("chainId=8453".to_owned(), vec![]),
    ] {
        let list = api.get(&api.business(&format!("/events?{query}"))).await;
        let ids: Vec<&Value> = list["response"].as_array().unwrap().iter().map(|event| &event["id"]).collect();
        let expected: Vec<&Value> = found.iter().map(|event| &event["id"]).collect();
        assert_eq!(ids, expected, "{query}");
    }
    for (method, path) in [
        (Method::GET, path(&deleted)),
        (Method::DELETE, path(&deleted)),
        (Method::POST, format!("{}/search", path(&deleted))),
    ] {
        assert_eq!(api.ask(method, &path, None).await.0, 404, "{path}");
    }
}

#[tokio::test]
async fn events_that_no_contract_has_are_refused() {
    let api = Api::start().await;
    for (member, value) in [
        ("chainId", json!(1)),
        ("contractAddress", json!(SELLER)),
        ("eventName", json!("transfer")),
        ("name", json!(null)),
    ] {
        let mut event = transfers(&api);
        event[member] = value;
        assert_eq!(api.ask(Method::POST, &api.business("/events"), Some(event)).await.0, 422, "{member}");
    }
}

#[tokio::test]
async fn a_search_finds_mined_logs_by_block_and_topic() {
    let api = Api::start().await;
    let event = create(&api, transfers(&api)).await;
    let search = format!("{}/search", path(&event));
    assert_eq!(api.post(&search, json!({})).await, json!({"logs": []}));

    let [first, second] = pay_twice(&api).await;
    // The body may be left out.
    let (status, all) = api.ask(Method::POST, &search, None).await;
    assert_eq!(status, 200);
    let logs = all["logs"].as_array().unwrap();
    let hashes: Vec<&Value> = logs.iter().map(|log| &log["transactionHash"]).collect();
    assert_eq!(hashes, [&first["transactionHash"], &second["transactionHash"]]);
    let log = &logs[0];
    assert_eq!((&log["eventName"], &log["removed"]), (&json!("Transfer"), &json!(false)));
    assert_eq!((&log["blockTimestamp"], &log["logIndex"]), (&json!(NOW), &json!(1)));
    let (buyer, seller) = (api.sandbox.buyer_address().to_string(), SELLER.to_string());
    assert_eq!(log["topics"], json!({"from": buyer, "to": seller, "value": "50000"}));

    let block = log["blockNumber"].as_u64().unwrap();
    assert_eq!(logs[1]["blockNumber"], block + 1);
    for (body, count) in [
        (json!({"startBlock": block + 1}), 1),
        (json!({"endBlock": block}), 1),
        (json!({"startBlock": block, "endBlock": block + 1}), 2),
        (json!({"startBlock": block + 2}), 0),
        (json!({"topics": {"to": seller.to_lowercase()}}), 1),
        (json!({"topics": {"from": buyer, "to": seller}, "endBlock": block}), 1),
        (json!({"topics": {"from": seller}}), 0),
    ] {
        let found = api.post(&search, body.clone()).await;
        assert_eq!(found["logs"].as_array().unwrap().len(), count, "{body}");
    }
    for wrong in [json!({"topics": {"value": "50000"}}), json!({"topics": {"who": "me"}}), json!({"startBlock": -1})] {
        assert_eq!(api.ask(Method::POST, &search, Some(wrong.clone())).await.0, 422, "{wrong}");
    }
}

#[tokio::test]
async fn what_failed_logged_nothing() {
    let api = Api::start().await;
    let event = create(&api, transfers(&api)).await;
    let method = api.create_overload(Overload::Bytes).await;
    let mut params = Overload::Bytes.params(&api.authorization(), api.sandbox.buyer_key().expose());
    params["value"] = json!("1");
    assert_eq!(api.execute(&method, params).await["status"], "Failed");
    assert_eq!(api.post(&format!("{}/search", path(&event)), json!({})).await, json!({"logs": []}));
}

#[tokio::test]
async fn a_search_that_finds_too_much_says_where_to_look_instead() {
    let batcher = Batcher::start().await;
    batcher.upgrade().await;
    let event = create(&batcher.api, transfers(&batcher.api)).await;
    let search = format!("{}/search", path(&event));
    // Transfers of nothing are logged too: 64 in each of 16 blocks.
    for _ in 0..16 {
        let items = (0..64).map(|index| batcher.transferring(index, 0)).collect();
        let done = batcher.execute(batcher.batch(items)).await;
        assert_eq!(done["status"], "Completed", "{done}");
    }
    let found = batcher.api.post(&search, json!({})).await;
    assert_eq!(found["logs"].as_array().unwrap().len(), 1000);
    assert_eq!(found["maxResults"], 1000);
    assert!(found["error"].is_string());

    let recommended = json!({"startBlock": found["startBlock"], "endBlock": found["endBlock"]});
    let found = batcher.api.post(&search, recommended).await;
    assert_eq!(found["logs"].as_array().unwrap().len(), 15 * 64);
    assert_eq!(found.get("error"), None);
}
