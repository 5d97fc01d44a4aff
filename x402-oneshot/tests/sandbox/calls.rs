//! Estimating, encoding and reading contract methods, and what cannot be asked of them.

use alloy_primitives::U256;
use reqwest::Method;
use serde_json::{Value, json};
use x402_oneshot::sandbox::SandboxStatus;

use crate::harness::{Api, Overload};

fn good(api: &Api) -> Value {
    json!({"params": Overload::Bytes.params(&api.authorization(), api.sandbox.buyer_key().expose())})
}

#[tokio::test]
async fn an_estimate_is_the_least_gas_that_the_transaction_succeeds_with() {
    let api = Api::start().await;
    let method = api.create_overload(Overload::Bytes).await;
    let mut body = good(&api);
    let estimate = api.post(&format!("/methods/{method}/estimate"), body.clone()).await;
    assert_eq!(estimate["chainId"], 84532);
    assert_eq!(estimate["contractAddress"], json!(api.sandbox.token_address().to_string()));
    assert_eq!(estimate["functionName"], "transferWithAuthorization");
    assert_eq!(estimate["gasPrice"], Value::Null);
    let gas: u64 = estimate["gasAmount"].as_str().unwrap().parse().unwrap();
    for fee in ["maxFeePerGas", "maxPriorityFeePerGas"] {
        assert!(estimate[fee].as_str().unwrap().parse::<u64>().unwrap() > 0, "{fee}");
    }

    for (gas_limit, end) in [(gas - 1, SandboxStatus::Failed), (gas, SandboxStatus::Completed)] {
        body["gasLimit"] = json!(gas_limit.to_string());
        api.post(&format!("/methods/{method}/execute"), body.clone()).await;
        api.sandbox.mine();
        assert_eq!(api.sandbox.transactions().pop().unwrap().status, end, "{gas_limit}");
    }
}

#[tokio::test]
async fn what_reverts_cannot_be_estimated_and_why_is_said() {
    let api = Api::start().await;
    let method = api.create_overload(Overload::Bytes).await;
    let mut body = good(&api);
    body["params"]["value"] = json!("1");
    let (status, answer) = api.ask(Method::POST, &format!("/methods/{method}/estimate"), Some(body)).await;
    assert_eq!((status, &answer["type"]), (500, &json!("EthereumReadError")));
    assert!(answer["message"].as_str().unwrap().contains("ERC3009InvalidSignature"), "{answer}");
}

#[tokio::test]
async fn encoding_runs_nothing() {
    let api = Api::start().await;
    let inputs = json!([{"name": "to", "type": "address", "index": 0}, {"name": "value", "type": "uint", "index": 1}]);
    let method = api.create(api.declaration("transfer", inputs)).await;
    // The wallet has no tokens, so that the call would revert.
    let params = json!({"to": api.sandbox.buyer_address(), "value": "255"});
    let answer = api.post(&format!("/methods/{method}/encode"), json!({ "params": params })).await;
    let buyer = alloy_primitives::hex::encode(api.sandbox.buyer_address());
    assert_eq!(answer["data"], format!("0xa9059cbb{buyer:0>64}{:064x}", 255));
}

async fn reader(api: &Api, function: &str, inputs: Value, outputs: Value) -> String {
    let mut declaration = api.declaration(function, inputs);
    declaration["stateMutability"] = json!("view");
    declaration["outputs"] = outputs;
    api.create(declaration).await
}

#[tokio::test]
async fn one_output_is_read_alone_and_several_by_name_or_as_a_list() {
    let api = Api::start().await;
    let decimals = reader(&api, "decimals", json!([]), json!([{"name": "", "type": "uint", "index": 0}])).await;
    assert_eq!(api.post(&format!("/methods/{decimals}/read"), json!({"params": {}})).await, "6");

    let mut outputs = json!([
        {"name": "fields", "type": "bytes", "typeSize": 1, "index": 0},
        {"name": "name", "type": "string", "index": 1},
        {"name": "version", "type": "string", "index": 2},
        {"name": "chainId", "type": "uint", "index": 3},
        {"name": "verifyingContract", "type": "address", "index": 4},
        {"name": "salt", "type": "bytes", "typeSize": 32, "index": 5},
        {"name": "extensions", "type": "uint", "index": 6, "isArray": true},
    ]);
    let named = reader(&api, "eip712Domain", json!([]), outputs.clone()).await;
    let domain = api.post(&format!("/methods/{named}/read"), json!({"params": {}})).await;
    assert_eq!(domain["name"], "USDC");
    assert_eq!(domain["chainId"], "84532");
    assert_eq!(domain["extensions"], json!([]));

    outputs[1]["name"] = json!("");
    let nameless = reader(&api, "eip712Domain", json!([]), outputs).await;
    let domain = api.post(&format!("/methods/{nameless}/read"), json!({"params": {}})).await;
    assert_eq!(domain.as_array().map(Vec::len), Some(7));
    assert_eq!(domain[1], "USDC");
}

