//! Wallets are made, found, changed and deleted.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use x402_oneshot::sandbox::Sandbox;

use crate::harness::{Api, NOW};

async fn create(api: &Api, chain: u64, name: &str) -> Value {
    api.post(&api.business("/wallets"), json!({"chainId": chain, "name": name})).await
}

#[tokio::test]
async fn a_created_wallet_has_a_key_of_its_own_and_funds() {
    let api = Api::start().await;
    let created = create(&api, 8453, "till").await;
    let id: Uuid = created["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(id.get_version_num(), 4);
    assert_eq!(created["description"], "");
    assert_eq!((&created["created"], &created["updated"]), (&json!(NOW), &json!(NOW)));
    // What one generation of clients or another cannot do without.
    for member in [
        "accountAddress",
        "accountBalanceDetails",
        "businessId",
        "erc7702ContractAddress",
        "isAdmin",
        "permit2AuthorizedContractAddresses",
        "userId",
    ] {
        assert!(created.get(member).is_some(), "{member}");
    }
    let path = format!("/wallets/{id}");
    assert_eq!(api.get(&path).await, created);
    let balance = &api.get(&format!("{path}?includeBalances=true")).await["accountBalanceDetails"];
    assert_eq!((&balance["balance"], &balance["chainId"]), (&json!("1000000000000000000"), &json!(8453)));

    let other = create(&api, 8453, "till").await;
    assert_ne!(other["accountAddress"], created["accountAddress"]);
    assert_eq!(api.sandbox.wallets().last().unwrap().id.to_string(), other["id"].as_str().unwrap());
}

#[tokio::test]
async fn a_created_wallet_relays() {
    let api = Api::start().await;
    let wallet = create(&api, 84532, "till").await;
    let mut declaration = api.declaration("decimals", json!([]));
    declaration["walletId"] = wallet["id"].clone();
    let method = api.create(declaration).await;
    let done = api.execute(&method, json!({})).await;
    assert_eq!(done["status"], "Completed", "{done}");
    assert_eq!((&done["from"], &done["walletId"]), (&wallet["accountAddress"], &wallet["id"]));
}

#[tokio::test]
async fn wallets_are_found_by_chain_and_name_in_pages() {
    let api = Api::start().await;
    for number in 0..5 {
        create(&api, 8453, &format!("till & drawer {number}")).await;
    }
    for (query, count, first) in [
        ("", 11, "Sandbox wallet"),
        ("chainId=8453", 6, "Sandbox wallet on Base"),
        ("chainId=1", 0, ""),
        ("name=till", 5, "till & drawer 0"),
        ("name=till+%26+drawer+3", 1, "till & drawer 3"),
        ("name=till%20%26%20drawer%203", 1, "till & drawer 3"),
        ("name=till&chainId=137", 0, ""),
        ("name=till&page=2&pageSize=3", 5, "till & drawer 3"),
    ] {
        let list = api.get(&api.business(&format!("/wallets?{query}"))).await;
        assert_eq!(list["totalResults"], count, "{query}");
        assert_eq!(list["response"][0]["name"].as_str().unwrap_or_default(), first, "{query}");
    }
}

#[tokio::test]
async fn an_update_changes_what_it_names_and_null_changes_nothing() {
    let api = Api::start().await;
    let path = format!("/wallets/{}", api.sandbox.wallet_id());
    let before = api.get(&path).await;
    api.clock.advance(Duration::from_secs(5));
    let renamed = api.put(&path, json!({"name": "till", "description": null})).await;
    assert_eq!((&renamed["name"], &renamed["description"]), (&json!("till"), &before["description"]));
    assert_eq!((&renamed["created"], &renamed["updated"]), (&json!(NOW), &json!(NOW + 5)));
    let described = api.put(&path, json!({"description": "at the door"})).await;
    assert_eq!((&described["name"], &described["description"]), (&json!("till"), &json!("at the door")));
    assert_eq!(api.get(&path).await, described);
}

#[tokio::test]
async fn a_wallet_is_deleted_only_when_it_is_nearly_empty() {
    let api = Api::start().await;
    let path = format!("/wallets/{}", api.sandbox.wallet_id());
    let method = api.create(api.declaration("decimals", json!([]))).await;
    let (status, answer) = api.ask(Method::DELETE, &path, None).await;
    assert_eq!((status, &answer["type"]), (422, &json!("InvalidApiParametersError")));

    let other = api.sandbox.wallets()[1].address;
    api.post(&format!("{path}/transfer"), json!({"destinationAccountAddress": other})).await;
    api.sandbox.mine();
    let (status, answer) = api.ask(Method::DELETE, &path, None).await;
    assert_eq!((status, answer), (200, json!({"success": true})));

    for (verb, path, expected) in [
        (Method::GET, path.clone(), 404),
        (Method::DELETE, path.clone(), 404),
        (Method::POST, format!("/methods/{method}/execute"), 422),
    ] {
        assert_eq!(api.ask(verb, &path, Some(json!({"params": {}}))).await.0, expected, "{path}");
    }
    let networks: Vec<Value> = {
        let supported = api.get("/x402/supported").await;
        supported["kinds"].as_array().unwrap().iter().map(|kind| kind["network"].clone()).collect()
    };
    assert!(!networks.contains(&json!("eip155:84532")), "nobody is left to settle there");
}

#[tokio::test]
async fn what_is_no_wallet_is_refused() {
    let api = Api::start().await;
    let (wallets, wallet) = (api.business("/wallets"), format!("/wallets/{}", api.sandbox.wallet_id()));
    for (verb, path, body, member) in [
        (Method::POST, &wallets, json!({"chainId": 1, "name": "x"}), "chainId"),
        (Method::POST, &wallets, json!({"chainId": "base", "name": "x"}), "chainId"),
        (Method::POST, &wallets, json!({"chainId": 8453, "name": 1}), "name"),
        (
            Method::POST,
            &wallets,
            json!({"chainId": 8453, "name": "x", "lowBalanceThreshold": "-1"}),
            "lowBalanceThreshold",
        ),
        (Method::PUT, &wallet, json!({"lowBalanceThreshold": "much"}), "lowBalanceThreshold"),
    ] {
        let (status, answer) = api.ask(verb, path, Some(body)).await;
        assert_eq!((status, &answer["data"]["parameterName"]), (422, &json!(member)), "{path}");
    }
    assert_eq!(api.sandbox.wallets().len(), 6);
}

#[tokio::test]
async fn a_seed_repeats_the_wallets_too() {
    let addresses = async || {
        let api = Api::with(Sandbox::builder().seed(1)).await;
        create(&api, 137, "till").await;
        api.sandbox.wallets()
    };
    assert_eq!(addresses().await, addresses().await);
}
