//! `executeBatch`: several methods in one transaction, by a wallet that has been upgraded.

use alloy_primitives::{Address, U256};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Api, Overload, SELLER};

pub(crate) struct Batcher {
    pub(crate) api: Api,
    wallet: Address,
    /// Moves the buyer's tokens to the wallet.
    collect: String,
    /// Moves the wallet's tokens.
    transfer: String,
}

impl Batcher {
    pub(crate) async fn start() -> Self {
        let api = Api::start().await;
        let wallet = api.get(&format!("/wallets/{}", api.sandbox.wallet_id())).await;
        let wallet = wallet["accountAddress"].as_str().unwrap().parse().unwrap();
        let collect = api.create_overload(Overload::Vrs).await;
        let inputs =
            json!([{"name": "to", "type": "address", "index": 0}, {"name": "value", "type": "uint", "index": 1}]);
        let transfer = api.create(api.declaration("transfer", inputs)).await;
        Self { api, wallet, collect, transfer }
    }

    pub(crate) async fn upgrade(&self) {
        let inputs =
            json!([{"name": "spender", "type": "address", "index": 0}, {"name": "value", "type": "uint", "index": 1}]);
        let approve = self.api.create(self.api.declaration("approve", inputs)).await;
        let body = json!({"params": {"spender": SELLER, "value": "0"}, "upgradeTo7710": true});
        let queued = self.api.post(&format!("/methods/{approve}/execute"), body).await;
        self.api.sandbox.mine();
        let done = self.api.get(&format!("/transactions/{}", queued["id"].as_str().unwrap())).await;
        assert_eq!(done["status"], "Completed", "{done}");
    }

    fn collecting(&self, index: usize) -> Value {
        let mut authorization = self.api.authorization();
        authorization.to = self.wallet;
        let params = Overload::Vrs.params(&authorization, self.api.sandbox.buyer_key().expose());
        json!({"contractMethodId": self.collect, "executionIndex": index, "params": params})
    }

    pub(crate) fn transferring(&self, index: usize, value: u64) -> Value {
        let params = json!({"to": SELLER, "value": value.to_string()});
        json!({"contractMethodId": self.transfer, "executionIndex": index, "params": params})
    }

    pub(crate) fn batch(&self, items: Vec<Value>) -> Value {
        json!({"contractMethods": items, "walletId": self.api.sandbox.wallet_id(), "memo": "a batch"})
    }

    pub(crate) async fn execute(&self, batch: Value) -> Value {
        let queued = self.api.post("/methods/executeBatch", batch).await;
        assert_eq!(queued["status"], "Pending");
        self.api.sandbox.mine();
        self.api.get(&format!("/transactions/{}", queued["id"].as_str().unwrap())).await
    }

    async fn refused(&self, batch: Value) -> u16 {
        let before = self.api.sandbox.transactions().len();
        let (status, _) = self.api.ask(Method::POST, "/methods/executeBatch", Some(batch)).await;
        assert_eq!(self.api.sandbox.transactions().len(), before);
        status
    }
}

#[tokio::test]
async fn a_wallet_is_upgraded_by_a_transaction_and_says_so() {
    let batcher = Batcher::start().await;
    let wallet = format!("/wallets/{}", batcher.api.sandbox.wallet_id());
    let code = format!("/chains/84532/contracts/{}", batcher.wallet);
    assert_eq!(batcher.api.get(&wallet).await["erc7702ContractAddress"], Value::Null);
    assert_eq!(batcher.api.get(&code).await["isContract"], false);
    batcher.upgrade().await;
    let account = batcher.api.get(&wallet).await["erc7702ContractAddress"].clone();
    assert!(account.is_string());
    assert_eq!(batcher.api.get(&code).await["eip7702ImplementationAddress"], account);
}

#[tokio::test]
async fn a_batch_wants_an_upgraded_wallet() {
    let batcher = Batcher::start().await;
    let batch = batcher.batch(vec![batcher.collecting(0)]);
    assert_eq!(batcher.refused(batch).await, 400);
}

