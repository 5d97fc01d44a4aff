//! Pending, submitted, completed or failed: what is visible when.

use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;
use x402_oneshot::sandbox::{Sandbox, SandboxStatus};

use crate::harness::{Api, NOW, Overload};

#[tokio::test]
async fn a_transaction_is_pending_then_submitted_with_its_hash_then_completed() {
    let api = Api::start().await;
    let pending = queue(&api).await;
    let path = format!("/transactions/{}", pending["id"].as_str().unwrap());
    assert_eq!(pending["status"], "Pending");
    assert_eq!(pending["created"], NOW);
    for nothing_yet in ["transactionHash", "completed", "failureReason", "gasUsed", "logs"] {
        assert_eq!(pending[nothing_yet], Value::Null, "{nothing_yet}");
    }
    assert_eq!(api.get(&path).await, pending);

    api.clock.advance(Duration::from_secs(1));
    api.sandbox.submit();
    let submitted = api.get(&path).await;
    assert_eq!(submitted["status"], "Submitted");
    assert_eq!(submitted["transactionHash"].as_str().unwrap().len(), 66);
    assert_eq!(submitted["updated"], NOW + 1);
    assert_eq!(submitted["completed"], Value::Null);

    api.clock.advance(Duration::from_secs(1));
    api.sandbox.mine();
    let completed = api.get(&path).await;
    assert_eq!(completed["status"], "Completed");
    assert_eq!(completed["transactionHash"], submitted["transactionHash"]);
    assert_eq!(completed["completed"], NOW + 2);
    let gas: u64 = completed["gasUsed"].as_str().unwrap().parse().unwrap();
    assert!((50_000..150_000).contains(&gas), "{gas}");

    let [transaction] = api.sandbox.transactions().try_into().unwrap();
    assert_eq!(transaction.status, SandboxStatus::Completed);
    assert_eq!(json!(transaction.hash), completed["transactionHash"]);
    assert_eq!(transaction.memo.as_deref(), Some("caf\u{e9}"));
}

#[tokio::test]
async fn logs_are_described_with_arguments_in_the_order_of_the_event() {
    let api = Api::start().await;
    let queued = queue(&api).await;
    api.sandbox.mine();
    let done = api.get(&format!("/transactions/{}", queued["id"].as_str().unwrap())).await;
    let buyer = api.sandbox.buyer_address().to_string();
    let logs = done["logs"].as_array().unwrap();
    assert_eq!(logs[0]["name"], "AuthorizationUsed");
    assert_eq!(
        logs[1],
        json!({
            "name": "Transfer",
            "signature": "Transfer(address,address,uint256)",
            "topic": "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef",
            "args": [buyer, crate::harness::SELLER.to_string(), "50000"],
        })
    );
}

#[tokio::test]
async fn a_transaction_has_the_members_that_every_client_generation_requires() {
    let api = Api::start().await;
    let pending = queue(&api).await;
    assert_eq!(pending["contractMethodIds"], json!([pending["contractMethodId"]]));
    for id in ["id", "contractMethodId", "walletId", "apiCredentialId"] {
        let id: Uuid = pending[id].as_str().unwrap().parse().unwrap();
        assert_eq!(id.get_version_num(), 4);
    }
    for member in [
        "apiKey",
        "userId",
        "contractAddress",
        "name",
        "functionName",
        "chainId",
        "memo",
        "from",
        "to",
        "gasPrice",
        "gasLimit",
        "maxFeePerGas",
        "maxPriorityFeePerGas",
        "updated",
        "deleted",
    ] {
        assert!(pending.get(member).is_some(), "{member}");
    }
}

#[tokio::test]
async fn gas_is_paid_by_the_wallet() {
    let api = Api::start().await;
    let path = format!("/wallets/{}?includeBalances=true", api.sandbox.wallet_id());
    let balance = async || {
        let wallet = api.get(&path).await;
        wallet["accountBalanceDetails"]["balance"].as_str().unwrap().parse::<u128>().unwrap()
    };
    assert_eq!(balance().await, 1_000_000_000_000_000_000);
    queue(&api).await;
    api.sandbox.mine();
    let paid = 1_000_000_000_000_000_000 - balance().await;
    let gas = api.get(&api.business("/transactions")).await["response"][0]["gasUsed"].clone();
    // 1,000,000 wei of base fee and 100,000 of priority fee.
    assert_eq!(paid, gas.as_str().unwrap().parse::<u128>().unwrap() * 1_100_000);
}

#[tokio::test]
async fn a_wallet_that_cannot_pay_for_the_gas_is_refused_at_once() {
    let api = Api::start().await;
    let mut declaration = api.declaration("deposit", json!([]));
    declaration["stateMutability"] = json!("payable");
    let method = api.create(declaration).await;
    let body = json!({"params": {}, "value": "1000000000000000000"});
    let path = format!("/methods/{method}/execute");
    let (status, answer) = api.ask(reqwest::Method::POST, &path, Some(body)).await;
    assert_eq!((status, &answer["type"]), (500, &json!("ERR_INSUFFICIENT_FUNDS")));
    assert_eq!(answer["retryable"], false);
    assert!(api.sandbox.transactions().is_empty());
}

#[tokio::test(start_paused = true)]
async fn blocks_pass_by_themselves() {
    let api = Api::with(Sandbox::builder().block_time(Duration::from_secs(2))).await;
    // The second is queued when the miner has gone back to sleep.
    for nonce in 1..=2 {
        let queued_at = tokio::time::Instant::now();
        queue_nonce(&api, nonce).await;
        let mut seen = Vec::new();
        while seen.last() != Some(&SandboxStatus::Completed) {
            tokio::time::advance(Duration::from_millis(100)).await;
            tokio::task::yield_now().await;
            let status = api.sandbox.transactions().pop().unwrap().status;
            if seen.last() != Some(&status) {
                seen.push(status);
            }
            assert!(queued_at.elapsed() < Duration::from_secs(5), "{seen:?}");
        }
        assert!(seen.contains(&SandboxStatus::Submitted), "{seen:?}");
    }
}

async fn queue(api: &Api) -> Value {
    queue_nonce(api, 0).await
}

async fn queue_nonce(api: &Api, nonce: u8) -> Value {
    let method = api.create_overload(Overload::Bytes).await;
    let mut authorization = api.authorization();
    authorization.nonce.0 = [nonce; 32];
    let params = Overload::Bytes.params(&authorization, api.sandbox.buyer_key().expose());
    let body = json!({"params": params, "memo": "caf\u{e9}"});
    api.post(&format!("/methods/{method}/execute"), body).await
}
