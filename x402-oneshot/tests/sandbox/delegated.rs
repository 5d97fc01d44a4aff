//! Execution for those who have delegated: `executeAsDelegator` and its batch, on the chain.

use alloy_primitives::{Address, B256, U256, bytes};
use reqwest::Method;
use serde_json::{Value, json};
use x402_oneshot::api::{Caveat, DelegationData, SignedDelegation};

use crate::harness::{Api, NOW, Overload, SELLER};

/// A server wallet: its id and its account.
struct Wallet {
    id: String,
    account: Address,
}

/// A wallet that holds tokens and has delegated, the one it has delegated to, and `transfer` of the token.
struct Delegated {
    api: Api,
    delegator: Wallet,
    delegate: Wallet,
    transfer: String,
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

async fn new_wallet(api: &Api, name: &str) -> Wallet {
    let made = api.post(&api.business("/wallets"), json!({"chainId": 84532, "name": name})).await;
    Wallet { id: text(&made["id"]).to_owned(), account: text(&made["accountAddress"]).parse().unwrap() }
}

async fn completed(api: &Api, queued: &Value) -> Value {
    let done = mined(api, queued).await;
    assert_eq!(done["status"], "Completed", "{done}");
    done
}

async fn mined(api: &Api, queued: &Value) -> Value {
    api.sandbox.mine();
    api.get(&format!("/transactions/{}", text(&queued["id"]))).await
}

impl Delegated {
    async fn start() -> Self {
        let api = Api::start().await;
        let (delegator, delegate) = (new_wallet(&api, "delegator").await, new_wallet(&api, "delegate").await);
        let mut authorization = api.authorization();
        authorization.to = delegator.account;
        let collect = api.create_overload(Overload::Bytes).await;
        let params = Overload::Bytes.params(&authorization, api.sandbox.buyer_key().expose());
        let collected = api.execute(&collect, params).await;
        assert_eq!(collected["status"], "Completed", "{collected}");
        let inputs =
            json!([{"name": "to", "type": "address", "index": 0}, {"name": "value", "type": "uint", "index": 1}]);
        let transfer = api.create(api.declaration("transfer", inputs)).await;
        let delegated = Self { api, delegator, delegate, transfer };
        delegated.upgrade(&delegated.delegator).await;
        delegated
    }

    /// Makes a wallet a smart account, by a transfer of nothing.
    async fn upgrade(&self, wallet: &Wallet) {
        let body = json!({"params": {"to": SELLER, "value": "0"}, "walletId": wallet.id, "upgradeTo7710": true});
        let queued = self.api.post(&format!("/methods/{}/execute", self.transfer), body).await;
        completed(&self.api, &queued).await;
    }

    /// The delegator's delegation, signed by this wallet as typed data.
    async fn signed(&self, by: &Wallet, delegate: Address) -> DelegationData {
        self.signed_for(by, self.delegator.account, delegate).await
    }

    async fn signed_for(&self, by: &Wallet, delegator: Address, delegate: Address) -> DelegationData {
        let word = |name: &str, kind: &str| json!({"name": name, "type": kind});
        let body = json!({
            "domain": {"name": "DelegationManager", "version": "1", "chainId": 84532,
                "verifyingContract": "0xdb9B1e94B5b69Df7e401DDbedE43491141047dB3"},
            "types": {
                "Caveat": [word("enforcer", "address"), word("terms", "bytes")],
                "Delegation": [word("delegate", "address"), word("delegator", "address"),
                    word("authority", "bytes32"), word("caveats", "Caveat[]"), word("salt", "uint256")],
            },
            "message": {"primaryType": "Delegation", "message": {
                "delegate": delegate, "delegator": delegator, "authority": SignedDelegation::ROOT,
                "caveats": [], "salt": "0",
            }},
        });
        let signed = self.api.post(&format!("/wallets/{}/signature/erc712", by.id), body).await;
        let signature = text(&signed["signature"]).parse().unwrap();
        (&SignedDelegation::new(delegator, delegate, signature)).into()
    }

