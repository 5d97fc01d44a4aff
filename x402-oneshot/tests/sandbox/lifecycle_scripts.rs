//! Transactions that live another life than the usual one.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use x402_oneshot::sandbox::faults::Lifecycle;
use x402_oneshot::sandbox::{Sandbox, SandboxStatus};

use crate::harness::{Api, Overload, SELLER};
use crate::x402::body;

/// Executes a good transfer with this life; gives the path to ask about it.
async fn execute(api: &Api, life: Lifecycle) -> String {
    api.sandbox.faults().next_transaction(&life);
    let method = api.create_overload(Overload::Bytes).await;
    let params = Overload::Bytes.params(&api.authorization(), api.sandbox.buyer_key().expose());
    let queued = api.post(&format!("/methods/{method}/execute"), json!({"params": params})).await;
    assert_eq!(queued["status"], "Pending", "execute says what it always says");
    format!("/transactions/{}", queued["id"].as_str().unwrap())
}

/// So many answers, with a block before each; gives status and hash.
async fn ask(api: &Api, path: &str, times: usize) -> Vec<(String, Value)> {
    let mut seen = Vec::new();
    for _ in 0..times {
        api.sandbox.mine();
        let answer = api.get(path).await;
        seen.push((answer["status"].as_str().unwrap().to_owned(), answer["transactionHash"].clone()));
    }
    seen
}

fn statuses(seen: &[(String, Value)]) -> Vec<&str> {
    seen.iter().map(|(status, _)| status.as_str()).collect()
}

fn arrived(api: &Api) -> u64 {
    api.sandbox.balance_of(SELLER).to()
}

#[tokio::test]
async fn pending_for_some_polls_then_as_usual() {
    let api = Api::start().await;
    let path = execute(&api, Lifecycle::new().pending(3)).await;
    let seen = ask(&api, &path, 3).await;
    assert_eq!(statuses(&seen), ["Pending"; 3]);
    assert!(seen.iter().all(|(_, hash)| hash.is_null()));
    assert_eq!(arrived(&api), 0);
    assert_eq!(statuses(&ask(&api, &path, 1).await), ["Completed"]);
    assert_eq!(arrived(&api), 50_000);
}

#[tokio::test]
async fn retrying_changes_the_hash_and_the_last_one_is_the_one_that_counts() {
    let api = Api::start().await;
    let path = execute(&api, Lifecycle::new().pending(1).retrying(2).submitted(1)).await;
    let seen = ask(&api, &path, 5).await;
    assert_eq!(statuses(&seen), ["Pending", "Retrying", "Retrying", "Submitted", "Completed"]);
    assert_eq!(seen[0].1, Value::Null);
    assert_eq!(seen[1].1, seen[2].1);
    assert_ne!(seen[2].1, seen[3].1);
    assert_eq!(seen[3].1, seen[4].1);
    assert_eq!(arrived(&api), 50_000);
}

#[tokio::test]
async fn forever_is_forever_and_moves_nothing() {
    for (life, status) in
        [(Lifecycle::new().retrying(1).forever(), "Retrying"), (Lifecycle::new().submitted(1).forever(), "Submitted")]
    {
        let api = Api::start().await;
        let path = execute(&api, life).await;
        let seen = ask(&api, &path, 6).await;
        assert_eq!(statuses(&seen), [status; 6]);
        assert!(seen.iter().all(|(_, hash)| hash.is_string()));
        assert_eq!(arrived(&api), 0);
    }
}

#[tokio::test]
async fn failures_have_the_reason_they_are_given_or_none_and_execute_nothing() {
    for (life, reason) in [
        (Lifecycle::new().failed("Transaction reverted"), json!("Transaction reverted")),
        (Lifecycle::new().retrying(1).failed_without_reason(), Value::Null),
    ] {
        let api = Api::start().await;
        let path = execute(&api, life).await;
        ask(&api, &path, 2).await;
        let failed = api.get(&path).await;
        assert_eq!((&failed["status"], &failed["failureReason"]), (&json!("Failed"), &reason));
        assert!(failed["completed"].is_u64());
        assert_eq!(arrived(&api), 0);
        // The nonce is not spent: the same transfer is still good.
        execute(&api, Lifecycle::new()).await;
        api.sandbox.mine();
        assert_eq!(arrived(&api), 50_000);
    }
}

#[tokio::test]
async fn an_unknown_status_is_said_and_then_the_truth() {
    let api = Api::start().await;
    let path = execute(&api, Lifecycle::new().saying("Dropped", 2)).await;
    assert_eq!(statuses(&ask(&api, &path, 3).await), ["Dropped", "Dropped", "Completed"]);
    assert_eq!(arrived(&api), 50_000);
}

#[tokio::test]
async fn a_lost_race_reverts_and_the_money_arrives_once_all_the_same() {
    let api = Api::start().await;
    let path = execute(&api, Lifecycle::new().raced()).await;
    api.sandbox.mine();
    let failed = api.get(&path).await;
    assert_eq!(failed["status"], "Failed");
    assert!(failed["failureReason"].as_str().unwrap().contains("UsedAuthorization"), "{failed}");
    assert_eq!(arrived(&api), 50_000);
}

