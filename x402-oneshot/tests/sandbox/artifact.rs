//! The token is the one that the source describes, and signs for Base Sepolia.

use alloy_json_abi::JsonAbi;
use serde_json::{Value, json};

use crate::harness::Api;

#[test]
fn the_committed_abi_has_both_overloads() {
    let artifact: Value = serde_json::from_str(include_str!("../../contracts/SandboxUSDC.json")).unwrap();
    let abi: JsonAbi = serde_json::from_value(artifact["abi"].clone()).unwrap();
    let overloads = abi.function("transferWithAuthorization").unwrap();
    let mut selectors: Vec<_> = overloads.iter().map(|f| f.selector().to_string()).collect();
    selectors.sort();
    assert_eq!(selectors, ["0xcf092995", "0xe3ee160e"]);
}

#[tokio::test]
async fn the_domain_separator_is_that_of_the_real_contract() {
    let real = "0x71f17a3b2ff373b803d70a5a07c046c1a2bc8e89c09ef722fcb047abe94c9818";
    let output = json!({"name": "", "type": "bytes", "typeSize": 32, "index": 0});
    assert_eq!(read("DOMAIN_SEPARATOR", output).await, json!({"0": real}));
}

#[tokio::test]
async fn the_token_calls_itself_what_the_real_contract_does() {
    let text = json!({"name": "text", "type": "string", "index": 0});
    assert_eq!(read("name", text.clone()).await, json!({"text": "USDC"}));
    assert_eq!(read("version", text).await, json!({"text": "2"}));
    let number = json!({"name": "places", "type": "uint", "typeSize": 8, "index": 0});
    assert_eq!(read("decimals", number).await, json!({"places": "6"}));
}

/// Reads a function without parameters.
async fn read(function: &str, output: Value) -> Value {
    let api = Api::start().await;
    let mut declaration = api.declaration(function, json!([]));
    declaration["stateMutability"] = json!("view");
    declaration["outputs"] = json!([output]);
    let method = api.create(declaration).await;
    let answer = api.post(&format!("/methods/{method}/test"), json!({"params": {}})).await;
    assert_eq!(answer["success"], true, "{answer}");
    answer["result"].clone()
}
