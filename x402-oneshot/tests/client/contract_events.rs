//! The contract event endpoints.

use alloy_primitives::{Address, address, b256};
use serde_json::{Value, json};
use x402_oneshot::api::{EventSearch, EventStatus, NewContractEvent, UpdateContractEvent};
use x402_oneshot::{BusinessId, ContractEventId, ErrorKind};

use crate::support::{ID, Script, answer};

const USDC: Address = address!("036CbD53842c5426634e7929541eC2318f3dCF7e");
const EVENT: &str = include_str!("../fixtures/contract_event.json");

fn id() -> ContractEventId {
    ID.parse().unwrap()
}

fn business() -> BusinessId {
    ID.parse().unwrap()
}

#[tokio::test(start_paused = true)]
async fn contract_events_are_listed_by_every_filter() {
    let page = format!(r#"{{"response":[{EVENT}],"page":1,"pageSize":25,"totalResults":1}}"#);
    let script = Script::new().call(answer(200, page));
    let client = script.client();
    let list = client.contract_events().list(business()).chain(84532).name("a & b #1 é");
    let list = list.status(EventStatus::All).contract(USDC).event_name("Transfer");
    let page = list.page(2).page_size(5).send().await.unwrap();
    let read = &page.response[0];
    assert_eq!(read.topic_hash, Some(b256!("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef")));
    assert_eq!((read.contract_address, read.chain_id), (Some(USDC), 84532));
    let topics: Vec<_> = read.topics.iter().map(|topic| (topic.name.as_str(), topic.indexed)).collect();
    assert_eq!(topics, [("from", true), ("to", true), ("value", false)]);
    assert_eq!(
        script.only_call().line,
        format!(
            "GET /v0/business/{ID}/events?chainId=84532&name=a+%26+b+%231+%C3%A9&status=all\
             &contractAddress={USDC}&eventName=Transfer&page=2&pageSize=5"
        )
    );
}

#[tokio::test(start_paused = true)]
async fn a_contract_event_is_made_read_changed_and_deleted() {
    let script = Script::new().calls([
        answer(200, EVENT),
        answer(200, format!(r#"{{"id":"{ID}","chainId":"84532"}}"#)),
        answer(200, EVENT),
        answer(200, ""),
    ]);
    let client = script.client();
    let events = client.contract_events();
    let new = NewContractEvent::new(84532, USDC, "Transfer").name("n").description("d");
    events.create(business(), &new).await.unwrap();
    let minimal = events.get(id()).await.unwrap();
    assert_eq!((minimal.contract_address, minimal.topics.len()), (None, 0));
    events.update(id(), &UpdateContractEvent::new().description("é")).await.unwrap();
    events.delete(id()).await.unwrap();

    let calls = script.api_calls();
    let lines: Vec<_> = calls.iter().map(|call| call.line.as_str()).collect();
    assert_eq!(
        lines,
        [
            format!("POST /v0/business/{ID}/events"),
            format!("GET /v0/events/{ID}"),
            format!("PUT /v0/events/{ID}"),
            format!("DELETE /v0/events/{ID}"),
        ]
    );
    assert_eq!(
        serde_json::from_str::<Value>(&calls[0].body).unwrap(),
        json!({
            "chainId": 84532,
            "contractAddress": "0x036CbD53842c5426634e7929541eC2318f3dCF7e",
            "name": "n",
            "description": "d",
            "eventName": "Transfer",
        })
    );
    assert_eq!(calls[2].body, r#"{"description":"é"}"#);
}

#[tokio::test(start_paused = true)]
async fn a_search_is_a_read_that_is_repeated() {
    let hash = format!("0x{}", "5a".repeat(32));
    let found = json!({"logs": [{
        "eventName": "Transfer", "blockNumber": 12_345_678, "blockTimestamp": 1_659_485_172, "transactionHash": hash,
        "logIndex": 3, "removed": true, "topics": {"value": "1000000000000000000"},
    }]});
    let script = Script::new().call(answer(502, "")).call(answer(200, found.to_string()));
    let search = EventSearch::new().from_block(1).to_block(2).topic("from", "0xab");
    let found = script.client().contract_events().search(id(), &search).await.unwrap();
    assert!(found.is_complete());
    let log = &found.logs[0];
    assert_eq!((log.block_number, log.block_seconds, log.log_index), (12_345_678, Some(1_659_485_172), 3));
    assert!(log.removed);
    assert_eq!(log.topics["value"], "1000000000000000000");
    let calls = script.api_calls();
    assert_eq!(calls[1].line, format!("POST /v0/events/{ID}/search"));
    assert_eq!(calls[1].body, r#"{"startBlock":1,"endBlock":2,"topics":{"from":"0xab"}}"#);
}

#[tokio::test(start_paused = true)]
async fn too_many_logs_are_an_answer_that_says_what_to_try() {
    let body = r#"{"logs":null,"error":"too many","maxResults":1000,"startBlock":5,"endBlock":"9"}"#;
    let script = Script::new().call(answer(200, body));
    let found = script.client().contract_events().search(id(), &EventSearch::new()).await.unwrap();
    assert!(!found.is_complete());
    assert!(found.logs.is_empty());
    assert_eq!((found.max_results, found.start_block, found.end_block), (Some(1000), Some(5), Some(9)));
    assert_eq!(script.only_call().body, "{}");
}

#[tokio::test(start_paused = true)]
async fn a_log_that_cannot_be_read_is_not_left_out_in_silence() {
    let script = Script::new().call(answer(200, r#"{"logs":[{"eventName":"Transfer","blockNumber":1}]}"#));
    let error = script.client().contract_events().search(id(), &EventSearch::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
}