#[tokio::test]
async fn a_batch_is_one_transaction_in_the_order_of_its_indices() {
    let batcher = Batcher::start().await;
    batcher.upgrade().await;
    // Shuffled: what is collected first is what is sent on.
    let items = vec![batcher.transferring(1, 20_000), batcher.transferring(2, 30_000), batcher.collecting(0)];
    let done = batcher.execute(batcher.batch(items)).await;
    assert_eq!(done["status"], "Completed", "{done}");
    assert_eq!(done["contractMethodIds"], json!([batcher.collect, batcher.transfer, batcher.transfer]));
    assert_eq!(done["contractMethodId"], json!(batcher.collect));
    let wallet = batcher.wallet.to_string();
    assert_eq!((&done["from"], &done["to"]), (&json!(wallet), &json!(wallet)));
    assert_eq!(done["memo"], "a batch");
    let transfers = done["logs"].as_array().unwrap().iter().filter(|log| log["name"] == "Transfer");
    let values: Vec<&Value> = transfers.map(|log| &log["args"][2]).collect();
    assert_eq!(values, ["50000", "20000", "30000"]);
    assert_eq!(batcher.api.sandbox.balance_of(SELLER), U256::from(50_000));

    let found = batcher.api.business(&format!("/transactions?contractMethodId={}", batcher.transfer));
    assert_eq!(batcher.api.get(&found).await["totalResults"], 1);
}

#[tokio::test]
async fn a_failure_in_an_atomic_batch_undoes_all_of_it() {
    let batcher = Batcher::start().await;
    batcher.upgrade().await;
    let items = vec![batcher.collecting(0), batcher.transferring(1, 50_001)];
    let failed = batcher.execute(batcher.batch(items)).await;
    assert_eq!(failed["status"], "Failed");
    assert!(failed["failureReason"].as_str().unwrap().starts_with("ERC20InsufficientBalance("), "{failed}");
    assert_eq!(batcher.api.sandbox.balance_of(batcher.wallet), U256::ZERO);
}

#[tokio::test]
async fn a_failure_in_another_batch_stops_it_there() {
    let batcher = Batcher::start().await;
    batcher.upgrade().await;
    let items = vec![batcher.collecting(0), batcher.transferring(1, 50_001), batcher.transferring(2, 1)];
    let mut batch = batcher.batch(items);
    batch["atomic"] = json!(false);
    let done = batcher.execute(batch).await;
    assert_eq!(done["status"], "Completed");
    let names: Vec<&Value> = done["logs"].as_array().unwrap().iter().map(|log| &log["name"]).collect();
    assert_eq!(names, ["AuthorizationUsed", "Transfer", "ExecutionFailed"]);
    assert_eq!(batcher.api.sandbox.balance_of(batcher.wallet), U256::from(50_000));
    assert_eq!(batcher.api.sandbox.balance_of(SELLER), U256::ZERO);
}

#[tokio::test]
async fn batches_that_make_no_sense_are_refused() {
    let batcher = Batcher::start().await;
    batcher.upgrade().await;
    let unknown = json!({"contractMethodId": batcher.api.sandbox.wallet_id(), "executionIndex": 0});
    let payable = {
        let mut item = batcher.collecting(0);
        item["value"] = json!("1");
        item
    };
    for (items, status) in [
        (vec![], 422),
        (vec![batcher.collecting(1)], 422),
        (vec![batcher.collecting(0), batcher.transferring(0, 1)], 422),
        (vec![batcher.collecting(0), batcher.transferring(2, 1)], 422),
        (vec![json!({"contractMethodId": batcher.collect, "executionIndex": 0})], 422),
        (vec![unknown], 404),
        (vec![payable], 400),
        ((0..65).map(|index| batcher.transferring(index, 0)).collect(), 422),
    ] {
        assert_eq!(batcher.refused(batcher.batch(items.clone())).await, status, "{items:?}");
    }
    let mut elsewhere = batcher.batch(vec![batcher.collecting(0)]);
    elsewhere["walletId"] = json!(batcher.collect);
    assert_eq!(batcher.refused(elsewhere).await, 422);
}
