//! Models read every documented generation of the API, and ones not seen yet.

use alloy_primitives::{U256, address, b256};
use proptest::prelude::*;
use serde_json::{Value, json};
use x402_oneshot::MethodId;
use x402_oneshot::api::{
    ContractMethod, MethodParam, ParamStruct, ParamType, StateMutability, Transaction, TransactionStatus, Wallet,
};

const USDC: alloy_primitives::Address = address!("036CbD53842c5426634e7929541eC2318f3dCF7e");

macro_rules! fixture {
    ($name:literal) => {
        serde_json::from_str(include_str!(concat!("../fixtures/", $name, ".json"))).unwrap()
    };
}

fn method_ids(transaction: &Transaction) -> Vec<MethodId> {
    transaction.method_ids().collect()
}

#[test]
fn a_transaction_with_a_single_method_id() {
    let read: Transaction = fixture!("transaction_single_id");
    assert_eq!(method_ids(&read), ["5d0f3e0c-9c1e-4d6a-8a3f-0e9a1b2c3d4e".parse().unwrap()]);
    assert_eq!(read.status, TransactionStatus::Pending);
    assert_eq!((read.transaction_hash, read.completed_seconds), (None, None));
    assert_eq!(read.to, Some(USDC));
    assert_eq!(read.gas_limit, Some(U256::from(120_000)));
    assert_eq!(read.created_seconds, Some(1_760_000_000));
    assert!(read.memo.as_deref().unwrap().starts_with("x402 0x857b"));
    assert!(!format!("{read:?}").contains("an-api-key"), "the API key is not kept");
}

#[test]
fn a_transaction_with_a_list_of_method_ids_and_without_nullable_members() {
    let read: Transaction = fixture!("transaction_id_list");
    assert_eq!(method_ids(&read).len(), 2);
    assert_eq!(read.status, TransactionStatus::Submitted);
    assert_eq!(read.transaction_hash, Some(b256!("5a0e2d1c3b4a59687786a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0")));
    assert_eq!(read.contract_address, Some(USDC));
    assert_eq!((read.memo, read.failure_reason, read.to), (None, None, None));
}

#[test]
fn a_completed_transaction_with_both_forms_and_logs() {
    let read: Transaction = fixture!("transaction_completed");
    assert_eq!(method_ids(&read).len(), 1);
    assert!(read.status.is_final());
    assert_eq!(read.gas_used, Some(U256::from(86_214)));
    assert_eq!(read.logs[0].name, "Transfer");
    assert_eq!(read.logs[0].args[1], json!(["nested"]));
    assert_eq!(read.completed_seconds, Some(1_760_000_005));
}

#[test]
fn a_transaction_of_a_generation_not_seen_yet() {
    let read: Transaction = fixture!("transaction_of_the_future");
    assert_eq!(read.status, TransactionStatus::Other("Dropped".to_owned()));
    assert!(!read.status.is_final());
    assert_eq!(read.chain_id, 84532);
    assert_eq!(method_ids(&read), []);
    assert_eq!(read.failure_reason.as_deref(), Some("nonce too low"));
    assert_eq!(read.gas_limit, Some(U256::from(120_000)));
    assert_eq!(read.completed_seconds, Some(1_760_000_005));
    assert_eq!((read.gas_used, read.transaction_hash), (None, None));
    assert_eq!((read.wallet_id, read.contract_address), (None, None));
    assert!(read.logs.is_empty());
}

#[test]
fn a_transaction_without_what_is_decided_by_is_refused() {
    let good: Value = fixture!("transaction_single_id");
    for member in ["id", "status", "chainId"] {
        let mut bad = good.clone();
        bad.as_object_mut().unwrap().remove(member);
        assert!(serde_json::from_value::<Transaction>(bad).is_err(), "{member}");
    }
}

#[test]
fn a_wallet_with_its_balance() {
    let read: Wallet = fixture!("wallet_with_balance");
    assert_eq!(read.chain_id, 84532);
    assert_eq!(read.permit2_authorized_contract_addresses, [USDC]);
    assert!(read.eip7702_contract_address.is_some());
    let balance = read.balance.unwrap();
    assert_eq!(balance.atomic(), Some(U256::from(1_230_000_000_000_000_000_u64)));
    assert_eq!((balance.ticker.as_str(), balance.decimals), ("ETH", Some(18)));
}

#[test]
fn wallets_without_balance_and_without_the_newer_members() {
    let read: Wallet = fixture!("wallet_without_balance");
    assert_eq!((read.balance, read.description), (None, None));
    assert_eq!(read.eip7702_contract_address, None);

    let read: Wallet = fixture!("wallet_minimal");
    let balance = read.balance.unwrap();
    assert_eq!((balance.balance.as_str(), balance.atomic()), ("0.5", None));
}