    /// The delegation to the delegate, put on file with what else is said of it.
    async fn filed(&self, limits: Value) -> String {
        let mut body = limits;
        body["delegationData"] = json!(self.signed(&self.delegator, self.delegate.account).await);
        let filed = self.api.post(&format!("/wallets/{}/delegations", self.delegate.id), body).await;
        text(&filed["id"]).to_owned()
    }

    fn run(&self, wallet: &Wallet, by: &Value) -> Value {
        let mut run = json!({"params": {"to": SELLER, "value": "20000"}, "walletId": wallet.id, "memo": "for another"});
        run.as_object_mut().unwrap().extend(by.as_object().unwrap().clone());
        run
    }

    fn path(&self) -> String {
        format!("/methods/{}/executeAsDelegator", self.transfer)
    }

    /// What becomes of a run by the delegate.
    async fn executed(&self, by: Value) -> Value {
        let queued = self.api.post(&self.path(), self.run(&self.delegate, &by)).await;
        assert_eq!((&queued["status"], &queued["memo"]), (&json!("Pending"), &json!("for another")));
        mined(&self.api, &queued).await
    }

    async fn refused(&self, by: Value) -> (u16, Value) {
        let before = self.api.sandbox.transactions().len();
        let (status, answer) = self.api.ask(Method::POST, &self.path(), Some(self.run(&self.delegate, &by))).await;
        assert_eq!(self.api.sandbox.transactions().len(), before);
        (status, answer["data"]["parameterName"].clone())
    }

