//! The delegation endpoints, and runs for other accounts.

use alloy_primitives::{Address, B256, U256, address, bytes};
use serde_json::{Value, json};
use x402_oneshot::api::{
    ActingBy, Caveat, DelegatedRun, DelegationData, Eip7702Authorization, ExecuteAsDelegator, ExecuteAsDelegatorBatch,
    NewDelegation, Params, SignedDelegation,
};
use x402_oneshot::{Client, DelegationId, Error, MethodId, WalletId};

use crate::support::{ID, Script, answer};

const DELEGATION: &str = include_str!("../fixtures/delegation.json");
const TRANSACTION: &str = include_str!("../fixtures/transaction_single_id.json");
const OTHER: &str = "5d0f3e0c-9c1e-4d6a-8a3f-0e9a1b2c3d4e";
const ANN: Address = address!("3e6a2f0CBA03d293B54c9fCF354948903007a798");
const WALLET: Address = address!("74847C451C3745FcDF4fD447A9FA5EEf8A6791a9");
const USDC: Address = address!("036CbD53842c5426634e7929541eC2318f3dCF7e");

fn wallet() -> WalletId {
    ID.parse().unwrap()
}

fn method() -> MethodId {
    ID.parse().unwrap()
}

fn on_file() -> DelegationId {
    OTHER.parse().unwrap()
}

fn only(script: &Script) -> (String, Value) {
    let call = script.only_call();
    (call.line, serde_json::from_str(&call.body).unwrap())
}

