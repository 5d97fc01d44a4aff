//! The chains, and what is said of them.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use x402_oneshot::sandbox::Sandbox;

use crate::harness::{Api, Overload};

#[tokio::test]
async fn chains_are_listed_in_pages_with_their_currency() {
    let api = Api::start().await;
    let list = api.get("/chains").await;
    let ids: Vec<u64> = list["response"].as_array().unwrap().iter().map(|c| c["chainId"].as_u64().unwrap()).collect();
    assert_eq!(ids, [84532, 8453, 137, 80002, 43114, 43113]);
    assert_eq!(ids, api.sandbox.chain_ids());
    assert_eq!(
        list["response"][0],
        json!({
            "name": "Base Sepolia",
            "chainId": 84532,
            "averageBlockMiningTime": 2,
            "nativeCurrency": {"name": "Ether", "symbol": "ETH", "decimals": 18},
            "type": "Testnet",
        })
    );
    let second = api.get("/chains?page=2&pageSize=2").await;
    assert_eq!((&second["page"], &second["pageSize"], &second["totalResults"]), (&json!(2), &json!(2), &json!(6)));
    let polygon = &second["response"][0];
    assert_eq!((&polygon["name"], &polygon["type"]), (&json!("Polygon"), &json!("Mainnet")));
    assert_eq!(polygon["nativeCurrency"]["symbol"], "POL");
}

#[tokio::test]
async fn the_block_time_that_is_said_is_the_one_that_is_kept() {
    for (milliseconds, said) in [(500, json!(0.5)), (3000, json!(3))] {
        let api = Api::with(Sandbox::builder().block_time(Duration::from_millis(milliseconds))).await;
        assert_eq!(api.get("/chains").await["response"][0]["averageBlockMiningTime"], said);
    }
}

#[tokio::test]
async fn the_fees_are_what_a_transaction_offers() {
    let api = Api::start().await;
    let fees = api.get("/chains/8453/fees").await;
    assert_eq!(fees["gasPrice"], Value::Null);
    let method = api.create_overload(Overload::Bytes).await;
    let params = Overload::Bytes.params(&api.authorization(), api.sandbox.buyer_key().expose());
    let queued = api.post(&format!("/methods/{method}/execute"), json!({"params": params})).await;
    for fee in ["maxFeePerGas", "maxPriorityFeePerGas"] {
        assert!(fees[fee].is_string());
        assert_eq!(fees[fee], queued[fee], "{fee}");
    }
}

#[tokio::test]
async fn an_address_is_a_contract_where_there_is_code() {
    let api = Api::start().await;
    let token = api.sandbox.token_address();
    for (chain, address, is_contract) in
        [(84532, token, true), (8453, token, false), (84532, api.sandbox.buyer_address(), false)]
    {
        let answer = api.get(&format!("/chains/{chain}/contracts/{address}")).await;
        assert_eq!(answer, json!({"isContract": is_contract, "eip7702ImplementationAddress": null}));
    }
}

#[tokio::test]
async fn chains_that_are_not_there_and_addresses_that_are_none_are_refused() {
    let api = Api::start().await;
    let token = api.sandbox.token_address();
    for path in [
        "/chains/1/fees".to_owned(),
        "/chains/base/fees".to_owned(),
        "/chains/-1/fees".to_owned(),
        "/chains?page=0".to_owned(),
        format!("/chains/1/contracts/{token}"),
        format!("/chains/x/contracts/{token}"),
        "/chains/84532/contracts/0x12".to_owned(),
    ] {
        let (status, answer) = api.ask(Method::GET, &path, None).await;
        assert_eq!((status, &answer["type"]), (422, &json!("InvalidApiParametersError")), "{path}");
    }
}

#[tokio::test]
async fn a_chain_can_be_added_by_its_id_once() {
    let (celo, own) = (42220, 31337);
    let api = Api::with(Sandbox::builder().manual_mining().chain(celo).chain(own).chain(celo).chain(8453)).await;
    let list = api.get("/chains").await;
    let added = &list["response"].as_array().unwrap()[6..];
    assert_eq!(added.len(), 2);
    assert_eq!((&added[0]["name"], &added[0]["nativeCurrency"]["symbol"]), (&json!("Celo"), &json!("CELO")));
    assert_eq!((&added[1]["name"], &added[1]["chainId"]), (&json!("Chain 31337"), &json!(own)));
    assert_eq!(api.sandbox.tokens(celo).len(), 3, "all of the table");
    assert_eq!(api.sandbox.tokens(own).len(), 0);
    for chain in [celo, own] {
        let wallets = api.get(&api.business(&format!("/wallets?chainId={chain}"))).await;
        assert_eq!(wallets["response"][0]["accountBalanceDetails"]["balance"], "1000000000000000000");
    }
}

#[tokio::test]
async fn a_wallet_is_refused_on_a_chain_that_is_not_its_own() {
    let api = Api::start().await;
    let mut declaration = api.declaration("decimals", json!([]));
    let method = api.create(declaration.clone()).await;
    let elsewhere = api.sandbox.wallets()[1].id;

    declaration["walletId"] = json!(elsewhere);
    let create = (Method::POST, api.business("/methods"), declaration);
    let update = (Method::PUT, format!("/methods/{method}"), json!({"walletId": elsewhere}));
    let moved = (Method::PUT, format!("/methods/{method}"), json!({"chainId": 8453}));
    let execute = (Method::POST, format!("/methods/{method}/execute"), json!({"params": {}, "walletId": elsewhere}));
    for (verb, path, body) in [create, update, moved, execute] {
        let (status, answer) = api.ask(verb, &path, Some(body)).await;
        assert_eq!((status, &answer["data"]["parameterName"]), (422, &json!("walletId")), "{path}");
    }
    // Both at once are fine.
    let moved = api.put(&format!("/methods/{method}"), json!({"chainId": 8453, "walletId": elsewhere})).await;
    assert_eq!((&moved["chainId"], &moved["walletId"]), (&json!(8453), &json!(elsewhere)));
    assert!(api.sandbox.transactions().is_empty());
}
