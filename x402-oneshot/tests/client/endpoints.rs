//! Each endpoint: the documented method, path, query and body.

use alloy_primitives::{Address, U256, address};
use serde_json::{Value, json};
use x402_oneshot::api::{
    Execute, MethodKind, MethodParam, MethodStatus, NewContractMethod, ParamType, Params, Test, TransactionStatus,
};
use x402_oneshot::{BusinessId, WalletId};

use crate::support::{ID, Script, answer};

const USDC: Address = address!("036CbD53842c5426634e7929541eC2318f3dCF7e");
const WALLET: &str = include_str!("../fixtures/wallet_with_balance.json");
const METHOD: &str = include_str!("../fixtures/contract_method.json");
const TRANSACTION: &str = include_str!("../fixtures/transaction_single_id.json");

fn business() -> BusinessId {
    ID.parse().unwrap()
}

fn wallet() -> WalletId {
    ID.parse().unwrap()
}

fn page(row: &str) -> String {
    format!(r#"{{"response":[{row}],"page":1,"pageSize":25,"totalResults":1}}"#)
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test(start_paused = true)]
async fn every_call_says_who_it_is_and_wants_json() {
    let script = Script::new().call(answer(200, TRANSACTION));
    script.client().transactions().get(ID.parse().unwrap()).await.unwrap();
    let call = script.only_call();
    let version = concat!("x402-oneshot/", env!("CARGO_PKG_VERSION"));
    assert_eq!(call.headers["user-agent"], version);
    assert_eq!(call.headers["accept"], "application/json");
    assert_eq!(call.body, "");
    assert_eq!(call.line, format!("GET /v0/transactions/{ID}"));
}

#[tokio::test(start_paused = true)]
async fn wallets_are_listed_and_got() {
    let script = Script::new().calls([
        answer(200, page(WALLET)),
        answer(200, page(WALLET)),
        answer(200, WALLET),
        answer(200, WALLET),
    ]);
    let client = script.client();
    let list = client.wallets().list(business());
    let rows = list.send().await.unwrap();
    assert_eq!((rows.response.len(), rows.next_page()), (1, None));
    let list = client.wallets().list(business());
    let list = list.chain(84532).name("a & b").page(2).page_size(50);
    list.send().await.unwrap();
    client.wallets().get(wallet()).await.unwrap();
    client.wallets().get_with_balances(wallet()).await.unwrap();

    let lines: Vec<_> = script.api_calls().into_iter().map(|call| call.line).collect();
    assert_eq!(
        lines,
        [
            format!("GET /v0/business/{ID}/wallets"),
            format!("GET /v0/business/{ID}/wallets?chainId=84532&name=a+%26+b&page=2&pageSize=50"),
            format!("GET /v0/wallets/{ID}"),
            format!("GET /v0/wallets/{ID}?includeBalances=true"),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn methods_are_listed_and_got() {
    let script = Script::new().call(answer(200, page(METHOD))).call(answer(200, METHOD));
    let client = script.client();
    let list = client.methods().list(business()).chain(84532).name("n");
    let list = list.status(MethodStatus::Live).contract(USDC).prompt(ID.parse().unwrap()).kind(MethodKind::Write);
    list.page(1).page_size(10).send().await.unwrap();
    client.methods().get(ID.parse().unwrap()).await.unwrap();
    let lines: Vec<_> = script.api_calls().into_iter().map(|call| call.line).collect();
    assert_eq!(
        lines,
        [
            format!(
                "GET /v0/business/{ID}/methods?chainId=84532&name=n&status=live\
                 &contractAddress={USDC}&promptId={ID}&methodType=write&page=1&pageSize=10"
            ),
            format!("GET /v0/methods/{ID}"),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_method_is_created_with_the_documented_body() {
    let script = Script::new().call(answer(200, METHOD));
    let method = NewContractMethod::new(84532, USDC, wallet(), "transferWithAuthorization")
        .name("n")
        .description("d")
        .input(MethodParam::new("value", ParamType::Uint))
        .input(MethodParam::new("nonce", ParamType::Bytes).size(32))
        .input(MethodParam::new("notes", ParamType::String).array().description("texts"))
        .output(MethodParam::new("ok", ParamType::Bool))
        .callback_url("https://shop.example/1shot");
    let client = script.client();
    client.methods().create(business(), &method).await.unwrap();
    let call = script.only_call();
    assert_eq!(call.line, format!("POST /v0/business/{ID}/methods"));
    assert_eq!(call.headers["content-type"], "application/json");
    assert_eq!(
        json(&call.body),
        json!({
            "chainId": 84532,
            "contractAddress": "0x036CbD53842c5426634e7929541eC2318f3dCF7e",
            "walletId": ID,
            "name": "n",
            "description": "d",
            "functionName": "transferWithAuthorization",
            "stateMutability": "nonpayable",
            "inputs": [
                {"name": "value", "type": "uint", "index": 0},
                {"name": "nonce", "type": "bytes", "index": 1, "typeSize": 32},
                {"name": "notes", "type": "string", "index": 2, "isArray": true,
                 "description": "texts"},
            ],
            "outputs": [{"name": "ok", "type": "bool", "index": 0}],
            "callbackUrl": "https://shop.example/1shot",
        })
    );
}

#[tokio::test(start_paused = true)]
async fn a_test_run_passes_its_options_and_a_no_is_an_answer() {
    let body = r#"{"success":false,"result":null,"error":{"reason":"used nonce"}}"#;
    let script = Script::new().call(answer(200, body));
    let params =
        Params::new().address("from", USDC).uint("value", U256::MAX).bytes("nonce", [0; 4]).value("flag", true);
    let run = Test::new(params).wallet(wallet()).value(U256::from(7)).contract_address(USDC).gas_limit(U256::from(9));
    let outcome = script.client().methods().test(ID.parse().unwrap(), run).await.unwrap();
    assert!(!outcome.success);
    assert_eq!(outcome.error_message(), Some("used nonce"));
    let call = script.only_call();
    assert_eq!(call.line, format!("POST /v0/methods/{ID}/test"));
    assert_eq!(
        json(&call.body),
        json!({
            "params": {
                "from": "0x036CbD53842c5426634e7929541eC2318f3dCF7e",
                "value": U256::MAX.to_string(),
                "nonce": "0x00000000",
                "flag": true,
            },
            "walletId": ID,
            "value": "7",
            "contractAddress": "0x036CbD53842c5426634e7929541eC2318f3dCF7e",
            "gasLimit": "9",
        })
    );
}

#[tokio::test(start_paused = true)]
async fn a_run_for_real_passes_memo_and_options() {
    let script = Script::new().call(answer(200, TRANSACTION)).call(answer(200, TRANSACTION));
    let run = Execute::new(Params::new()).memo("order 17 é").wallet(wallet()).gas_limit(U256::from(9));
    let client = script.client();
    let transaction = client.methods().execute(ID.parse().unwrap(), run).await.unwrap();
    assert_eq!(transaction.status, TransactionStatus::Pending);
    client.methods().execute(ID.parse().unwrap(), Params::new()).await.unwrap();
    let calls = script.api_calls();
    assert_eq!(calls[0].line, format!("POST /v0/methods/{ID}/execute"));
    assert_eq!(json(&calls[0].body), json!({"params": {}, "memo": "order 17 é", "walletId": ID, "gasLimit": "9"}));
    assert_eq!(json(&calls[1].body), json!({"params": {}}));
}

#[tokio::test(start_paused = true)]
async fn transactions_are_listed_by_every_filter() {
    let script = Script::new().call(answer(200, page(TRANSACTION)));
    let client = script.client();
    let list = client.transactions().list(business()).chain(84532);
    let list = list.status(TransactionStatus::Completed).wallet(wallet());
    let list = list.method(ID.parse().unwrap()).credential(ID.parse().unwrap()).user(ID.parse().unwrap());
    let list = list.memo("0xabc/1 #2");
    let list = list.created_after(1).created_before(2).page(3).page_size(4);
    list.send().await.unwrap();
    assert_eq!(
        script.only_call().line,
        format!(
            "GET /v0/business/{ID}/transactions?chainId=84532&status=Completed&walletId={ID}\
             &contractMethodId={ID}&apiCredentialId={ID}&userId={ID}&memo=0xabc%2F1+%232&createdAfter=1&createdBefore=2\
             &page=3&pageSize=4"
        )
    );
}

#[tokio::test(start_paused = true)]
async fn an_unknown_id_is_not_found_in_both_ways_the_api_says_so() {
    let forbidden = r#"{"type":"UnknownEntityError","message":"m","retryable":false}"#;
    let script = Script::new().call(answer(404, "")).call(answer(403, forbidden));
    let client = script.client();
    for _ in 0..2 {
        let error = client.wallets().get(wallet()).await.unwrap_err();
        assert!(error.is_not_found());
    }
}
