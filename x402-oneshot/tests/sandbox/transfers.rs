//! Authorizations execute, once, and only when everything about them is right.

use std::time::Duration;

use alloy_primitives::{Address, U256};
use serde_json::{Value, json};

use crate::harness::{Api, NOW, Overload, SELLER, STRANGER, TransferWithAuthorization};

#[tokio::test]
async fn either_overload_moves_exactly_the_value() {
    for overload in Overload::BOTH {
        let api = Api::start().await;
        let method = api.create_overload(overload).await;
        let params = overload.params(&api.authorization(), api.sandbox.buyer_key().expose());

        let tested = test(&api, &method, &params).await;
        assert_eq!(tested, json!({"success": true, "result": {}, "error": null}));
        assert_eq!(balances(&api), (1_000_000_000, 0), "a test moves nothing");

        let done = api.execute(&method, params).await;
        assert_eq!(done["status"], "Completed", "{done}");
        assert_eq!(balances(&api), (999_950_000, 50_000));
    }
}

#[tokio::test]
async fn a_whole_balance_can_be_paid_and_no_more() {
    let api = Api::start().await;
    let all = U256::from(1_000_000_000);
    let method = api.create_overload(Overload::Bytes).await;
    for (value, reason) in [(all + U256::ONE, Some("ERC20InsufficientBalance")), (all, None)] {
        let authorization = TransferWithAuthorization { value, ..api.authorization() };
        let params = Overload::Bytes.params(&authorization, api.sandbox.buyer_key().expose());
        expect(&api, &method, params, reason).await;
    }
    assert_eq!(balances(&api), (0, 1_000_000_000));
}

#[tokio::test]
async fn a_nonce_is_good_once_whichever_overload_used_it() {
    for (first, second) in
        [(Overload::Bytes, Overload::Bytes), (Overload::Bytes, Overload::Vrs), (Overload::Vrs, Overload::Bytes)]
    {
        let api = Api::start().await;
        let (authorization, key) = (api.authorization(), *api.sandbox.buyer_key().expose());
        let method = api.create_overload(first).await;
        expect(&api, &method, first.params(&authorization, &key), None).await;
        let method = api.create_overload(second).await;
        let again = second.params(&authorization, &key);
        expect(&api, &method, again, Some("ERC3009UsedAuthorization")).await;
        assert_eq!(balances(&api), (999_950_000, 50_000));
    }
}

#[tokio::test]
async fn two_of_one_nonce_in_one_block_pay_once() {
    let api = Api::start().await;
    let method = api.create_overload(Overload::Bytes).await;
    let key = api.sandbox.buyer_key().expose();
    let params = Overload::Bytes.params(&api.authorization(), key);
    for _ in 0..2 {
        assert_eq!(test(&api, &method, &params).await["success"], true);
        let body = json!({"params": params});
        api.post(&format!("/methods/{method}/execute"), body).await;
    }
    api.sandbox.mine();
    let statuses: Vec<_> = api.sandbox.transactions().iter().map(|tx| format!("{:?}", tx.status)).collect();
    assert_eq!(statuses, ["Completed", "Failed"]);
    assert_eq!(balances(&api), (999_950_000, 50_000));
}

#[tokio::test]
async fn what_is_wrong_with_an_authorization_is_named() {
    for overload in Overload::BOTH {
        let api = Api::start().await;
        let method = api.create_overload(overload).await;
        let good = || api.authorization();
        let buyer = *api.sandbox.buyer_key().expose();

        let early = TransferWithAuthorization { validAfter: U256::from(NOW), ..good() };
        let late = TransferWithAuthorization { validBefore: U256::from(NOW), ..good() };
        for authorization in [early, late] {
            let params = overload.params(&authorization, &buyer);
            expect(&api, &method, params, Some("ERC3009InvalidAuthorizationTime")).await;
        }

        let forged = overload.params(&good(), &STRANGER);
        expect(&api, &method, forged, Some("ERC3009InvalidSignature")).await;

        let mut altered = overload.params(&good(), &buyer);
        altered["value"] = json!("50001");
        expect(&api, &method, altered, Some("ERC3009InvalidSignature")).await;

        let nowhere = TransferWithAuthorization { to: Address::ZERO, ..good() };
        let params = overload.params(&nowhere, &buyer);
        expect(&api, &method, params, Some("ERC20InvalidReceiver")).await;

        assert_eq!(balances(&api), (1_000_000_000, 0));
    }
}