#[tokio::test]
async fn lives_are_taken_in_order_and_then_transactions_are_as_usual() {
    let api = Api::start().await;
    let failing = Lifecycle::new().failed("no");
    api.sandbox.faults().next_transactions(1, &failing);
    execute(&api, failing.clone()).await;
    execute(&api, Lifecycle::new()).await;
    execute(&api, Lifecycle::new()).await;
    api.sandbox.mine();
    let ends: Vec<_> = api.sandbox.transactions().iter().map(|transaction| transaction.status).collect();
    assert_eq!(ends, [SandboxStatus::Failed, SandboxStatus::Failed, SandboxStatus::Completed]);
    assert_eq!(arrived(&api), 50_000);
}

/// Has a request answered that waits for its transaction, with so many blocks; gives the answer, and after each block
/// status and hash.
async fn awaited(
    api: &Api,
    request: impl Future<Output = Value>,
    blocks: usize,
) -> (Value, Vec<(SandboxStatus, Value)>) {
    let mining = async {
        while api.sandbox.transactions().is_empty() {
            tokio::task::yield_now().await;
        }
        let path = format!("/transactions/{}", api.sandbox.transactions()[0].id);
        let mut seen = Vec::new();
        for _ in 0..blocks {
            // Whoever asks meanwhile changes nothing.
            api.get(&path).await;
            api.sandbox.mine();
            let [transaction] = api.sandbox.transactions().try_into().unwrap();
            seen.push((transaction.status, json!(transaction.hash)));
        }
        seen
    };
    tokio::join!(request, mining)
}

#[tokio::test]
async fn where_the_endpoint_waits_scripts_go_by_blocks() {
    use SandboxStatus::{Completed, Pending, Retrying, Submitted};
    let api = Api::start().await;
    api.sandbox.faults().next_transaction(&Lifecycle::new().pending(1).retrying(2).submitted(1));
    let (settled, seen) = awaited(&api, api.post("/x402/settle", body(&api, 2)), 5).await;
    let statuses: Vec<SandboxStatus> = seen.iter().map(|(status, _)| *status).collect();
    assert_eq!(statuses, [Pending, Retrying, Retrying, Submitted, Completed]);
    assert_ne!(seen[2].1, seen[3].1);
    assert_eq!((&settled["success"], &settled["transaction"]), (&json!(true), &seen[4].1));
    assert_eq!(arrived(&api), 50_000);

    let api = Api::start().await;
    api.sandbox.faults().next_transaction(&Lifecycle::new().retrying(1).failed("no"));
    let path = format!("/wallets/{}/authorizePermit2", api.sandbox.wallet_id());
    let approval = api.put(&path, json!({"contractAddress": api.sandbox.token_address()}));
    let (answer, seen) = awaited(&api, approval, 2).await;
    assert_eq!((seen[0].0, seen[1].0), (Retrying, SandboxStatus::Failed));
    assert_eq!(answer, json!({"success": false}));
}

#[tokio::test]
async fn a_settlement_comes_through_its_script_by_itself_where_blocks_do() {
    for block_time in [Duration::ZERO, Duration::from_millis(1)] {
        let api = Api::with(Sandbox::builder().block_time(block_time)).await;
        api.sandbox.faults().next_transaction(&Lifecycle::new().pending(2).retrying(3).saying("Dropped", 1));
        let settled = api.post("/x402/settle", body(&api, 2)).await;
        assert_eq!(settled["success"], true, "{settled}");
        assert_eq!(json!(api.sandbox.transactions()[0].hash), settled["transaction"]);
        assert_eq!(arrived(&api), 50_000);
    }
}

#[tokio::test]
async fn a_settlement_that_stays_for_ever_in_its_last_stage_gets_to_that_and_keeps_nobody_busy() {
    let api = Api::with(Sandbox::builder().block_time(Duration::ZERO)).await;
    api.sandbox.faults().next_transaction(&Lifecycle::new().pending(2).retrying(1).forever());
    let settlement = api.authorized(Method::POST, "/x402/settle").json(&body(&api, 2)).send();
    let reached = async {
        while api.sandbox.transactions().first().is_none_or(|it| it.status != SandboxStatus::Retrying) {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        answer = settlement => panic!("it was answered: {answer:?}"),
        () = reached => {}
    }
    // The next transaction is none the worse for it.
    execute(&api, Lifecycle::new()).await;
    while api.sandbox.transactions()[1].status != SandboxStatus::Completed {
        tokio::task::yield_now().await;
    }
    assert_eq!(api.sandbox.transactions()[0].status, SandboxStatus::Retrying);
    assert_eq!(arrived(&api), 50_000);
}

#[tokio::test]
#[should_panic(expected = "are ends")]
async fn no_script_can_say_completed() {
    let _ = Lifecycle::new().saying("Completed", 1);
}

#[test]
fn no_script_from_json_can_say_completed_either() {
    for status in ["Completed", "Failed"] {
        let script = json!({"stages": [{"status": status, "polls": 1}]});
        assert!(serde_json::from_value::<Lifecycle>(script).is_err());
    }
}
