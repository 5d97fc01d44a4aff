//! Native currency comes, goes and runs low.

use alloy_primitives::{Address, U256};
use reqwest::Method;
use serde_json::{Value, json};
use x402_oneshot::sandbox::{Sandbox, SandboxEvent};

use crate::harness::{Api, SELLER};

const ETHER: u64 = 1_000_000_000_000_000_000;

/// The base fee and the priority fee, together.
const GAS_PRICE: u64 = 1_100_000;

async fn transfer(api: &Api, body: Value) -> Value {
    let path = format!("/wallets/{}/transfer", api.sandbox.wallet_id());
    let queued = api.post(&path, body).await;
    assert_eq!(queued["status"], "Pending");
    api.sandbox.mine();
    api.get(&format!("/transactions/{}", queued["id"].as_str().unwrap())).await
}

fn native(api: &Api, account: Address) -> u64 {
    api.sandbox.native_balance(84532, account).unwrap().to()
}

fn low_balances(api: &Api) -> usize {
    api.sandbox.events().iter().filter(|event| matches!(event, SandboxEvent::LowBalance { .. })).count()
}

#[tokio::test]
async fn a_transfer_is_a_transaction_without_a_method_and_moves_the_amount() {
    let api = Api::start().await;
    let wallet = &api.sandbox.wallets()[0];
    let body = json!({"destinationAccountAddress": SELLER, "transferAmount": "5000", "memo": "rent"});
    let done = transfer(&api, body).await;
    assert_eq!(done["status"], "Completed", "{done}");
    assert_eq!((&done["memo"], &done["walletId"]), (&json!("rent"), &json!(wallet.id)));
    assert_eq!((&done["from"], &done["to"]), (&json!(wallet.address.to_string()), &json!(SELLER.to_string())));
    assert_eq!(done["contractMethodIds"], json!([]));
    // Every client generation wants an id here.
    assert_eq!(done["contractMethodId"], "00000000-0000-0000-0000-000000000000");
    assert_eq!(native(&api, SELLER), 5000);
    assert_eq!(native(&api, wallet.address), ETHER - 5000 - 21_000 * GAS_PRICE);
    assert!(api.sandbox.transactions()[0].method_ids.is_empty());
}

#[tokio::test]
async fn a_transfer_of_no_amount_is_of_as_much_as_there_is() {
    let api = Api::start().await;
    let wallet = api.sandbox.wallets()[0].address;
    let done = transfer(&api, json!({"destinationAccountAddress": SELLER})).await;
    assert_eq!(done["status"], "Completed", "{done}");
    let left = native(&api, wallet);
    assert!(left < 21_000 * 2_100_000, "{left}");
    assert_eq!(native(&api, SELLER) + left + 21_000 * GAS_PRICE, ETHER);

    // Now not even the gas can be paid.
    let path = format!("/wallets/{}/transfer", api.sandbox.wallet_id());
    for body in [
        json!({"destinationAccountAddress": SELLER}),
        json!({"destinationAccountAddress": SELLER, "transferAmount": "1"}),
        json!({"destinationAccountAddress": SELLER, "transferAmount": U256::MAX.to_string()}),
    ] {
        let (status, answer) = api.ask(Method::POST, &path, Some(body)).await;
        assert_eq!((status, &answer["type"]), (500, &json!("ERR_INSUFFICIENT_FUNDS")));
    }
}

#[tokio::test]
async fn transfers_that_are_none_are_refused() {
    let api = Api::start().await;
    let path = format!("/wallets/{}/transfer", api.sandbox.wallet_id());
    for body in [
        json!({}),
        json!({"destinationAccountAddress": "0x1"}),
        json!({"destinationAccountAddress": SELLER, "transferAmount": "1.5"}),
        json!({"destinationAccountAddress": SELLER, "transferAmount": -1}),
    ] {
        assert_eq!(api.ask(Method::POST, &path, Some(body.clone())).await.0, 422, "{body}");
    }
    // A token takes no native currency.
    let token = api.sandbox.token_address();
    let done = transfer(&api, json!({"destinationAccountAddress": token, "transferAmount": "1"})).await;
    assert_eq!(done["status"], "Failed");
}

