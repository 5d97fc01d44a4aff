//! Wallets: what the calls that change them send, and how often.

use alloy_primitives::{Address, U256, address};
use serde_json::{Value, json};
use x402_oneshot::api::{NativeTransfer, NewWallet, TransactionStatus, UpdateWallet, Wallet};
use x402_oneshot::transport::TransportErrorKind;
use x402_oneshot::{ErrorKind, Reach, WalletId};

use crate::support::{ID, Script, Step, answer};

const TO: Address = address!("036CbD53842c5426634e7929541eC2318f3dCF7e");
const WALLET: &str = include_str!("../fixtures/wallet_without_balance.json");
const TRANSACTION: &str = include_str!("../fixtures/transaction_single_id.json");

fn wallet() -> WalletId {
    ID.parse().unwrap()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_wallet_is_made_with_the_documented_body() {
    let script = Script::new().call(answer(200, WALLET)).call(answer(200, WALLET));
    let client = script.client();
    let full = NewWallet::new(11_297_108_109, "till").description("d").low_balance_threshold(U256::MAX);
    let made = client.wallets().create(ID.parse().unwrap(), &full).await.unwrap();
    assert_eq!(made.name, "till");
    client.wallets().create(ID.parse().unwrap(), &NewWallet::new(1, "n")).await.unwrap();
    let calls = script.api_calls();
    assert_eq!(calls[0].line, format!("POST /v0/business/{ID}/wallets"));
    assert_eq!(
        json(&calls[0].body),
        json!({"chainId": 11_297_108_109_u64, "name": "till", "description": "d",
            "lowBalanceThreshold": U256::MAX.to_string()})
    );
    assert_eq!(json(&calls[1].body), json!({"chainId": 1, "name": "n"}));
}

#[tokio::test(start_paused = true)]
async fn an_update_says_only_what_changes() {
    let script = Script::new().call(answer(200, WALLET)).call(answer(200, WALLET));
    let client = script.client();
    let all = UpdateWallet::new().name("n").description("").low_balance_threshold(U256::ZERO);
    client.wallets().update(wallet(), &all).await.unwrap();
    client.wallets().update(wallet(), &UpdateWallet::new()).await.unwrap();
    let calls = script.api_calls();
    assert_eq!(calls[0].line, format!("PUT /v0/wallets/{ID}"));
    assert_eq!(json(&calls[0].body), json!({"name": "n", "description": "", "lowBalanceThreshold": "0"}));
    assert_eq!(json(&calls[1].body), json!({}));
}

#[tokio::test(start_paused = true)]
async fn deleting_and_authorising_fail_if_the_api_says_no() {
    for (body, declined) in [(r#"{"success":true}"#, false), ("", false), (r#"{"success":false}"#, true)] {
        let script = Script::new().call(answer(200, body)).call(answer(200, body));
        let client = script.client();
        let deleted = client.wallets().delete(wallet()).await;
        let authorised = client.wallets().authorize_permit2(wallet(), TO).await;
        for outcome in [deleted, authorised] {
            let kind = outcome.err().map(|error| error.kind());
            assert_eq!(kind, declined.then_some(ErrorKind::Declined), "{body}");
        }
        let calls = script.api_calls();
        assert_eq!((calls[0].line.as_str(), calls[0].body.as_str()), (&*format!("DELETE /v0/wallets/{ID}"), ""));
        assert_eq!(calls[1].line, format!("PUT /v0/wallets/{ID}/authorizePermit2"));
        assert_eq!(json(&calls[1].body), json!({"contractAddress": TO.to_string()}));
    }
}

#[tokio::test(start_paused = true)]
async fn a_transfer_without_an_amount_has_to_be_asked_for_by_name() {
    let script = Script::new().call(answer(200, TRANSACTION)).call(answer(200, TRANSACTION));
    let client = script.client();
    let some = NativeTransfer::new(TO, U256::from(7)).memo("refund 1");
    let queued = client.wallets().transfer(wallet(), &some).await.unwrap();
    assert_eq!(queued.status, TransactionStatus::Pending);
    client.wallets().transfer(wallet(), &NativeTransfer::everything(TO)).await.unwrap();
    let calls = script.api_calls();
    assert_eq!(calls[0].line, format!("POST /v0/wallets/{ID}/transfer"));
    let to = TO.to_string();
    assert_eq!(
        json(&calls[0].body),
        json!({"destinationAccountAddress": to, "transferAmount": "7", "memo": "refund 1"})
    );
    assert_eq!(json(&calls[1].body), json!({"destinationAccountAddress": to}));
}

#[tokio::test(start_paused = true)]
async fn the_transaction_of_a_transfer_needs_no_contract_method() {
    let body = format!(r#"{{"id":"{ID}","status":"Pending","chainId":84532,"contractMethodIds":[]}}"#);
    let script = Script::new().call(answer(200, body));
    let client = script.client();
    let transfer = NativeTransfer::new(TO, U256::from(1));
    let queued = client.wallets().transfer(wallet(), &transfer).await.unwrap();
    assert_eq!(queued.method_ids().count(), 0);
}

/// Each of them, against an answer of 503 (which reads try again) and against a connection lost on the way.
#[tokio::test(start_paused = true)]
async fn nothing_that_changes_something_is_sent_twice() {
    for lost in [false, true] {
        let step = || match lost {
            true => Step::Fail(TransportErrorKind::Io, Reach::MaybeSent),
            false => answer(503, r#"{"type":"ERR_DATABASE","message":"m","retryable":true}"#),
        };
        let script = Script::new().calls((0..5).map(|_| step()));
        let client = script.client();
        let wallets = client.wallets();
        let errors = [
            wallets.create(ID.parse().unwrap(), &NewWallet::new(1, "n")).await.unwrap_err(),
            wallets.update(wallet(), &UpdateWallet::new()).await.unwrap_err(),
            wallets.delete(wallet()).await.unwrap_err(),
            wallets.transfer(wallet(), &NativeTransfer::everything(TO)).await.unwrap_err(),
            wallets.authorize_permit2(wallet(), TO).await.unwrap_err(),
        ];
        assert_eq!(script.api_calls().len(), errors.len());
        for error in errors {
            assert!(error.may_have_acted(), "{error}");
        }
    }
}

#[test]
fn a_balance_says_whose_and_where_it_is() {
    let read: Wallet = serde_json::from_str(include_str!("../fixtures/wallet_with_balance.json")).unwrap();
    let balance = read.balance.unwrap();
    assert_eq!((balance.chain_id, balance.technology), (Some(84532), Some(0)));
    assert_eq!(balance.account_address, Some(read.account_address));
}

#[test]
fn a_wallet_is_read_whatever_becomes_of_what_nothing_is_decided_by() {
    let whole: Value = json(include_str!("../fixtures/wallet_with_balance.json"));
    let needed = ["id", "accountAddress", "chainId"];
    for member in whole.as_object().unwrap().keys() {
        let mut less = whole.clone();
        less.as_object_mut().unwrap().remove(member);
        let read: Result<Wallet, _> = serde_json::from_value(less);
        assert_eq!(read.is_err(), needed.contains(&member.as_str()), "{member}");
        for shape in [json!(null), json!(-1.5), json!("text"), json!([[1]]), json!({"odd": true})] {
            let mut odd = whole.clone();
            odd[member] = shape;
            let read: Result<Wallet, _> = serde_json::from_value(odd);
            assert_eq!(read.is_err(), needed.contains(&member.as_str()), "{member}");
        }
    }
}
