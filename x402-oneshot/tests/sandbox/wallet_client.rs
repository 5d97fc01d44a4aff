//! Our client's wallets, chains and signatures on the sandbox.

use alloy_primitives::{U256, eip191_hash_message};
use alloy_sol_types::{SolStruct, eip712_domain, sol};
use serde_json::json;
use x402_core::Signature;
use x402_oneshot::api::{
    ChainType, Erc3009Transfer, NativeTransfer, NewWallet, Permit2Transfer, TransactionStatus, TypedData, UpdateWallet,
};
use x402_oneshot::sandbox::Sandbox;

use crate::harness::{Api, SELLER, client};

sol! {
    struct Order {
        uint256 id;
        string item;
    }
}

const ETHER: u64 = 1_000_000_000_000_000_000;

#[tokio::test]
async fn a_wallet_lives_from_creation_to_deletion() {
    let api = Api::start().await;
    let client = client(&api.sandbox);
    let (business, wallets) = (api.sandbox.business_id(), client.wallets());
    let new = NewWallet::new(84532, "till 2").description("d").low_balance_threshold(U256::from(1));
    let made = wallets.create(business, &new).await.unwrap();
    assert_eq!((made.chain_id, made.name.as_str(), made.description.as_deref()), (84532, "till 2", Some("d")));

    let found = wallets.list(business).chain(84532).name("till 2").send().await.unwrap();
    let ids: Vec<_> = found.response.iter().map(|wallet| wallet.id).collect();
    assert_eq!(ids, [made.id]);
    assert_eq!(wallets.get(made.id).await.unwrap().balance, None);
    let balance = wallets.get_with_balances(made.id).await.unwrap().balance.unwrap();
    assert_eq!(balance.atomic(), Some(U256::from(ETHER)));
    assert_eq!(balance.account_address, Some(made.account_address));

    let renamed = wallets.update(made.id, &UpdateWallet::new().name("till 3")).await.unwrap();
    assert_eq!((renamed.name.as_str(), renamed.description.as_deref()), ("till 3", Some("d")));

    let full = wallets.delete(made.id).await.unwrap_err();
    assert!(!full.may_have_acted(), "a wallet that holds something is not deleted: {full}");
    let some = NativeTransfer::new(SELLER, U256::from(7)).memo("refund");
    let queued = wallets.transfer(made.id, &some).await.unwrap();
    assert_eq!((queued.status, queued.memo.as_deref()), (TransactionStatus::Pending, Some("refund")));
    api.sandbox.mine();
    let done = client.transactions().get(queued.id).await.unwrap();
    assert_eq!((done.status, done.to), (TransactionStatus::Completed, Some(SELLER)));
    wallets.transfer(made.id, &NativeTransfer::everything(SELLER)).await.unwrap();
    api.sandbox.mine();
    wallets.delete(made.id).await.unwrap();
    assert!(wallets.get(made.id).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn chains_say_what_they_are_and_what_gas_costs() {
    let api = Api::start().await;
    let client = client(&api.sandbox);
    let chains = client.chains().list().page_size(100).send().await.unwrap();
    let base = chains.response.iter().find(|chain| chain.chain_id == 84532).unwrap();
    assert_eq!(base.kind, Some(ChainType::Testnet));
    assert_eq!(base.native_currency.as_ref().unwrap().decimals, Some(18));
    assert!(base.average_block_mining_time.is_some());
    let fees = client.chains().fees(84532).await.unwrap();
    assert!(fees.max_fee_per_gas >= fees.max_priority_fee_per_gas && fees.max_priority_fee_per_gas.is_some());
    let token = client.chains().contract(84532, api.sandbox.token_address()).await.unwrap();
    assert_eq!((token.is_contract, token.eip7702_implementation), (true, None));
    assert!(!client.chains().contract(84532, SELLER).await.unwrap().is_contract);
    assert!(client.chains().fees(7).await.is_err());
}

#[tokio::test]
async fn texts_and_typed_data_are_signed_by_the_wallets_key() {
    let api = Api::start().await;
    let client = client(&api.sandbox);
    let id = api.sandbox.wallet_id();
    let account = client.wallets().get(id).await.unwrap().account_address;
    let by_wallet = |bytes: &[u8], hash| Signature::from_bytes(bytes).unwrap().recover(hash) == Ok(account);

    let text = client.wallets().sign_erc191(id, "log in: é").await.unwrap();
    assert_eq!(text.data, "log in: é");
    assert!(by_wallet(&text.signature, eip191_hash_message("log in: é")));

    let data: TypedData = serde_json::from_value(json!({
        "domain": {"name": "shop", "version": "1", "chainId": 84532},
        "types": {"Order": [{"name": "id", "type": "uint256"}, {"name": "item", "type": "string"}]},
        "primaryType": "Order",
        "message": {"id": "17", "item": "é"},
    }))
    .unwrap();
    let signed = client.wallets().sign_erc712(id, &data).await.unwrap();
    let order = Order { id: U256::from(17), item: "é".to_owned() };
    let domain = eip712_domain! { name: "shop", version: "1", chain_id: 84532, };
    assert!(by_wallet(&signed.signature, order.eip712_signing_hash(&domain)));
}

#[tokio::test]
async fn permit2_is_authorised_and_then_signed_for() {
    let sandbox = Sandbox::builder().block_time(std::time::Duration::ZERO).start().await.unwrap();
    let client = client(&sandbox);
    let (id, token) = (sandbox.wallet_id(), sandbox.token_address());
    client.wallets().authorize_permit2(id, token).await.unwrap();
    assert_eq!(client.wallets().get(id).await.unwrap().permit2_authorized_contract_addresses, [token]);
    let transfer = Permit2Transfer::new(token, SELLER, U256::from(5)).deadline(4_000_000_000);
    let signed = client.wallets().sign_permit2(id, &transfer).await.unwrap();
    assert_eq!(signed.signature.len(), 65);
    assert!(signed.data.contains("4000000000"), "{}", signed.data);
}

#[tokio::test]
async fn every_erc3009_signature_has_a_nonce_of_its_own() {
    let api = Api::start().await;
    let client = client(&api.sandbox);
    let transfer = Erc3009Transfer::new(api.sandbox.token_address(), SELLER, U256::from(5));
    let first = client.wallets().sign_erc3009(api.sandbox.wallet_id(), &transfer).await.unwrap();
    let second = client.wallets().sign_erc3009(api.sandbox.wallet_id(), &transfer).await.unwrap();
    assert_ne!(first, second);
}