#[tokio::test]
async fn validity_is_judged_by_the_block_and_not_when_it_was_queued() {
    let api = Api::start().await;
    let method = api.create_overload(Overload::Bytes).await;
    let key = api.sandbox.buyer_key().expose();
    let params = Overload::Bytes.params(&api.authorization(), key);
    let queued = api.post(&format!("/methods/{method}/execute"), json!({"params": params})).await;
    api.clock.advance(Duration::from_secs(60));
    api.sandbox.mine();
    let failed = api.get(&format!("/transactions/{}", queued["id"].as_str().unwrap())).await;
    let reason = failed["failureReason"].as_str().unwrap();
    assert!(reason.starts_with("ERC3009InvalidAuthorizationTime("), "{reason}");
}

#[tokio::test]
async fn a_block_number_is_no_time_to_usdc() {
    // OpenZeppelin would take both bounds for block numbers when both have this bit.
    let flag = U256::from(1_u64 << 47);
    let api = Api::start().await;
    let method = api.create_overload(Overload::Bytes).await;
    let authorization = TransferWithAuthorization {
        validAfter: flag,
        validBefore: flag + U256::from(1_000_000),
        ..api.authorization()
    };
    let params = Overload::Bytes.params(&authorization, api.sandbox.buyer_key().expose());
    expect(&api, &method, params, Some("ERC3009InvalidAuthorizationTime")).await;
}

#[tokio::test]
async fn a_transaction_without_enough_gas_fails_with_that_reason() {
    let api = Api::start().await;
    let method = api.create_overload(Overload::Bytes).await;
    let key = api.sandbox.buyer_key().expose();
    let params = Overload::Bytes.params(&api.authorization(), key);
    for (limit, reason) in [("21000", "gas"), ("40000", "OutOfGas")] {
        let body = json!({"params": params, "gasLimit": limit});
        let queued = api.post(&format!("/methods/{method}/execute"), body).await;
        api.sandbox.mine();
        let failed = api.get(&format!("/transactions/{}", queued["id"].as_str().unwrap())).await;
        assert_eq!(failed["status"], "Failed");
        let text = failed["failureReason"].as_str().unwrap();
        assert!(text.contains(reason), "{text}");
    }
    assert_eq!(balances(&api), (1_000_000_000, 0));
}

async fn test(api: &Api, method: &str, params: &Value) -> Value {
    api.post(&format!("/methods/{method}/test"), json!({"params": params})).await
}

/// Both `test` and `execute` must come to this end.
async fn expect(api: &Api, method: &str, params: Value, reason: Option<&str>) {
    let tested = test(api, method, &params).await;
    let done = api.execute(method, params).await;
    let Some(reason) = reason else {
        assert_eq!(tested["success"], true, "{tested}");
        assert_eq!(done["status"], "Completed", "{done}");
        return;
    };
    assert_eq!(tested["success"], false);
    assert_eq!(tested["result"], Value::Null);
    assert_eq!(tested["error"]["name"], reason, "{tested}");
    assert_eq!(done["status"], "Failed");
    assert_eq!(done["failureReason"], tested["error"]["message"]);
    assert!(done["failureReason"].as_str().unwrap().starts_with(reason), "{done}");
    assert_eq!(done["logs"], Value::Null);
}

/// Of the buyer and the seller.
fn balances(api: &Api) -> (u64, u64) {
    let of = |account| api.sandbox.balance_of(account).to::<u64>();
    (of(api.sandbox.buyer_address()), of(SELLER))
}
