//! Payers that are contracts ([ERC-1271](https://eips.ethereum.org/EIPS/eip-1271)).

use alloy_primitives::U256;
use serde_json::{Value, json};

use crate::harness::{Api, Overload, SELLER, STRANGER, TransferWithAuthorization};

#[tokio::test]
async fn its_owners_signature_moves_its_money_and_nobody_elses_does() {
    let api = Api::start().await;
    let wallet = api.sandbox.smart_wallet(api.sandbox.buyer_address());
    let authorization = TransferWithAuthorization { from: wallet, ..api.authorization() };
    let method = api.create_overload(Overload::Bytes).await;
    for (key, reason) in [(&STRANGER, Some("ERC3009InvalidSignature")), (api.sandbox.buyer_key().expose(), None)] {
        let params = Overload::Bytes.params(&authorization, key);
        let path = format!("/methods/{method}/test");
        let tested = api.post(&path, json!({"params": params})).await;
        let done = api.execute(&method, params).await;
        match reason {
            Some(reason) => {
                assert_eq!((&tested["success"], &tested["error"]["name"]), (&json!(false), &json!(reason)));
                assert_eq!(done["status"], "Failed");
            }
            None => assert_eq!((&tested["success"], &done["status"]), (&json!(true), &json!("Completed")), "{done}"),
        }
    }
    let balance = |account| api.sandbox.balance_of(account);
    assert_eq!((balance(wallet), balance(SELLER)), (U256::from(999_950_000), U256::from(50_000)));
    assert_eq!(balance(api.sandbox.buyer_address()), U256::from(1_000_000_000), "the owner's own money stays");
}

#[tokio::test]
async fn the_overload_with_the_signature_in_parts_knows_no_contracts() {
    let api = Api::start().await;
    let wallet = api.sandbox.smart_wallet(api.sandbox.buyer_address());
    let authorization = TransferWithAuthorization { from: wallet, ..api.authorization() };
    let method = api.create_overload(Overload::Vrs).await;
    let done = api.execute(&method, Overload::Vrs.params(&authorization, api.sandbox.buyer_key().expose())).await;
    assert_eq!(done["failureReason"], "ERC3009InvalidSignature()");
}

#[tokio::test]
async fn signatures_of_any_length_are_answered_and_never_accepted() {
    let api = Api::start().await;
    let wallet = api.sandbox.smart_wallet(api.sandbox.buyer_address());
    let authorization = TransferWithAuthorization { from: wallet, ..api.authorization() };
    let method = api.create_overload(Overload::Bytes).await;
    let mut params = Overload::Bytes.params(&authorization, api.sandbox.buyer_key().expose());
    let whole = params["signature"].as_str().unwrap().to_owned();
    for signature in
        ["0x".to_owned(), whole[..130].to_owned(), format!("{whole}00"), format!("0x{}", "1b".repeat(2000))]
    {
        params["signature"] = json!(signature);
        let done = api.execute(&method, params.clone()).await;
        assert_eq!(done["failureReason"], "ERC3009InvalidSignature()");
    }
    assert_eq!(api.sandbox.balance_of(SELLER), U256::ZERO);
}

#[tokio::test]
async fn it_is_a_contract_with_money_on_every_chain() {
    let api = Api::start().await;
    let wallet = api.sandbox.smart_wallet(api.sandbox.buyer_address());
    let another = api.sandbox.smart_wallet(api.sandbox.buyer_address());
    assert_ne!(wallet, another);
    for chain in api.sandbox.chain_ids() {
        let code = api.get(&format!("/chains/{chain}/contracts/{wallet}")).await;
        assert_eq!(code["isContract"], Value::Bool(true));
        let [token] = api.sandbox.tokens(chain).try_into().unwrap();
        assert_eq!(api.sandbox.balance_in(chain, token.address(), wallet), Some(U256::from(1_000_000_000)));
    }
}
