//! Delegations to a wallet: kept and passed on.

use alloy_primitives::{Address, U256, address, bytes};
use alloy_sol_types::{SolStruct, eip712_domain};
use reqwest::Method;
use serde_json::{Value, json};
use x402_core::Signature;
use x402_oneshot::api::{Caveat, DelegationData, SignedDelegation};

use crate::harness::{Api, SELLER};

/// Who delegates.
const ANN: Address = address!("3e6a2f0CBA03d293B54c9fCF354948903007a798");

/// What is signed, by the names that count in its hash.
mod framework {
    alloy_sol_types::sol! {
        struct Caveat {
            address enforcer;
            bytes terms;
        }

        struct Delegation {
            address delegate;
            address delegator;
            bytes32 authority;
            Caveat[] caveats;
            uint256 salt;
        }
    }
}

fn typed(delegation: &SignedDelegation) -> framework::Delegation {
    let caveats = delegation.caveats.iter();
    framework::Delegation {
        delegate: delegation.delegate,
        delegator: delegation.delegator,
        authority: delegation.authority,
        caveats: caveats
            .map(|caveat| framework::Caveat { enforcer: caveat.enforcer, terms: caveat.terms.clone() })
            .collect(),
        salt: delegation.salt,
    }
}

/// Who signed a delegation, for the framework's manager on Base Sepolia.
fn signer(delegation: &SignedDelegation) -> Address {
    let domain = eip712_domain! {
        name: "DelegationManager",
        version: "1",
        chain_id: 84532,
        verifying_contract: address!("db9B1e94B5b69Df7e401DDbedE43491141047dB3"),
    };
    let signature = Signature::from_bytes(&delegation.signature).unwrap();
    signature.recover(typed(delegation).eip712_signing_hash(&domain)).unwrap()
}

fn wallet(api: &Api) -> Address {
    let id = api.sandbox.wallet_id();
    api.sandbox.wallets().iter().find(|wallet| wallet.id == id).unwrap().address
}

fn path(api: &Api) -> String {
    format!("/wallets/{}/delegations", api.sandbox.wallet_id())
}

fn signed(delegate: Address) -> SignedDelegation {
    let caveat = Caveat::new(address!("1046bb45C8d673d4ea75321280DB34899413c069"), bytes!("0001"));
    SignedDelegation::new(ANN, delegate, bytes!("0c1d")).salt(U256::from(7)).caveat(caveat)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[tokio::test]
async fn delegations_are_kept_listed_a_page_at_a_time_and_removed() {
    let api = Api::start().await;
    let data = DelegationData::from(&signed(wallet(&api)));
    let bare = api.post(&path(&api), json!({ "delegationData": data })).await;
    assert_eq!((&bare["startTime"], &bare["endTime"], &bare["methods"]), (&Value::Null, &Value::Null, &json!([])));
    assert_eq!(text(&bare["delegationData"]), data.as_str(), "as it was signed");
    assert_eq!(text(&bare["delegatorAddress"]), ANN.to_string());
    let body = json!({"delegationData": data, "startTime": 5, "endTime": 9, "methods": ["transfer"],
        "contractAddresses": [api.sandbox.token_address()]});
    let whole = api.post(&path(&api), body).await;
    assert_eq!((&whole["startTime"], &whole["endTime"]), (&json!(5), &json!(9)));
    assert_eq!(whole["contractAddresses"], json!([api.sandbox.token_address().to_string()]));

    let page = api.get(&format!("{}?page=2&pageSize=1", path(&api))).await;
    assert_eq!((&page["response"], &page["totalResults"]), (&json!([whole]), &json!(2)));
    let file = format!("/delegation/{}", text(&bare["id"]));
    assert_eq!(api.ask(Method::DELETE, &file, None).await, (200, json!({"success": true})));
    assert_eq!(api.ask(Method::DELETE, &file, None).await.0, 404);
    assert_eq!(api.get(&path(&api)).await["response"], json!([whole]));
}

#[tokio::test]
async fn a_delegation_is_passed_on_by_the_wallets_key_under_the_hash_of_its_parent() {
    let api = Api::start().await;
    let (wallet, parent) = (wallet(&api), signed(wallet(&api)));
    let data = DelegationData::from(&parent);
    let filed = api.post(&path(&api), json!({ "delegationData": data })).await;
    let on_file = format!("/delegation/{}/redelegate", text(&filed["id"]));
    let by_data = format!("{}/redelegate", path(&api));
    let mut salts = Vec::new();
    for (path, body) in [
        (on_file, json!({"delegateAddress": SELLER})),
        (by_data, json!({"delegateAddress": SELLER, "delegationData": data})),
    ] {
        let answer = api.post(&path, body).await;
        assert_eq!(text(&answer["parent"]), data.as_str());
        let child = DelegationData::new(text(&answer["redelegation"])).read().unwrap();
        assert_eq!((child.delegate, child.delegator, child.caveats.len()), (SELLER, wallet, 0));
        assert_eq!(child.authority, typed(&parent).eip712_hash_struct());
        assert_eq!(signer(&child), wallet);
        salts.push(child.salt);
    }
    assert_ne!(salts[0], salts[1], "so that each can be revoked on its own");
}

#[tokio::test]
async fn what_is_no_delegation_to_the_wallet_is_refused() {
    let api = Api::start().await;
    let to_another = DelegationData::from(&signed(SELLER));
    let of_a_wallet = DelegationData::from(&signed(wallet(&api)));
    for data in [json!(to_another), json!("{}"), json!("delegation"), json!(7), Value::Null] {
        for (path, body) in [
            (path(&api), json!({ "delegationData": data })),
            (format!("{}/redelegate", path(&api)), json!({"delegationData": data, "delegateAddress": SELLER})),
        ] {
            let (status, answer) = api.ask(Method::POST, &path, Some(body)).await;
            assert_eq!((status, &answer["data"]["parameterName"]), (422, &json!("delegationData")), "{path} {data}");
        }
    }
    let nobody = format!("/wallets/{}/delegations", api.sandbox.business_id());
    let good = json!({"delegationData": of_a_wallet, "delegateAddress": SELLER});
    let unknown = format!("/delegation/{}/redelegate", api.sandbox.business_id());
    for path in [nobody.clone(), format!("{nobody}/redelegate"), unknown] {
        assert_eq!(api.ask(Method::POST, &path, Some(good.clone())).await.0, 404, "{path}");
    }
    assert_eq!(api.ask(Method::GET, &nobody, None).await.0, 404);
    assert_eq!(api.get(&path(&api)).await["totalResults"], 0);
}