#[tokio::test(start_paused = true)]
async fn delegations_are_listed_and_what_was_signed_can_be_read() {
    let page = format!(r#"{{"response":[{DELEGATION}],"page":2,"pageSize":5,"totalResults":6}}"#);
    let script = Script::new().call(answer(200, page));
    let page = script.client().delegations().list(wallet()).page(2).page_size(5).send().await.unwrap();
    assert_eq!(script.only_call().line, format!("GET /v0/wallets/{ID}/delegations?page=2&pageSize=5"));

    let read = &page.response[0];
    assert_eq!((read.id, read.delegator_address), (on_file(), Some(ANN)));
    assert_eq!((read.start_seconds, read.end_seconds), (None, Some(1_798_761_600)));
    assert_eq!((&read.contract_addresses[..], &read.methods[..]), (&[USDC][..], &["transfer".to_owned()][..]));
    let signed = read.delegation_data.as_ref().unwrap().read().unwrap();
    let enforcer = address!("1046bb45C8d673d4ea75321280DB34899413c069");
    let expected = SignedDelegation::new(ANN, WALLET, bytes!("0c1d")).caveat(Caveat::new(enforcer, bytes!("0001")));
    assert_eq!(signed, expected);
}

#[tokio::test(start_paused = true)]
async fn the_limits_of_a_delegation_are_read_whole_or_not_at_all() {
    let mut odd: Value = serde_json::from_str(DELEGATION).unwrap();
    let minimal = json!({"id": ID, "walletId": ID, "contractAddresses": null, "delegationData": {"salt": 1}});
    for (member, value) in [("contractAddresses", json!(["0x12"])), ("methods", json!(["transfer", 7]))] {
        let before = std::mem::replace(&mut odd[member], value);
        let script = Script::new().call(answer(200, odd.to_string()));
        let new = NewDelegation::new("{}");
        assert!(
            script.client().delegations().create(wallet(), &new).await.is_err(),
            "{member}: an empty list means all"
        );
        odd[member] = before;
    }
    let script = Script::new().call(answer(200, minimal.to_string()));
    let read = script.client().delegations().create(wallet(), &NewDelegation::new("{}")).await.unwrap();
    assert_eq!(read.delegation_data.unwrap().as_str(), r#"{"salt":1}"#);
}

#[tokio::test(start_paused = true)]
async fn a_delegation_is_put_on_file_as_it_was_signed_and_removed() {
    let signed = r#"{ "delegate" : "0x1" }"#;
    let whole = NewDelegation::new(signed).starts(5).ends(9).contract(USDC).method("transfer").method("mint");
    let sent = json!({
        "startTime": 5,
        "endTime": 9,
        "contractAddresses": ["0x036CbD53842c5426634e7929541eC2318f3dCF7e"],
        "methods": ["transfer", "mint"],
        "delegationData": signed,
    });
    for (new, sent) in [(NewDelegation::new(signed), json!({"delegationData": signed})), (whole, sent)] {
        let script = Script::new().call(answer(200, DELEGATION));
        script.client().delegations().create(wallet(), &new).await.unwrap();
        assert_eq!(only(&script), (format!("POST /v0/wallets/{ID}/delegations"), sent));
    }
    let script = Script::new().call(answer(200, r#"{"success":true}"#));
    script.client().delegations().delete(on_file()).await.unwrap();
    assert_eq!(script.only_call().line, format!("DELETE /v0/delegation/{OTHER}"));
}

#[tokio::test(start_paused = true)]
async fn a_delegation_is_passed_on_and_redeemed_child_first() {
    let passed_on = r#"{"parent":"{\"p\":1}","redelegation":"{\"r\":1}"}"#;
    let script = Script::new().call(answer(200, passed_on));
    let on_file = script.client().delegations().redelegate(on_file(), ANN).await.unwrap();
    let address = "0x3e6a2f0CBA03d293B54c9fCF354948903007a798";
    let sent = json!({ "delegateAddress": address });
    assert_eq!(only(&script), (format!("POST /v0/delegation/{OTHER}/redelegate"), sent));

    let script = Script::new().call(answer(200, passed_on));
    let given = DelegationData::new(r#"{"p":1}"#);
    let passed = script.client().delegations().redelegate_data(wallet(), &given, ANN).await.unwrap();
    let sent = json!({"delegationData": r#"{"p":1}"#, "delegateAddress": address});
    assert_eq!(only(&script), (format!("POST /v0/wallets/{ID}/delegations/redelegate"), sent));

    assert_eq!(passed, on_file);
    let script = Script::new().call(answer(200, TRANSACTION));
    let run = ExecuteAsDelegator::new(passed.chain(), Params::new());
    script.client().methods().execute_as_delegator(method(), &run).await.unwrap();
    assert_eq!(only(&script).1, json!({"params": {}, "delegationData": [r#"{"r":1}"#, r#"{"p":1}"#]}));
}

#[tokio::test(start_paused = true)]
async fn a_run_for_another_account_names_one_delegation_and_its_options() {
    let leave = Eip7702Authorization::new(84532, USDC, U256::ZERO, bytes!("0102"));
    let whole = ExecuteAsDelegator::new(on_file(), Params::new().value("a", true))
        .wallet(wallet())
        .memo("m é")
        .value(U256::from(7))
        .gas_limit(U256::from(9))
        .authorization(leave.clone());
    let options = json!({
        "params": {"a": true}, "delegationId": OTHER, "walletId": ID, "memo": "m é", "value": "7", "gasLimit": "9",
        "authorizationList": [leave],
    });
    let by = |by: ActingBy| ExecuteAsDelegator::new(by, Params::new());
    for (run, sent) in [
        (whole, options),
        (by(ANN.into()), json!({"params": {}, "delegatorAddress": "0x3e6a2f0CBA03d293B54c9fCF354948903007a798"})),
        (by(DelegationData::new("{}").into()), json!({"params": {}, "delegationData": ["{}"]})),
    ] {
        let script = Script::new().call(answer(200, TRANSACTION));
        script.client().methods().execute_as_delegator(method(), &run).await.unwrap();
        assert_eq!(only(&script), (format!("POST /v0/methods/{ID}/executeAsDelegator"), sent));
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_for_other_accounts_names_each_and_counts_its_runs() {
    let batch = ExecuteAsDelegatorBatch::new(wallet())
        .then(DelegatedRun::new(method(), ANN, Params::new()))
        .then(DelegatedRun::new(method(), ANN, Params::new()).delegation(on_file()).value(U256::from(7)))
        .then(DelegatedRun::new(method(), ANN, Params::new()).delegation_data(["{}".into()]).contract_address(USDC))
        .not_atomic()
        .memo("m")
        .gas_limit(U256::from(9));
    let script = Script::new().call(answer(200, TRANSACTION));
    script.client().methods().execute_as_delegator_batch(&batch).await.unwrap();
    let run = |index: u32| {
        json!({"contractMethodId": ID, "executionIndex": index, "params": {},
            "delegatorAddress": "0x3e6a2f0CBA03d293B54c9fCF354948903007a798"})
    };
    let mut runs = [run(0), run(1), run(2)];
    runs[1]["delegationId"] = json!(OTHER);
    runs[1]["value"] = json!("7");
    runs[2]["delegationData"] = json!(["{}"]);
    runs[2]["contractAddress"] = json!("0x036CbD53842c5426634e7929541eC2318f3dCF7e");
    let sent = json!({"contractMethods": runs, "atomic": false, "walletId": ID, "memo": "m", "gasLimit": "9"});
    assert_eq!(only(&script), ("POST /v0/methods/executeAsDelegatorBatch".to_owned(), sent));
}

#[tokio::test(start_paused = true)]
async fn whatever_acts_is_sent_once() {
    async fn tried(call: impl AsyncFnOnce(Client) -> Option<Error>) {
        let script = Script::new().call(answer(503, r#"{"type":"ERR_DATABASE","retryable":true}"#));
        let error = call(script.client()).await.unwrap();
        assert!(error.may_have_acted());
        assert_eq!(script.api_calls().len(), 1);
    }
    tried(async |client| client.delegations().create(wallet(), &NewDelegation::new("{}")).await.err()).await;
    tried(async |client| client.delegations().delete(on_file()).await.err()).await;
    tried(async |client| client.delegations().redelegate(on_file(), ANN).await.err()).await;
    tried(async |client| {
        let run = ExecuteAsDelegator::new(ANN, Params::new());
        client.methods().execute_as_delegator(method(), &run).await.err()
    })
    .await;
    tried(async |client| {
        let batch = ExecuteAsDelegatorBatch::new(wallet());
        client.methods().execute_as_delegator_batch(&batch).await.err()
    })
    .await;
}

#[test]
fn signed_delegations_are_read_in_every_form_of_their_salt_and_never_in_part() {
    let with = |salt: Value| {
        let data = json!({"delegate": WALLET, "delegator": ANN, "authority": B256::ZERO, "caveats": [], "salt": salt,
            "signature": "0x0c1d", "more": 1});
        DelegationData::new(data.to_string()).read()
    };
    for (form, salt) in [
        (json!("0x"), U256::ZERO),
        (json!("0x0a"), U256::from(10)),
        (json!("10"), U256::from(10)),
        (json!(10), U256::from(10)),
        (json!(format!("{:#x}", U256::MAX)), U256::MAX),
    ] {
        let read = with(form).unwrap();
        assert_eq!((read.salt, read.authority), (salt, B256::ZERO));
        assert_eq!(DelegationData::from(&read).read().unwrap(), read);
    }
    for form in
        [json!(""), json!("0x+1"), json!("-1"), json!(1.5), json!(null), json!(format!("0x1{}", "0".repeat(64)))]
    {
        assert_eq!(with(form.clone()).unwrap_err().path(), "salt", "{form}");
    }
    let good = DelegationData::from(&SignedDelegation::new(ANN, WALLET, bytes!("0c1d")));
    for (member, value) in [
        ("delegate", json!("0x12")),
        ("delegator", json!(null)),
        ("authority", json!("0x")),
        ("caveats", json!([{"terms": "0x"}])),
        ("signature", json!("zz")),
    ] {
        let mut bad: Value = serde_json::from_str(good.as_str()).unwrap();
        bad[member] = value;
        assert!(DelegationData::new(bad.to_string()).read().unwrap_err().path().starts_with(member));
        bad.as_object_mut().unwrap().remove(member);
        assert!(DelegationData::new(bad.to_string()).read().is_err(), "without {member}");
    }
}

#[test]
fn what_was_signed_is_not_shown() {
    let signed = SignedDelegation::new(ANN, WALLET, bytes!("abcdef12"));
    let data = DelegationData::from(&signed);
    assert!(data.as_str().contains("abcdef12"));
    let new = NewDelegation::new(data.clone());
    let run = ExecuteAsDelegator::new(data.clone(), Params::new());
    for shown in [format!("{signed:?}"), format!("{data:?}"), format!("{new:?}"), format!("{run:?}")] {
        assert!(!shown.contains("abcdef12"), "{shown}");
    }
}
