//! The contract method endpoints beyond making and listing.

use alloy_primitives::{Address, address};
use serde_json::{Value, json};
use x402_oneshot::api::{StateMutability, UpdateContractMethod};
use x402_oneshot::{MethodId, Reach};

use crate::support::{ID, Script, answer};

const USDC: Address = address!("036CbD53842c5426634e7929541eC2318f3dCF7e");
const METHOD: &str = include_str!("../fixtures/contract_method.json");

fn id() -> MethodId {
    ID.parse().unwrap()
}

#[tokio::test(start_paused = true)]
async fn an_update_sends_what_was_set_and_nothing_else() {
    let whole = UpdateContractMethod::new()
        .chain(8453)
        .contract_address(USDC)
        .wallet(ID.parse().unwrap())
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
        let call = script.only_call();
        assert_eq!(call.line, format!("PUT /v0/methods/{ID}"));
        assert_eq!(serde_json::from_str::<Value>(&call.body).unwrap(), sent);
    }
}

#[tokio::test(start_paused = true)]
async fn an_update_is_sent_once_whatever_happens() {
    let script = Script::new().call(answer(503, ""));
    let error = script.client().methods().update(id(), &UpdateContractMethod::new()).await.unwrap_err();
    assert!(error.may_have_acted());
    assert_eq!(error.reach(), Reach::Answered);
    assert_eq!(script.api_calls().len(), 1);
}