    /// What the delegator and the seller hold.
    fn balances(&self) -> [u64; 2] {
        [self.delegator.account, SELLER].map(|account| self.api.sandbox.balance_of(account).to())
    }
}

#[tokio::test]
async fn the_delegators_tokens_move_at_the_delegates_gas_however_the_delegation_is_named() {
    let delegated = Delegated::start().await;
    assert_eq!(delegated.balances(), [50_000, 0]);
    let id = delegated.filed(json!({})).await;
    let data = delegated.signed(&delegated.delegator, delegated.delegate.account).await;
    for (by, left) in
        [(json!({ "delegationId": id }), 30_000), (json!({"delegatorAddress": delegated.delegator.account}), 10_000)]
    {
        let done = delegated.executed(by).await;
        assert_eq!(done["status"], "Completed", "{done}");
        assert_eq!(text(&done["from"]), delegated.delegate.account.to_string(), "who pays the gas");
        assert_eq!(done["contractMethodId"], json!(delegated.transfer));
        assert_eq!(delegated.balances(), [left, 50_000 - left]);
    }
    let done = delegated.executed(json!({"delegationData": [data]})).await;
    let reason = text(&done["failureReason"]);
    assert!(reason.starts_with("ERC20InsufficientBalance("), "the contract's own reason comes through: {reason}");
}

#[tokio::test]
async fn a_delegation_that_was_passed_on_is_redeemed_child_first() {
    let delegated = Delegated::start().await;
    let (parent, third) = (delegated.filed(json!({})).await, new_wallet(&delegated.api, "third").await);
    let body = json!({"delegateAddress": third.account});
    let passed = delegated.api.post(&format!("/delegation/{parent}/redelegate"), body).await;
    let [child, parent] = ["redelegation", "parent"].map(|member| passed[member].clone());
    for (chain, failure) in [
        (json!([parent, child]), Some("NotTheDelegate")),
        (json!([child]), Some("InvalidAuthority")),
        (json!([parent]), Some("NotTheDelegate")),
        (json!([child, parent]), None),
    ] {
        let run = delegated.run(&third, &json!({"delegationData": chain}));
        let queued = delegated.api.post(&delegated.path(), run).await;
        let done = mined(&delegated.api, &queued).await;
        let reason = done["failureReason"].as_str().map(|reason| reason.split('(').next().unwrap());
        assert_eq!(reason, failure, "{done}");
    }
    assert_eq!(delegated.balances(), [30_000, 20_000]);
}

#[tokio::test]
async fn what_the_delegator_has_not_signed_moves_nothing() {
    let delegated = Delegated::start().await;
    let forged = delegated.signed(&delegated.delegate, delegated.delegate.account).await;
    let to_another = delegated.signed(&delegated.delegator, SELLER).await;
    for (data, failure) in [(forged, "InvalidDelegationSignature"), (to_another, "NotTheDelegate")] {
        let done = delegated.executed(json!({"delegationData": [data]})).await;
        assert_eq!(done["status"], "Failed");
        assert!(text(&done["failureReason"]).starts_with(failure), "{done}");
    }
    assert_eq!(delegated.balances(), [50_000, 0]);
}

#[tokio::test]
async fn a_delegator_without_a_smart_account_cannot_be_acted_for() {
    let delegated = Delegated::start().await;
    let plain = new_wallet(&delegated.api, "plain").await;
    let data = delegated.signed_for(&plain, plain.account, delegated.delegate.account).await;
    let by = json!({"delegationData": [data]});
    let done = delegated.executed(by.clone()).await;
    assert_eq!((&done["status"], &done["failureReason"]), (&json!("Failed"), &json!("execution reverted")));
    delegated.upgrade(&plain).await;
    let reason = delegated.executed(by).await["failureReason"].clone();
    assert!(text(&reason).starts_with("ERC20InsufficientBalance("), "it has nothing, and could be acted for: {reason}");
}

#[tokio::test]
async fn a_delegation_with_caveats_is_not_simulated_and_not_taken_for_one_without() {
    let delegated = Delegated::start().await;
    let data = delegated.signed(&delegated.delegator, delegated.delegate.account).await.read().unwrap();
    let limited = DelegationData::from(&data.caveat(Caveat::new(Address::repeat_byte(7), bytes!("01"))));
    assert_eq!(delegated.refused(json!({"delegationData": [limited]})).await.0, 501);
}

#[tokio::test]
async fn a_delegation_on_file_is_used_for_what_it_was_put_there_for() {
    let delegated = Delegated::start().await;
    let token = delegated.api.sandbox.token_address();
    for (limits, fits) in [
        (json!({"methods": ["approve"]}), false),
        (json!({"contractAddresses": [SELLER]}), false),
        (json!({"startTime": NOW + 1}), false),
        (json!({"endTime": NOW}), false),
        (
            json!({"methods": ["approve", "transfer"], "contractAddresses": [token], "startTime": NOW, "endTime": NOW + 1}),
            true,
        ),
    ] {
        let id = delegated.filed(limits.clone()).await;
        let by_address = json!({"delegatorAddress": delegated.delegator.account});
        if fits {
            assert_eq!(delegated.executed(json!({ "delegationId": id })).await["status"], "Completed");
            assert_eq!(delegated.executed(by_address).await["status"], "Completed");
        } else {
            let name = delegated.refused(json!({ "delegationId": id })).await;
            assert_eq!(name, (422, json!("delegationId")), "{limits}");
            assert_eq!(delegated.refused(by_address).await, (422, json!("delegatorAddress")), "{limits}");
        }
    }
}

#[tokio::test]
async fn exactly_one_delegation_is_named() {
    let delegated = Delegated::start().await;
    let id = delegated.filed(json!({})).await;
    let account = delegated.delegator.account;
    for by in [
        json!({}),
        json!({"delegationId": id, "delegatorAddress": account}),
        json!({"delegationId": id, "delegationData": ["{}"]}),
        json!({"delegationId": B256::ZERO}),
        json!({"delegationId": delegated.delegate.id}),
        json!({"delegatorAddress": SELLER}),
        json!({"delegationData": []}),
        json!({"delegationData": ["{}"]}),
        json!({"delegationData": vec!["{}"; 17]}),
    ] {
        assert_eq!(delegated.refused(by.clone()).await.0, 422, "{by}");
    }
    // On file for the delegate, and so of no use to another wallet.
    let run = delegated.run(&delegated.delegator, &json!({ "delegationId": id }));
    assert_eq!(delegated.api.ask(Method::POST, &delegated.path(), Some(run)).await.0, 422);
    let unknown = format!("/methods/{}/executeAsDelegator", delegated.delegate.id);
    assert_eq!(delegated.api.ask(Method::POST, &unknown, Some(json!({"params": {}}))).await.0, 404);
}

#[tokio::test]
async fn a_batch_for_delegators_is_atomic_unless_told_otherwise() {
    let delegated = Delegated::start().await;
    let id = delegated.filed(json!({})).await;
    let data = delegated.signed(&delegated.delegator, delegated.delegate.account).await;
    let item = |index: usize, value: u64, more: Value| {
        let mut item = json!({"contractMethodId": delegated.transfer, "executionIndex": index,
            "params": {"to": SELLER, "value": value.to_string()}, "delegatorAddress": delegated.delegator.account});
        item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        item
    };
    let batch = |items: Vec<Value>, atomic: bool| json!({"contractMethods": items, "walletId": delegated.delegate.id, "atomic": atomic});
    let path = "/methods/executeAsDelegatorBatch";
    let small = || vec![item(0, 1, json!({}))];
    assert_eq!(delegated.api.ask(Method::POST, path, Some(batch(small(), true))).await.0, 400, "not upgraded");
    delegated.upgrade(&delegated.delegate).await;

    let too_much =
        || vec![item(1, 60_000, json!({ "delegationId": id })), item(0, 1_000, json!({})), item(2, 5, json!({}))];
    let queued = delegated.api.post(path, batch(too_much(), true)).await;
    assert_eq!(mined(&delegated.api, &queued).await["status"], "Failed");
    assert_eq!(delegated.balances(), [50_000, 0]);
    let queued = delegated.api.post(path, batch(too_much(), false)).await;
    completed(&delegated.api, &queued).await;
    assert_eq!(delegated.balances(), [49_000, 1_000], "what came before the failure, and nothing after it");

    let all_ways = vec![
        item(0, 1_000, json!({})),
        item(1, 2_000, json!({ "delegationId": id })),
        item(2, 3_000, json!({"delegationData": [data]})),
    ];
    let queued = delegated.api.post(path, batch(all_ways, true)).await;
    let done = completed(&delegated.api, &queued).await;
    assert_eq!(delegated.balances(), [43_000, 7_000]);
    assert_eq!(done["contractMethodIds"], json!(vec![&delegated.transfer; 3]));

    for items in [
        vec![],
        vec![item(1, 1, json!({}))],
        vec![item(0, 1, json!({"delegatorAddress": SELLER}))],
        vec![item(0, 1, json!({"delegatorAddress": SELLER, "delegationId": id}))],
        vec![item(0, 1, json!({"delegationId": id, "delegationData": ["{}"]}))],
        vec![item(0, 1, json!({"value": "1", "delegationId": B256::ZERO}))],
    ] {
        let body = batch(items, true);
        assert_eq!(delegated.api.ask(Method::POST, path, Some(body.clone())).await.0, 422, "{body}");
    }
}

#[tokio::test]
async fn an_upgraded_wallet_still_pays_with_its_own_signature() {
    let delegated = Delegated::start().await;
    let (api, payer) = (&delegated.api, &delegated.delegator);
    let body = json!({"contractAddress": api.sandbox.token_address(), "destinationAddress": SELLER, "amount": "700"});
    let signed = api.post(&format!("/wallets/{}/signature/erc3009", payer.id), body).await;
    let mut params: Value = serde_json::from_str(text(&signed["data"])).unwrap();
    params["signature"] = signed["signature"].clone();
    // The overload that asks an account with code for its word.
    let pay = api.create_overload(Overload::Bytes).await;
    let done = api.execute(&pay, params).await;
    assert_eq!(done["status"], "Completed", "{done}");
    assert_eq!(api.sandbox.balance_of(SELLER), U256::from(700));
}
