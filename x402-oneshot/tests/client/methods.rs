//! The contract method endpoints beyond making and listing.

use alloy_primitives::{Address, Bytes, U256, address, bytes};
use serde_json::{Value, json};
use x402_oneshot::api::{
    AssureMethods, BatchRun, Eip7702Authorization, Encode, Estimate, Execute, ExecuteBatch, ImportAbi, Params,
    StateMutability, Test, UpdateContractMethod,
};
use x402_oneshot::{BusinessId, ErrorKind, MethodId, WalletId};

use crate::support::{ID, Script, answer};

const USDC: Address = address!("036CbD53842c5426634e7929541eC2318f3dCF7e");
const METHOD: &str = include_str!("../fixtures/contract_method.json");
const TRANSACTION: &str = include_str!("../fixtures/transaction_single_id.json");
const OTHER: &str = "5d0f3e0c-9c1e-4d6a-8a3f-0e9a1b2c3d4e";

fn id() -> MethodId {
    ID.parse().unwrap()
}

fn business() -> BusinessId {
    ID.parse().unwrap()
}

fn wallet() -> WalletId {
    ID.parse().unwrap()
}

fn leave() -> Eip7702Authorization {
    Eip7702Authorization::new(84532, USDC, U256::MAX, bytes!("0102"))
}

fn leave_as_json() -> Value {
    json!([{
        "address": "0x036CbD53842c5426634e7929541eC2318f3dCF7e",
        "nonce": U256::MAX.to_string(),
        "chainId": 84532,
        "signature": "0x0102",
    }])
}

/// The only call of a script: its line and its body.
fn only(script: &Script) -> (String, Value) {
    let call = script.only_call();
    (call.line, serde_json::from_str(&call.body).unwrap())
}

#[tokio::test(start_paused = true)]
async fn an_update_sends_what_was_set_and_nothing_else() {
    let whole = UpdateContractMethod::new()
        .chain(8453)
        .contract_address(USDC)
        .wallet(wallet())
        .name("n")
        .description("d é")
        .function_name("f")
        .state_mutability(StateMutability::View)
        .callback_url("https://shop.example/1shot");
    let sent = json!({
        "chainId": 8453,
        "contractAddress": "0x036CbD53842c5426634e7929541eC2318f3dCF7e",
        "walletId": ID,
        "name": "n",
        "description": "d é",
        "functionName": "f",
        "stateMutability": "view",
        "callbackUrl": "https://shop.example/1shot",
    });
    let new = UpdateContractMethod::new;
    for (update, sent) in [
        (new(), json!({})),
        (new().name("n"), json!({"name": "n"})),
        (new().clear_callback_url(), json!({"callbackUrl": null})),
        (whole, sent),
    ] {
        let script = Script::new().call(answer(200, METHOD));
        script.client().methods().update(id(), &update).await.unwrap();
        assert_eq!(only(&script), (format!("PUT /v0/methods/{ID}"), sent));
    }
}