#[tokio::test]
async fn a_deposit_into_a_wallet_is_on_record_and_one_elsewhere_is_not() {
    let api = Api::start().await;
    let from = api.sandbox.wallets()[0].address;
    let till = api.post(&api.business("/wallets"), json!({"chainId": 84532, "name": "till"})).await;
    for to in [&till["accountAddress"], &json!(SELLER)] {
        transfer(&api, json!({"destinationAccountAddress": to, "transferAmount": "7"})).await;
    }
    let account: Address = till["accountAddress"].as_str().unwrap().parse().unwrap();
    api.sandbox.fund(84532, account, U256::from(8)).unwrap();
    api.sandbox.fund(84532, SELLER, U256::from(9)).unwrap();
    assert!(api.sandbox.fund(1, SELLER, U256::from(9)).is_err());
    let deposits: Vec<_> = {
        let events = api.sandbox.events().into_iter();
        events
            .filter_map(|event| match event {
                SandboxEvent::DepositConfirmed { wallet, from, amount, .. } => Some((wallet, from, amount)),
                _ => None,
            })
            .collect()
    };
    let till = till["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(deposits, [(till, Some(from), U256::from(7)), (till, None, U256::from(8))]);
    assert_eq!((native(&api, account), native(&api, SELLER)), (ETHER + 15, 16));
}

#[tokio::test]
async fn a_balance_that_falls_below_the_threshold_is_said_once_until_it_rises() {
    let api = Api::start().await;
    let wallet = api.sandbox.wallets()[0].clone();
    // Nearly all, leaving half of the 0.01 ETH below which a balance is low.
    let most = json!({"destinationAccountAddress": SELLER, "transferAmount": (ETHER - ETHER / 200).to_string()});
    let little = json!({"destinationAccountAddress": SELLER, "transferAmount": "1"});
    transfer(&api, little.clone()).await;
    assert_eq!(low_balances(&api), 0);
    transfer(&api, most.clone()).await;
    let low = api.sandbox.events().into_iter().find_map(|event| match event {
        SandboxEvent::LowBalance { wallet, balance, threshold, .. } => Some((wallet, balance, threshold)),
        _ => None,
    });
    let left = U256::from(native(&api, wallet.address));
    assert_eq!(low, Some((wallet.id, left, U256::from(ETHER / 100))));
    transfer(&api, little.clone()).await;
    assert_eq!(low_balances(&api), 1, "it was said already");

    api.sandbox.fund(84532, wallet.address, U256::from(ETHER)).unwrap();
    transfer(&api, most).await;
    assert_eq!(low_balances(&api), 2, "it had risen in between");

    // With a lower threshold this is enough.
    let path = format!("/wallets/{}", wallet.id);
    api.put(&path, json!({"lowBalanceThreshold": "1000"})).await;
    transfer(&api, little.clone()).await;
    api.put(&path, json!({"lowBalanceThreshold": ETHER.to_string()})).await;
    transfer(&api, little).await;
    assert_eq!(low_balances(&api), 3);
}

#[tokio::test]
async fn wallets_start_with_what_the_builder_says() {
    let api = Api::with(Sandbox::builder().manual_mining().wallet_funds(U256::from(3)).buyer_funds(2)).await;
    let created = api.post(&api.business("/wallets"), json!({"chainId": 137, "name": "till"})).await;
    let list = api.get(&api.business("/wallets")).await;
    for wallet in list["response"].as_array().unwrap() {
        assert_eq!(wallet["accountBalanceDetails"]["balance"], "3");
    }
    assert_eq!(list["response"][6]["id"], created["id"]);
    assert_eq!(api.sandbox.balance_of(api.sandbox.buyer_address()), U256::from(2_000_000));
    let path = format!("/wallets/{}/transfer", api.sandbox.wallet_id());
    let (status, _) = api.ask(Method::POST, &path, Some(json!({"destinationAccountAddress": SELLER}))).await;
    assert_eq!(status, 500);
}

#[tokio::test]
async fn a_transaction_that_becomes_final_is_on_record() {
    let api = Api::start().await;
    let done = transfer(&api, json!({"destinationAccountAddress": SELLER, "transferAmount": "1"})).await;
    let token = api.sandbox.token_address();
    let failed = transfer(&api, json!({"destinationAccountAddress": token, "transferAmount": "1"})).await;
    let of = |transaction: &Value| transaction["id"].as_str().unwrap().to_owned();
    let finals: Vec<String> = {
        let events = api.sandbox.events().into_iter();
        events
            .filter_map(|event| match event {
                SandboxEvent::TransactionFinal { transaction, .. } => Some(transaction.to_string()),
                _ => None,
            })
            .collect()
    };
    assert_eq!(finals, [of(&done), of(&failed)]);
}
