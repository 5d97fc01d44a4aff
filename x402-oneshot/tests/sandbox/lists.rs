//! Lists come in pages and can be filtered.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Api, NOW, Overload};

#[tokio::test]
async fn pages_are_counted_from_1_and_hold_25_unless_said_otherwise() {
    let api = Api::start().await;
    for number in 0..60 {
        let mut declaration = api.declaration("decimals", json!([]));
        declaration["name"] = json!(format!("method {number}"));
        api.create(declaration).await;
    }
    for (query, page, size, first, count) in [
        ("", 1, 25, "method 0", 25),
        ("?page=3", 3, 25, "method 50", 10),
        ("?pageSize=7&page=2", 2, 7, "method 7", 7),
        ("?pageSize=60", 1, 60, "method 0", 60),
    ] {
        let list = api.get(&api.business(&format!("/methods{query}"))).await;
        assert_eq!(list["page"], page, "{query}");
        assert_eq!(list["pageSize"], size, "{query}");
        assert_eq!(list["totalResults"], 60, "{query}");
        assert_eq!(list["response"][0]["name"], first, "{query}");
        assert_eq!(list["response"].as_array().unwrap().len(), count, "{query}");
    }
    let beyond = api.get(&api.business("/methods?page=4")).await;
    assert_eq!((&beyond["response"], &beyond["totalResults"]), (&json!([]), &json!(60)));
    let last = format!("/methods?page={}", u64::MAX);
    assert_eq!(api.get(&api.business(&last)).await["response"], json!([]));
}

#[tokio::test]
async fn a_page_that_cannot_be_is_refused() {
    let api = Api::start().await;
    for query in ["page=0", "page=-1", "page=x", "pageSize=0", "pageSize=1001", "page=1.5"] {
        for list in ["wallets", "methods", "transactions"] {
            let path = api.business(&format!("/{list}?{query}"));
            let (status, answer) = api.ask(Method::GET, &path, None).await;
            assert_eq!(status, 422, "{path}");
            assert_eq!(answer["type"], "InvalidApiParametersError");
        }
    }
}

#[tokio::test]
async fn wallets_come_with_their_balance() {
    let api = Api::start().await;
    let list = api.get(&api.business("/wallets?chainId=84532&name=Sandbox")).await;
    let wallet = &list["response"][0];
    assert_eq!(list["totalResults"], 1);
    assert_eq!(wallet["id"], json!(api.sandbox.wallet_id()));
    assert_eq!(wallet["chainId"], 84532);
    assert_eq!(wallet["accountBalanceDetails"]["type"], 0);
    assert_eq!(wallet["accountBalanceDetails"]["balance"], "1000000000000000000");
    for none in ["?chainId=1", "?name=other"] {
        let list = api.get(&api.business(&format!("/wallets{none}"))).await;
        assert_eq!(list["response"], json!([]), "{none}");
    }

    let path = format!("/wallets/{}", api.sandbox.wallet_id());
    assert_eq!(api.get(&path).await["accountBalanceDetails"], Value::Null);
    let full = api.get(&format!("{path}?includeBalances=true")).await;
    assert_eq!(&full, wallet);
}

#[tokio::test]
async fn methods_are_found_by_what_they_are() {
    let api = Api::start().await;
    let mut reader = api.declaration("decimals", json!([]));
    reader["stateMutability"] = json!("view");
    reader["name"] = json!("read & see #1");
    api.create(reader).await;
    api.create_overload(Overload::Bytes).await;
    let token = api.sandbox.token_address().to_string().to_lowercase();
    for (query, count) in [
        ("name=read+%26+see+%231", 1),
        ("name=read%20%26%20see%20%231", 1),
        ("name=USDC", 1),
        ("name=nothing", 0),
        ("methodType=read", 1),
        ("methodType=write", 1),
        ("status=live", 2),
        ("status=both", 2),
        ("status=archived", 0),
        ("chainId=84532", 2),
        ("chainId=1", 0),
        (&format!("contractAddress={token}"), 2),
        ("contractAddress=0x0000000000000000000000000000000000000001", 0),
        ("unheard=of", 2),
    ] {
        let list = api.get(&api.business(&format!("/methods?{query}"))).await;
        assert_eq!(list["totalResults"], count, "{query}");
    }
    for query in ["methodType=both", "status=dead", "contractAddress=0x1", "chainId=base"] {
        let path = api.business(&format!("/methods?{query}"));
        assert_eq!(api.ask(Method::GET, &path, None).await.0, 422, "{query}");
    }
}

#[tokio::test]
async fn transactions_come_newest_first_and_are_found_by_memo_time_and_state() {
    let api = Api::start().await;
    let method = api.create_overload(Overload::Bytes).await;
    let key = api.sandbox.buyer_key().expose();
    let params = Overload::Bytes.params(&api.authorization(), key);
    // The same nonce three times: one completes, one fails, one is never mined.
    for (number, mined) in [(0, true), (1, true), (2, false)] {
        let body = json!({"params": params, "memo": format!("order {number}")});
        api.post(&format!("/methods/{method}/execute"), body).await;
        if mined {
            api.sandbox.mine();
        }
        api.clock.advance(Duration::from_secs(1));
    }
    let wallet = api.sandbox.wallet_id();
    for (query, memos) in [
        (String::new(), &["order 2", "order 1", "order 0"][..]),
        ("memo=order+1".to_owned(), &["order 1"]),
        ("status=Completed".to_owned(), &["order 0"]),
        ("status=Failed".to_owned(), &["order 1"]),
        ("status=Pending".to_owned(), &["order 2"]),
        ("status=Retrying".to_owned(), &[]),
        (format!("createdAfter={}", NOW + 1), &["order 2", "order 1"]),
        (format!("createdBefore={}", NOW + 1), &["order 1", "order 0"]),
        (format!("contractMethodId={method}&pageSize=1"), &["order 2"]),
        (format!("contractMethodId={wallet}"), &[]),
        (format!("walletId={wallet}&chainId=84532&page=2&pageSize=2"), &["order 0"]),
        (format!("walletId={method}"), &[]),
        (format!("userId={wallet}"), &[]),
        ("chainId=8453".to_owned(), &[]),
    ] {
        // The second path is where the published Python client looks.
        for path in ["/transactions", "/transactions/transactions"] {
            let list = api.get(&api.business(&format!("{path}?{query}"))).await;
            let response = list["response"].as_array().unwrap();
            let found: Vec<_> = response.iter().map(|tx| tx["memo"].as_str().unwrap()).collect();
            assert_eq!(found, memos, "{query}");
        }
    }
    let path = api.business("/transactions?status=Dropped");
    assert_eq!(api.ask(Method::GET, &path, None).await.0, 422);
}
