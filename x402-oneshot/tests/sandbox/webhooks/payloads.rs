//! What webhooks say.

use alloy_primitives::U256;
use serde_json::{Value, json};
use x402_oneshot::sandbox::{Sandbox, WebhookShape};
use x402_oneshot::webhook::{Event, ExecutionOutcome};

use super::receiver::{MEMO, Receiver, pay, told};
use crate::harness::{Api, SELLER};

async fn api(shape: WebhookShape) -> Api {
    Api::with(Sandbox::builder().manual_mining().webhook_shape(shape)).await
}

fn names(data: &Value) -> Vec<&str> {
    data.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn a_success_in_the_legacy_shape_has_the_members_of_the_documented_sample() {
    let (api, mut receiver) = (api(WebhookShape::Legacy).await, Receiver::start().await);
    let method = told(&api, &receiver.url).await;
    // Not the first in its block, so that positions and sums are told apart.
    let (before, id) = (pay(&api, &method, 1).await, pay(&api, &method, 2).await);
    api.sandbox.mine();
    let mut bodies = [receiver.next().await.json(), receiver.next().await.json()];
    bodies.sort_by_key(|body| body["data"]["transactionReceipt"]["index"].as_u64());
    let [first, body] = bodies;
    assert_eq!(first["data"]["transactionExecutionId"], before);
    assert_eq!(names(&body), ["apiVersion", "data", "eventName", "signature", "timestamp"]);
    assert_eq!((&body["eventName"], &body["apiVersion"]), (&json!("TransactionExecutionSuccess"), &json!(0)));

    let data = &body["data"];
    let transaction = api.get(&format!("/transactions/{id}")).await;
    let (hash, receipt) = (&transaction["transactionHash"], &data["transactionReceipt"]);
    let (block, contract) = (&receipt["blockHash"], api.sandbox.token_address().to_string());
    assert_eq!(data["transactionExecutionId"], id);
    assert_eq!(data["transactionId"], method["id"]);
    assert_eq!(data["transactionExecutionMemo"], MEMO);
    assert_eq!((&data["chain"], &data["userId"]), (&json!(84532), &Value::Null));
    assert_eq!(data["businessId"], api.sandbox.business_id().to_string());
    let cumulative = number(&first["data"]["transactionReceipt"]["gasUsed"]) + number(&receipt["gasUsed"]);
    let log = |index: u64| {
        json!({
            "_type": "log",
            "address": contract,
            "blockHash": block,
            "blockNumber": 2,
            "data": receipt["logs"][index as usize]["data"],
            "index": index + 2,
            "topics": receipt["logs"][index as usize]["topics"],
            "transactionHash": hash,
            "transactionIndex": 1,
        })
    };
    let expected = json!({
        "_type": "TransactionReceipt",
        "blobGasPrice": null,
        "blobGasUsed": null,
        "blockHash": block,
        "blockNumber": 2,
        "contractAddress": null,
        "cumulativeGasUsed": cumulative.to_string(),
        "from": transaction["from"],
        "gasPrice": "1100000",
        "gasUsed": transaction["gasUsed"],
        "hash": hash,
        "index": 1,
        "logs": [log(0), log(1)],
        "logsBloom": receipt["logsBloom"],
        "status": 1,
        "to": contract,
    });
    assert_eq!(*receipt, expected);
    assert_ne!(receipt["logsBloom"], format!("0x{}", "0".repeat(512)));
    assert_eq!(receipt["logsBloom"].as_str().unwrap().len(), 514);
    assert_eq!(receipt["logs"][1]["topics"].as_array().unwrap().len(), 3);
    assert_eq!(receipt["blockHash"], first["data"]["transactionReceipt"]["blockHash"]);
}

#[tokio::test]
async fn logs_are_the_transactions_with_the_fragment_that_each_was_read_with() {
    let (api, mut receiver) = (api(WebhookShape::Legacy).await, Receiver::start().await);
    let id = pay(&api, &told(&api, &receiver.url).await, 1).await;
    api.sandbox.mine();
    let logs = receiver.next().await.json()["data"]["logs"].clone();
    let transfer = &logs[1];
    let buyer = api.sandbox.buyer_address().to_string();
    assert_eq!(transfer["args"], json!([buyer, SELLER.to_string(), "50000"]));
    assert_eq!(transfer["fragment"]["name"], "Transfer");
    let input = json!({
        "arrayChildren": null,
        "arrayLength": null,
        "baseType": "address",
        "components": null,
        "indexed": true,
        "name": transfer["fragment"]["inputs"][0]["name"],
        "type": "address",
    });
    assert_eq!(transfer["fragment"]["inputs"][0], input);
    assert_eq!(transfer["fragment"]["inputs"].as_array().unwrap().len(), 3);

    let mut plain = logs.clone();
    for log in plain.as_array_mut().unwrap() {
        assert!(log.as_object_mut().unwrap().remove("fragment").is_some());
    }
    assert_eq!(plain, api.get(&format!("/transactions/{id}")).await["logs"]);
}

#[tokio::test]
async fn the_relayer_shape_names_transaction_and_method_by_their_own_names() {
    let (api, mut receiver) = (api(WebhookShape::Relayer).await, Receiver::start().await);
    let method = told(&api, &receiver.url).await;
    let id = pay(&api, &method, 1).await;
    api.sandbox.mine();
    let data = receiver.next().await.json()["data"].clone();
    let members =
        ["businessId", "chainId", "contractMethodId", "logs", "transactionId", "transactionMemo", "transactionReceipt"];
    assert_eq!(names(&data), members);
    assert_eq!((&data["transactionId"], &data["contractMethodId"]), (&json!(id), &method["id"]));
    assert_eq!((&data["chainId"], &data["transactionMemo"]), (&json!(84532), &json!(MEMO)));
    assert_eq!(data["transactionReceipt"]["status"], 1);
}

#[tokio::test]
async fn a_failure_tells_the_revert_in_either_shape_and_the_shape_can_be_switched_meanwhile() {
    let (api, mut receiver) = (api(WebhookShape::Relayer).await, Receiver::start().await);
    let method = told(&api, &receiver.url).await;
    pay(&api, &method, 1).await;
    api.sandbox.mine();
    receiver.next().await.answer(200);
    for shape in [WebhookShape::Relayer, WebhookShape::Legacy] {
        api.sandbox.webhooks().set_shape(shape);
        // The authorization is used.
        let id = pay(&api, &method, 1).await;
        api.sandbox.mine();
        let call = receiver.next().await;
        let body = call.json();
        assert_eq!(body["eventName"], "TransactionExecutionFailure");
        let data = &body["data"];
        let reason = api.get(&format!("/transactions/{id}")).await["failureReason"].clone();
        assert_eq!((&data["error"], &data["errorCode"]), (&reason, &json!("CALL_EXCEPTION")));
        let data_of_revert = alloy_primitives::hex::decode(data["revertData"].as_str().unwrap()).unwrap();
        let [name, signature, text] = &serde_json::from_value::<[String; 3]>(data["decodedData"].clone()).unwrap();
        assert_eq!(data_of_revert[..4], alloy_primitives::keccak256(signature)[..4]);
        assert_eq!((name.as_str(), &json!(text)), ("ERC3009UsedAuthorization", &reason));
        assert_eq!(data["userId"], Value::Null);
        let receipt = &data["transactionReceipt"];
        assert_eq!(receipt.is_object(), shape == WebhookShape::Legacy);

        let event: Event = serde_json::from_value(body.clone()).unwrap();
        let execution = event.execution().unwrap();
        assert_eq!(execution.transaction_id.to_string(), id);
        let reason = reason.as_str().map(str::to_owned);
        assert_eq!(execution.outcome, ExecutionOutcome::Failed { reason });
    }
}

#[tokio::test]
async fn a_wallet_that_is_filled_up_is_told_of() {
    let (api, mut receiver) = (Api::start().await, Receiver::start().await);
    hear(&api, &receiver.url, "EscrowWalletDepositConfirmed").await;
    let wallet = api.get(&format!("/wallets/{}", api.sandbox.wallet_id())).await;
    let address = wallet["accountAddress"].as_str().unwrap().parse().unwrap();
    api.sandbox.fund(api.sandbox.chain_id(), address, U256::from(7)).unwrap();

    let body = receiver.next().await.json();
    assert_eq!(body["eventName"], "EscrowWalletDepositConfirmed");
    let expected = json!({
        "businessId": api.sandbox.business_id(),
        "walletId": api.sandbox.wallet_id(),
        "chainId": 84532,
        "accountAddress": wallet["accountAddress"],
        "amount": "7",
        "from": null,
    });
    assert_eq!(body["data"], expected);
}

#[tokio::test]
async fn a_wallet_that_runs_low_is_told_of() {
    let (api, mut receiver) = (Api::start().await, Receiver::start().await);
    hear(&api, &receiver.url, "EscrowWalletLowBalanceDetected").await;
    let mut declaration = api.declaration("give", json!([]));
    declaration["contractAddress"] = json!(SELLER);
    declaration["stateMutability"] = json!("payable");
    let method = api.create(declaration).await;
    // All but 0.005 of 1 ETH; the threshold is 0.01.
    let gift = json!({"params": {}, "value": "995000000000000000"});
    api.post(&format!("/methods/{method}/execute"), gift).await;
    api.sandbox.mine();

    let body = receiver.next().await.json();
    assert_eq!(body["eventName"], "EscrowWalletLowBalanceDetected");
    let data = &body["data"];
    assert_eq!(data["walletId"], api.sandbox.wallet_id().to_string());
    assert_eq!(data["lowBalanceThreshold"], "10000000000000000");
    assert!((4_990_000_000_000_000..5_000_000_000_000_000).contains(&number(&data["balance"])));
}

fn number(text: &Value) -> u64 {
    text.as_str().unwrap().parse().unwrap()
}

async fn hear(api: &Api, url: &str, event: &str) {
    let new = json!({"destinationUrl": url, "name": "shop"});
    let endpoint = api.post(&api.business("/webhooks/endpoints"), new).await;
    let new = json!({"endpointId": endpoint["id"], "eventNames": [event], "name": "wallets"});
    api.post(&api.business("/webhooks/triggers"), new).await;
}