#[tokio::test]
async fn reading_and_executing_are_not_mixed_up() {
    let api = Api::start().await;
    let write = api.create_overload(Overload::Bytes).await;
    let read = reader(&api, "decimals", json!([]), json!([{"name": "", "type": "uint", "index": 0}])).await;
    let body = good(&api);
    for path in [format!("/methods/{write}/read"), format!("/methods/{read}/execute")] {
        let (status, answer) = api.ask(Method::POST, &path, Some(body.clone())).await;
        assert_eq!((status, &answer["type"]), (400, &json!("INVALID_PARAMETERS_ERROR")), "{path}");
    }
    assert!(api.sandbox.transactions().is_empty());
}

#[tokio::test]
async fn a_read_that_reverts_or_answers_otherwise_is_an_error() {
    let api = Api::start().await;
    let missing = reader(&api, "isNotThere", json!([]), json!([{"name": "", "type": "uint", "index": 0}])).await;
    let other = reader(&api, "decimals", json!([]), json!([{"name": "", "type": "string", "index": 0}])).await;
    for method in [missing, other] {
        let path = format!("/methods/{method}/read");
        let (status, answer) = api.ask(Method::POST, &path, Some(json!({"params": {}}))).await;
        assert_eq!((status, &answer["type"]), (500, &json!("EthereumReadError")));
    }
}

#[tokio::test]
async fn only_payable_methods_take_a_value() {
    let api = Api::start().await;
    let method = api.create_overload(Overload::Bytes).await;
    for action in ["test", "estimate", "encode", "execute"] {
        let mut body = good(&api);
        body["value"] = json!("1");
        let path = format!("/methods/{method}/{action}");
        assert_eq!(api.ask(Method::POST, &path, Some(body)).await.0, 400, "{action}");
    }
}

#[tokio::test]
async fn another_contract_can_be_called_with_the_same_method() {
    let api = Api::start().await;
    let decimals = reader(&api, "decimals", json!([]), json!([{"name": "", "type": "uint", "index": 0}])).await;
    let body = json!({"params": {}, "contractAddress": api.sandbox.buyer_address()});
    let answer = api.post(&format!("/methods/{decimals}/test"), body).await;
    assert_eq!(answer["error"]["name"], "Undeclared", "there is no contract: {answer}");
    assert_eq!(api.sandbox.balance_of(api.sandbox.buyer_address()), U256::from(1_000_000_000));
}

#[tokio::test]
async fn another_wallet_of_the_chain_can_make_the_call_and_pays_for_it() {
    let api = Api::start().await;
    let method = api.create_overload(Overload::Bytes).await;
    let new = json!({"chainId": 84532, "name": "another"});
    let wallet = api.post(&api.business("/wallets"), new).await;
    let mut body = good(&api);
    body["walletId"] = wallet["id"].clone();
    for action in ["test", "estimate", "encode", "execute"] {
        api.post(&format!("/methods/{method}/{action}"), body.clone()).await;
    }
    api.sandbox.mine();
    let [transaction] = api.sandbox.transactions().try_into().unwrap();
    assert_eq!(transaction.status, SandboxStatus::Completed);
    let whole = api.get(&format!("/transactions/{}", transaction.id)).await;
    assert_eq!((&whole["walletId"], &whole["from"]), (&wallet["id"], &wallet["accountAddress"]));

    body["walletId"] = json!(method);
    assert_eq!(api.ask(Method::POST, &format!("/methods/{method}/test"), Some(body)).await.0, 422);
}