#[tokio::test(start_paused = true)]
async fn a_deletion_may_be_answered_with_nothing_or_with_success() {
    for body in ["", "\n", r#"{"success":true}"#, "{}"] {
        let script = Script::new().call(answer(200, body));
        script.client().methods().delete(id()).await.unwrap();
        let call = script.only_call();
        assert_eq!((call.line, call.body), (format!("DELETE /v0/methods/{ID}"), String::new()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_deletion_that_was_declined_or_answered_by_a_stranger_is_an_error() {
    for (body, kind) in [(r#"{"success":false}"#, ErrorKind::Declined), ("<html>sign in</html>", ErrorKind::Decode)] {
        let script = Script::new().call(answer(200, body));
        let error = script.client().methods().delete(id()).await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(error.may_have_acted());
        assert_eq!(script.api_calls().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn an_abi_is_imported_as_it_is() {
    let abi = json!([{"type": "function", "name": "decimals", "inputs": [], "outputs": [], "stateMutability": "view"}]);
    let bare = ImportAbi::new(84532, USDC, wallet(), abi.clone());
    let named = bare.clone().name("USD Coin").description("d").tag("a").tag("b");
    let mut sent = json!({
        "chainId": 84532,
        "contractAddress": "0x036CbD53842c5426634e7929541eC2318f3dCF7e",
        "walletId": ID,
        "abi": abi,
    });
    for (import, more) in
        [(bare, json!({})), (named, json!({"name": "USD Coin", "description": "d", "tags": ["a", "b"]}))]
    {
        let script = Script::new().call(answer(200, format!("[{METHOD},{METHOD}]")));
        let made = script.client().methods().import_abi(business(), &import).await.unwrap();
        assert_eq!(made.len(), 2);
        sent.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(only(&script), (format!("POST /v0/business/{ID}/methods/abi"), sent.clone()));
    }
}

#[tokio::test(start_paused = true)]
async fn methods_are_assured_of_the_best_prompt_or_of_one() {
    let best = AssureMethods::new(84532, USDC, wallet());
    let mut sent = json!({
        "chainId": 84532,
        "contractAddress": "0x036CbD53842c5426634e7929541eC2318f3dCF7e",
        "walletId": ID,
    });
    let script = Script::new().call(answer(200, "[]"));
    assert_eq!(script.client().methods().assure(business(), &best).await.unwrap(), []);
    assert_eq!(only(&script), (format!("POST /v0/business/{ID}/methods/prompt"), sent.clone()));

    let script = Script::new().call(answer(200, format!("[{METHOD}]")));
    let made = script.client().methods().assure(business(), &best.prompt(OTHER.parse().unwrap())).await.unwrap();
    assert_eq!(made.len(), 1);
    sent["promptId"] = json!(OTHER);
    assert_eq!(only(&script).1, sent);
}

#[tokio::test(start_paused = true)]
async fn an_estimate_has_its_options_and_reads_both_kinds_of_fee() {
    let new = r#"{"chainId":"84532","contractAddress":"x","functionName":"f","gasAmount":"60000",
        "maxFeePerGas":"1000","maxPriorityFeePerGas":5,"gasPrice":null}"#;
    let old = r#"{"chainId":56,"gasAmount":21000,"gasPrice":"7"}"#;
    let script = Script::new().call(answer(503, "")).call(answer(200, new)).call(answer(200, old));
    let client = script.client();
    let run = Estimate::new(Params::new().uint("n", U256::ONE)).authorization(leave());
    let run = run.contract_address(USDC).value(U256::from(7)).wallet(wallet());
    let estimate = client.methods().estimate(id(), run).await.unwrap();
    assert_eq!((estimate.chain_id, estimate.contract_address), (84532, None));
    assert_eq!(estimate.max_priority_fee_per_gas, Some(U256::from(5)));
    assert_eq!(estimate.max_cost(), Some(U256::from(60_000_000)));
    let estimate = client.methods().estimate(id(), Params::new()).await.unwrap();
    assert_eq!(estimate.max_cost(), Some(U256::from(147_000)));

    let calls = script.api_calls();
    assert_eq!(calls[0].line, format!("POST /v0/methods/{ID}/estimate"));
    assert_eq!(calls[0].body, calls[1].body, "it changes nothing, so it is repeated");
    assert_eq!(
        serde_json::from_str::<Value>(&calls[1].body).unwrap(),
        json!({
            "params": {"n": "1"},
            "walletId": ID,
            "authorizationList": leave_as_json(),
            "value": "7",
            "contractAddress": "0x036CbD53842c5426634e7929541eC2318f3dCF7e",
        })
    );
    assert_eq!(calls[2].body, r#"{"params":{}}"#);
}

#[tokio::test(start_paused = true)]
async fn an_estimate_without_an_amount_of_gas_is_refused() {
    let script = Script::new().call(answer(200, r#"{"chainId":84532,"gasAmount":null}"#));
    let error = script.client().methods().estimate(id(), Params::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
}

#[tokio::test(start_paused = true)]
async fn an_encoding_is_bytes() {
    let script = Script::new().call(answer(200, r#"{"data":"0xA9059cbb"}"#)).call(answer(200, r#"{"data":"0xabc"}"#));
    let client = script.client();
    let run = Encode::new(Params::new()).authorization(leave()).value(U256::ONE);
    let data: Bytes = client.methods().encode(id(), run).await.unwrap();
    assert_eq!(data, bytes!("a9059cbb"));
    let error = client.methods().encode(id(), Params::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    let call = &script.api_calls()[0];
    assert_eq!(call.line, format!("POST /v0/methods/{ID}/encode"));
    assert_eq!(
        serde_json::from_str::<Value>(&call.body).unwrap(),
        json!({"params": {}, "authorizationList": leave_as_json(), "value": "1"})
    );
}

#[tokio::test(start_paused = true)]
async fn a_read_gives_bare_json_of_the_type_that_is_asked_for() {
    let script = Script::new().calls([
        answer(200, format!("\"{}\"", U256::MAX)),
        answer(200, "true"),
        answer(200, r#"["a","0x036CbD53842c5426634e7929541eC2318f3dCF7e"]"#),
        answer(200, r#"{"reserve0":"1"}"#),
        answer(200, r#""not a number""#),
    ]);
    let client = script.client();
    let methods = client.methods();
    let params = Params::new().address("account", USDC);
    assert_eq!(methods.read::<U256>(id(), params.clone()).await.unwrap(), U256::MAX);
    assert!(methods.read::<bool>(id(), params.clone()).await.unwrap());
    let several: (String, Address) = methods.read(id(), params.clone()).await.unwrap();
    assert_eq!(several.1, USDC);
    assert_eq!(methods.read::<Value>(id(), params.clone()).await.unwrap(), json!({"reserve0": "1"}));
    let error = methods.read::<U256>(id(), params).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    let call = &script.api_calls()[0];
    assert_eq!(call.line, format!("POST /v0/methods/{ID}/read"));
    assert_eq!(call.body, r#"{"params":{"account":"0x036CbD53842c5426634e7929541eC2318f3dCF7e"}}"#);
}

#[tokio::test(start_paused = true)]
async fn runs_carry_authorizations_and_the_upgrade() {
    let outcome = r#"{"success":true,"result":{},"error":null}"#;
    let script = Script::new().call(answer(200, outcome)).call(answer(200, TRANSACTION));
    let client = script.client();
    let test = Test::new(Params::new()).authorization(leave());
    assert!(client.methods().test(id(), test).await.unwrap().success);
    let run = Execute::new(Params::new()).authorization(leave()).contract_address(USDC).value(U256::ONE);
    client.methods().execute(id(), run.upgrade_to_7710()).await.unwrap();
    let bodies: Vec<Value> = script.api_calls().iter().map(|call| serde_json::from_str(&call.body).unwrap()).collect();
    assert_eq!(bodies[0], json!({"params": {}, "authorizationList": leave_as_json()}));
    assert_eq!(
        bodies[1],
        json!({
            "params": {},
            "authorizationList": leave_as_json(),
            "value": "1",
            "contractAddress": "0x036CbD53842c5426634e7929541eC2318f3dCF7e",
            "upgradeTo7710": true,
        })
    );
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_atomic_unless_told_and_numbers_its_runs() {
    let batch = ExecuteBatch::new(wallet())
        .then(BatchRun::new(id(), Params::new().value("a", 1)))
        .then(BatchRun::new(OTHER.parse().unwrap(), Params::new()).value(U256::from(5)).contract_address(USDC));
    let mut sent = json!({
        "contractMethods": [
            {"contractMethodId": ID, "executionIndex": 0, "params": {"a": 1}},
            {"contractMethodId": OTHER, "executionIndex": 1, "params": {}, "value": "5",
             "contractAddress": "0x036CbD53842c5426634e7929541eC2318f3dCF7e"},
        ],
        "walletId": ID,
        "atomic": true,
    });
    let script = Script::new().call(answer(200, TRANSACTION));
    script.client().methods().execute_batch(&batch).await.unwrap();
    assert_eq!(only(&script), ("POST /v0/methods/executeBatch".to_owned(), sent.clone()));

    let script = Script::new().call(answer(200, TRANSACTION));
    let batch = batch.not_atomic().memo("m").gas_limit(U256::from(9)).authorization(leave());
    script.client().methods().execute_batch(&batch).await.unwrap();
    sent["atomic"] = json!(false);
    sent["memo"] = json!("m");
    sent["gasLimit"] = json!("9");
    sent["authorizationList"] = leave_as_json();
    assert_eq!(only(&script).1, sent);
}

/// A server that fails after it may have acted is not asked again, whatever was asked of it.
#[tokio::test(start_paused = true)]
async fn what_acts_is_sent_once() {
    let import = ImportAbi::new(1, USDC, wallet(), json!([]));
    let assured = AssureMethods::new(1, USDC, wallet());
    let script = Script::new().calls((0..5).map(|_| answer(503, "")));
    let client = script.client();
    let methods = client.methods();
    let errors = [
        methods.update(id(), &UpdateContractMethod::new()).await.unwrap_err(),
        methods.delete(id()).await.unwrap_err(),
        methods.import_abi(business(), &import).await.unwrap_err(),
        methods.assure(business(), &assured).await.unwrap_err(),
        methods.execute_batch(&ExecuteBatch::new(wallet())).await.unwrap_err(),
    ];
    assert!(errors.iter().all(x402_oneshot::Error::may_have_acted));
    assert_eq!(script.api_calls().len(), errors.len());
}