#[test]
fn a_contract_method_with_a_type_not_known_here() {
    let read: ContractMethod = fixture!("contract_method");
    assert_eq!(read.contract_address, Some(USDC));
    assert_eq!(read.state_mutability, Some(StateMutability::NonPayable));
    let kinds: Vec<_> = read.inputs.iter().map(|p| (p.index, &p.kind, p.type_size)).collect();
    assert_eq!(
        kinds,
        [
            (0, &ParamType::Address, None),
            (1, &ParamType::Bytes, Some(32)),
            (2, &ParamType::Other("fixed".to_owned()), Some(128)),
        ]
    );
}

#[test]
fn a_struct_parameter_is_described_or_named_but_not_both_and_numbers_its_members() {
    let id = "5d0f3e0c-9c1e-4d6a-8a3f-0e9a1b2c3d4e";
    let inner = ParamStruct::new().param(MethodParam::new("x", ParamType::from("fixed")).size(128).decimals(18));
    let outer = ParamStruct::new()
        .name("Order")
        .business(id.parse().unwrap())
        .param(MethodParam::new("to", ParamType::Address).static_value("0xab"))
        .param(MethodParam::of_struct("inner", inner.clone()).fixed_array(2));
    let mut both = MethodParam::of_struct("known", inner);
    both.type_struct_id = Some(id.parse().unwrap());
    let outer = outer.param(both).param(MethodParam::of_known_struct("more", id.parse().unwrap()).array());
    assert_eq!(
        serde_json::to_value(&outer).unwrap(),
        json!({
            "name": "Order",
            "businessId": id,
            "params": [
                {"name": "to", "type": "address", "index": 0, "staticValue": "0xab"},
                {"name": "inner", "type": "struct", "index": 1, "isArray": true, "arraySize": 2, "typeStruct": {
                    "params": [{"name": "x", "type": "fixed", "index": 0, "typeSize": 128, "typeSize2": 18}],
                }},
                {"name": "known", "type": "struct", "index": 2, "typeStructId": id},
                {"name": "more", "type": "struct", "index": 3, "isArray": true, "typeStructId": id},
            ],
        })
    );
}

#[test]
fn a_parameter_that_was_read_can_be_sent_again_without_what_the_api_added() {
    let id = "5d0f3e0c-9c1e-4d6a-8a3f-0e9a1b2c3d4e";
    let read: MethodParam = serde_json::from_value(json!({
        "id": id, "structId": id, "name": "order", "type": "struct", "index": 0, "typeSize": null, "isArray": false,
        "description": null, "value": "fixed by an sdk",
        "typeStruct": {"id": id, "businessId": id, "updated": 2, "created": 1,
            "params": [{"id": id, "structId": id, "name": "x", "type": "uint", "index": 0, "value": "7"}]},
    }))
    .unwrap();
    assert_eq!((read.id, read.struct_id), (id.parse().ok(), id.parse().ok()));
    assert_eq!(read.fixed_value(), Some("fixed by an sdk"));
    assert_eq!(read.type_struct.as_ref().unwrap().params[0].kind, ParamType::Uint);
    let sent = ParamStruct::new().param(read);
    assert_eq!(
        serde_json::to_value(&sent.params[0]).unwrap(),
        json!({"name": "order", "type": "struct", "index": 0, "staticValue": "fixed by an sdk", "typeStruct": {
            "businessId": id, "params": [{"name": "x", "type": "uint", "index": 0, "staticValue": "7"}],
        }})
    );
}

proptest! {
    #[test]
    fn statuses_survive_text_and_json(text in "\\PC{0,20}") {
        let status = TransactionStatus::from(text.as_str());
        prop_assert_eq!(&status.to_string(), &text);
        let json = serde_json::to_value(&status).unwrap();
        prop_assert_eq!(&json, &json!(text));
        prop_assert_eq!(serde_json::from_value::<TransactionStatus>(json).unwrap(), status);
    }

    /// Whatever one unimportant member turns into, the transaction is read.
    #[test]
    fn no_shape_of_an_unimportant_member_costs_the_transaction(
        index in 0_usize..40,
        shape in prop_oneof![
            Just(json!(null)), Just(json!(true)), Just(json!(-1.5)), Just(json!("text")),
            Just(json!([])), Just(json!([[1]])), Just(json!({})), Just(json!({"message": 5})),
        ],
    ) {
        let mut value: Value = fixture!("transaction_completed");
        let members = value.as_object_mut().unwrap();
        let names: Vec<String> = members
            .keys()
            .filter(|name| !["id", "status", "chainId"].contains(&name.as_str()))
            .cloned()
            .collect();
        members.insert(names[index % names.len()].clone(), shape);
        prop_assert!(serde_json::from_value::<Transaction>(value).is_ok());
    }
}
