//! Chains and prompts: the documented requests, and every documented shape of the answers.

use alloy_primitives::{Address, U256, address};
use serde_json::{Value, json};
use x402_oneshot::DecodeError;
use x402_oneshot::api::{ChainInfo, ChainType, ContractCode, FullPrompt, GasFees};

use crate::support::{ID, Script, answer};

const USDC: Address = address!("036CbD53842c5426634e7929541eC2318f3dCF7e");
const CHAIN: &str = r#"{"name":"Base Sepolia","chainId":84532,"averageBlockMiningTime":2000,
    "nativeCurrency":{"name":"Ether","symbol":"ETH","decimals":18},"type":"Testnet"}"#;

fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

#[tokio::test(start_paused = true)]
async fn chains_are_listed_in_pages() {
    let page = format!(r#"{{"response":[{CHAIN}],"page":1,"pageSize":1,"totalResults":2}}"#);
    let script = Script::new().call(answer(200, page.clone())).call(answer(200, page));
    let client = script.client();
    let first = client.chains().list().send().await.unwrap();
    assert_eq!(first.next_page(), Some(2));
    client.chains().list().page(2).page_size(1).send().await.unwrap();
    let lines: Vec<_> = script.api_calls().into_iter().map(|call| call.line).collect();
    assert_eq!(lines, ["GET /v0/chains", "GET /v0/chains?page=2&pageSize=1"]);

    let chain = &first.response[0];
    assert_eq!((chain.chain_id, chain.name.as_str(), &chain.kind), (84532, "Base Sepolia", &Some(ChainType::Testnet)));
    assert_eq!(chain.average_block_mining_time.as_ref().unwrap().as_u64(), Some(2000));
    let currency = chain.native_currency.as_ref().unwrap();
    assert_eq!((currency.symbol.as_str(), currency.decimals), ("ETH", Some(18)));
}

#[test]
fn a_chain_of_a_generation_not_seen_yet() {
    let chain: ChainInfo = read(json!({"chainId": "11297108109", "averageBlockMiningTime": 0.25, "type": "Devnet",
        "nativeCurrency": {"decimals": "many"}, "name": null}));
    assert_eq!(chain.chain_id, 11_297_108_109);
    assert_eq!(chain.kind, Some(ChainType::Other("Devnet".to_owned())));
    assert_eq!(chain.average_block_mining_time.unwrap().to_string(), "0.25");
    assert_eq!(chain.native_currency.unwrap().decimals, None);
    let bare: ChainInfo = read(json!({"chainId": 1}));
    assert_eq!((bare.kind, bare.native_currency, bare.average_block_mining_time), (None, None, None));
    assert!(serde_json::from_value::<ChainInfo>(json!({"name": "no id"})).is_err());
}

#[tokio::test(start_paused = true)]
async fn fees_are_a_price_or_the_pair_of_eip_1559() {
    let pair = r#"{"gasPrice":null,"maxFeePerGas":"30000000000","maxPriorityFeePerGas":2000000000}"#;
    let script = Script::new().call(answer(200, r#"{"gasPrice":"20000000000"}"#)).call(answer(200, pair));
    let client = script.client();
    let old = client.chains().fees(56).await.unwrap();
    let gwei = |n: u64| Some(U256::from(n * 1_000_000_000));
    assert_eq!((old.gas_price, old.max_fee_per_gas, old.max_priority_fee_per_gas), (gwei(20), None, None));
    let new = client.chains().fees(11_297_108_109).await.unwrap();
    assert_eq!((new.gas_price, new.max_fee_per_gas, new.max_priority_fee_per_gas), (None, gwei(30), gwei(2)));
    let lines: Vec<_> = script.api_calls().into_iter().map(|call| call.line).collect();
    assert_eq!(lines, ["GET /v0/chains/56/fees", "GET /v0/chains/11297108109/fees"]);
    let odd: GasFees = read(json!({"gasPrice": "1.5", "maxFeePerGas": [], "maxPriorityFeePerGas": "-1"}));
    assert_eq!((odd.gas_price, odd.max_fee_per_gas, odd.max_priority_fee_per_gas), (None, None, None));
}

#[tokio::test(start_paused = true)]
async fn an_address_is_looked_at_on_its_chain() {
    let delegated = format!(r#"{{"isContract":true,"eip7702ImplementationAddress":"{USDC}"}}"#);
    let script = Script::new()
        .call(answer(200, delegated))
        .call(answer(200, r#"{"isContract":false,"eip7702ImplementationAddress":null}"#));
    let client = script.client();
    let code = client.chains().contract(84532, USDC).await.unwrap();
    assert_eq!((code.is_contract, code.eip7702_implementation), (true, Some(USDC)));
    let none = client.chains().contract(84532, USDC).await.unwrap();
    assert_eq!((none.is_contract, none.eip7702_implementation), (false, None));
    assert_eq!(script.api_calls()[0].line, format!("GET /v0/chains/84532/contracts/{USDC}"));
    assert!(serde_json::from_value::<ContractCode>(json!({})).is_err(), "no answer is not a no");
}

fn prompt() -> Value {
    json!({
        "id": ID, "userId": ID, "chainId": "8453", "contractAddress": USDC.to_string(), "name": "USDC",
        "description": "dollars", "tags": ["stable"], "image": null, "updated": 2, "created": 1,
        "functions": [{
            "name": "transfer", "description": "sends", "tags": [],
            "inputs": [{"index": 0, "name": "to", "description": "who", "tags": ["account"]}],
            "outputs": [{"index": 0, "name": "", "description": "", "tags": []}],
        }],
    })
}

#[tokio::test(start_paused = true)]
async fn prompts_are_searched_and_come_as_a_list_or_as_a_page() {
    let page = json!({"response": [prompt()], "page": 1, "pageSize": 25, "totalResults": 1});
    let script = Script::new().call(answer(200, json!([prompt()]).to_string())).call(answer(200, page.to_string()));
    let client = script.client();
    let found = client.prompts().search("send \"dollars\"").chain(8453).send().await.unwrap();
    assert_eq!((found[0].chain_id, found[0].contract_address), (8453, USDC));
    assert_eq!(found[0].functions[0].inputs[0].tags, ["account"]);
    assert_eq!(client.prompts().search("q").send().await.unwrap(), found);
    let calls = script.api_calls();
    assert_eq!(calls[0].line, "POST /v0/prompts/search");
    let body: Value = serde_json::from_str(&calls[0].body).unwrap();
    assert_eq!(body, json!({"query": "send \"dollars\"", "chainId": 8453}));
    assert_eq!(calls[1].body, r#"{"query":"q"}"#);
}

#[tokio::test(start_paused = true)]
async fn a_prompt_that_cannot_be_read_is_named_by_its_place() {
    let mut odd = prompt();
    odd["contractAddress"] = json!(7);
    let page = json!({"response": [prompt(), odd], "page": 1, "pageSize": 25, "totalResults": 2});
    for (body, place) in [
        (json!([prompt(), odd]), "[1].contractAddress"),
        (page, "response[1].contractAddress"),
        (json!({"rows": []}), "."),
        (json!(7), "."),
    ] {
        let script = Script::new().call(answer(200, body.to_string()));
        let error = script.client().prompts().search("q").send().await.unwrap_err();
        let source = std::error::Error::source(&error).unwrap().downcast_ref::<DecodeError>().unwrap();
        assert_eq!(source.path(), place);
    }
}

#[tokio::test(start_paused = true)]
async fn a_search_changes_nothing_and_is_tried_again() {
    let script = Script::new().call(answer(503, "")).call(answer(200, "[]"));
    let client = script.client();
    assert!(client.prompts().search("q").send().await.unwrap().is_empty());
    assert_eq!(script.api_calls().len(), 2);
}

#[test]
fn a_prompt_is_read_without_what_only_describes() {
    for member in ["userId", "name", "description", "tags", "image", "updated", "created", "functions"] {
        for shape in [json!(null), json!(-1.5), json!({"odd": []}), json!([[7]])] {
            let mut odd = prompt();
            odd[member] = shape;
            read::<FullPrompt>(odd);
        }
        let mut less = prompt();
        less.as_object_mut().unwrap().remove(member);
        read::<FullPrompt>(less);
    }
    for member in ["id", "chainId", "contractAddress"] {
        let mut less = prompt();
        less.as_object_mut().unwrap().remove(member);
        assert!(serde_json::from_value::<FullPrompt>(less).is_err(), "{member}");
    }
}
