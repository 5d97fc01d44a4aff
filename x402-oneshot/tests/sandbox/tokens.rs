//! Tokens of many chains and kinds, each in its own EIP-712 domain.

use alloy_primitives::{Address, U256, address};
use serde_json::{Value, json};
use x402_core::Asset;
use x402_oneshot::sandbox::{Sandbox, SandboxError};

use crate::harness::{Api, Overload, SELLER, TransferWithAuthorization, domain_of};

const BASE: u64 = 8453;

/// A token that no table knows.
const OWN: Address = address!("0x00000000000000000000000000000000000da100");

/// As long as a name can be.
const LONG_NAME: &str = "A dollar whose name has 31 byte";

fn own(chain_id: u64) -> Asset {
    Asset::new(chain_id, OWN, "OWN", LONG_NAME, "7", 18)
}

#[tokio::test]
async fn every_known_token_has_the_domain_and_the_balance_it_should() {
    let api = Api::with(Sandbox::builder().manual_mining().chain(42220).chain(1).chain(10)).await;
    let mut seen = 0;
    for token in api.sandbox.chain_ids().into_iter().flat_map(|chain| api.sandbox.tokens(chain)) {
        let word = json!({"name": "word", "type": "bytes", "typeSize": 32, "index": 0});
        let separator = read(&api, &token, "DOMAIN_SEPARATOR", word).await;
        assert_eq!(separator, json!(token.published_separator().unwrap()), "{token:?}");
        let chain = token.network().chain_id().unwrap();
        let balance = api.sandbox.balance_in(chain, token.address(), api.sandbox.buyer_address());
        assert_eq!(balance, Some(U256::from(1_000_000_000)));
        seen += 1;
    }
    assert_eq!(seen, 11);
}

#[tokio::test]
async fn an_authorization_for_base_is_good_there_and_only_there() {
    for overload in Overload::BOTH {
        let api = Api::start().await;
        let [base] = api.sandbox.tokens(BASE).try_into().unwrap();
        assert_eq!(base.name(), "USD Coin");
        let declaration = api.declaration_on(&base, "transferWithAuthorization", overload.inputs());
        let on_base = api.create(declaration).await;
        let at_home = api.create_overload(overload).await;
        let key = api.sandbox.buyer_key().expose();

        let for_base = overload.params_in(&domain_of(&base), &api.authorization(), key);
        let for_home = overload.params(&api.authorization(), key);
        for (method, params, status) in [
            (&on_base, &for_home, "Failed"),
            (&at_home, &for_base, "Failed"),
            (&on_base, &for_base, "Completed"),
            (&on_base, &for_base, "Failed"),
        ] {
            let done = api.execute(method, params.clone()).await;
            assert_eq!(done["status"], status, "{done}");
        }
        assert_eq!(api.sandbox.balance_in(BASE, base.address(), SELLER), Some(U256::from(50_000)));
        assert_eq!(api.sandbox.balance_of(SELLER), U256::ZERO);
    }
}

#[tokio::test]
async fn a_transaction_says_which_chain_and_wallet_it_is_of_and_is_found_by_them() {
    let api = Api::start().await;
    let [base] = api.sandbox.tokens(BASE).try_into().unwrap();
    let declaration = api.declaration_on(&base, "transferWithAuthorization", Overload::Bytes.inputs());
    let method = api.create(declaration.clone()).await;
    let key = api.sandbox.buyer_key().expose();
    let params = Overload::Bytes.params_in(&domain_of(&base), &api.authorization(), key);
    let done = api.execute(&method, params).await;
    assert_eq!((&done["chainId"], &done["walletId"]), (&json!(BASE), &declaration["walletId"]));
    let wallet = done["walletId"].as_str().unwrap();
    for (query, count) in [
        (format!("chainId={BASE}"), 1),
        ("chainId=84532".to_owned(), 0),
        (format!("walletId={wallet}"), 1),
        (format!("walletId={}", api.sandbox.wallet_id()), 0),
    ] {
        let list = api.get(&api.business(&format!("/transactions?{query}"))).await;
        assert_eq!(list["totalResults"], count, "{query}");
    }
    let [transaction] = api.sandbox.transactions().try_into().unwrap();
    assert_eq!(transaction.chain_id, BASE);
    assert_eq!(transaction.wallet_id.to_string(), wallet);
}

#[tokio::test]
async fn the_x402_endpoints_settle_on_every_chain() {
    let api = Api::start().await;
    for (index, chain) in api.sandbox.chain_ids().into_iter().enumerate() {
        let [token] = api.sandbox.tokens(chain).try_into().unwrap();
        let required = json!({
            "scheme": "exact", "network": format!("eip155:{chain}"), "amount": "50000", "payTo": SELLER,
            "maxTimeoutSeconds": 60, "asset": token.address(), "extra": {"name": token.name(), "version": "2"},
        });
        let key = api.sandbox.buyer_key().expose();
        let mut authorization = Overload::Bytes.params_in(&domain_of(&token), &api.authorization(), key);
        let signature = authorization.as_object_mut().unwrap().remove("signature");
        let body = json!({
            "x402Version": 2,
            "paymentPayload": {
                "x402Version": 2, "accepted": required,
                "payload": {"signature": signature, "authorization": authorization},
            },
            "paymentRequirements": required,
        });
        let mined = async {
            while api.sandbox.transactions().len() == index {
                tokio::task::yield_now().await;
            }
            api.sandbox.mine();
        };
        let (answer, ()) = tokio::join!(api.post("/x402/settle", body), mined);
        assert_eq!((&answer["success"], &answer["network"]), (&json!(true), &required["network"]), "{answer}");
        assert_eq!(api.sandbox.balance_in(chain, token.address(), SELLER), Some(U256::from(50_000)));
    }
    // A method for each token, all under the same name.
    let methods = api.get(&api.business("/methods?name=USDC+transferWithAuthorization")).await;
    assert_eq!(methods["totalResults"], 6);
}

#[tokio::test]
async fn a_token_of_18_decimals_on_a_chain_of_our_own_is_as_declared_and_can_be_paid_with() {
    let token = own(31337);
    let api = Api::with(Sandbox::builder().manual_mining().token(token.clone()).buyer_funds(5)).await;
    let text = |name| json!({"name": name, "type": "string", "index": 0});
    for (function, said) in [("name", LONG_NAME), ("symbol", "OWN"), ("version", "7")] {
        assert_eq!(read(&api, &token, function, text("text")).await, said, "{function}");
    }
    let number = json!({"name": "places", "type": "uint", "typeSize": 8, "index": 0});
    assert_eq!(read(&api, &token, "decimals", number).await, "18");

    let one = U256::from(10).pow(U256::from(18));
    let balance = |account| api.sandbox.balance_in(31337, OWN, account).unwrap();
    assert_eq!(balance(api.sandbox.buyer_address()), U256::from(5) * one);
    let declaration = api.declaration_on(&token, "transferWithAuthorization", Overload::Bytes.inputs());
    let method = api.create(declaration).await;
    let authorization = TransferWithAuthorization { value: one, ..api.authorization() };
    let key = api.sandbox.buyer_key().expose();
    let done = api.execute(&method, Overload::Bytes.params_in(&domain_of(&token), &authorization, key)).await;
    assert_eq!(done["status"], "Completed", "{done}");
    assert_eq!(balance(SELLER), one);

    // Version 1 of the protocol has no name for this chain.
    let supported = api.get("/x402/supported").await;
    let rows = supported["kinds"].as_array().unwrap().iter();
    let rows: Vec<&Value> = rows.filter(|kind| kind["tokens"][0]["symbol"] == "OWN").collect();
    assert_eq!(rows.len(), 1);
    assert_eq!((&rows[0]["network"], &rows[0]["x402Version"]), (&json!("eip155:31337"), &json!(2)));
}

#[tokio::test]
async fn a_token_takes_the_place_of_the_one_at_its_address() {
    let usdc = address!("0x036CbD53842c5426634e7929541eC2318f3dCF7e");
    let other = Asset::new(84532, usdc, "OTHER", "Other", "1", 2);
    let api = Api::with(Sandbox::builder().manual_mining().token(other.clone())).await;
    assert_eq!(api.sandbox.tokens(84532), [other]);
    assert_eq!(api.sandbox.balance_of(api.sandbox.buyer_address()), U256::from(100_000));
}

#[tokio::test]
async fn a_token_that_cannot_be_is_named_at_the_start() {
    let too_long = format!("{LONG_NAME}s");
    for absurd in [
        Asset::new(1, OWN, "X", "X", "1", 78),
        Asset::new(1, OWN, "X", too_long.clone(), "1", 6),
        Asset::new(1, OWN, "X", "X", too_long.clone(), 6),
    ] {
        let error = Sandbox::builder().token(absurd).start().await.unwrap_err();
        assert!(matches!(error, SandboxError::Token { chain_id: 1, address: OWN, .. }), "{error:?}");
        assert_eq!(error.to_string(), format!("cannot make the token {OWN} on chain 1"));
    }
}

#[tokio::test]
async fn tokens_are_minted_by_the_sandbox_and_by_nobody_else() {
    let api = Api::start().await;
    let token = api.sandbox.token_address();
    api.sandbox.mint(84532, token, SELLER, U256::from(7)).unwrap();
    assert_eq!(api.sandbox.balance_of(SELLER), U256::from(7));
    let unknown = [api.sandbox.mint(1, token, SELLER, U256::ONE), api.sandbox.mint(84532, OWN, SELLER, U256::ONE)];
    let [chain, token] = unknown.map(|refused| refused.unwrap_err().to_string());
    assert_eq!(chain, "the sandbox has no chain 1");
    assert_eq!(token, format!("the sandbox has no token {OWN} on chain 84532"));

    let inputs = json!([
        {"name": "to", "type": "address", "index": 0},
        {"name": "value", "type": "uint", "index": 1},
    ]);
    let method = api.create(api.declaration("mint", inputs)).await;
    let done = api.execute(&method, json!({"to": SELLER, "value": "1"})).await;
    assert_eq!(done["status"], "Failed");
    assert!(done["failureReason"].as_str().unwrap().starts_with("ERC20InvalidSender("), "{done}");
    assert_eq!(api.sandbox.balance_of(SELLER), U256::from(7));
}

/// Reads a function of a token that takes nothing and gives one thing.
async fn read(api: &Api, token: &Asset, function: &str, output: Value) -> Value {
    let mut declaration = api.declaration_on(token, function, json!([]));
    declaration["stateMutability"] = json!("view");
    declaration["outputs"] = json!([output]);
    let method = api.create(declaration).await;
    let answer = api.post(&format!("/methods/{method}/test"), json!({"params": {}})).await;
    assert_eq!(answer["success"], true, "{answer}");
    answer["result"][output["name"].as_str().unwrap()].clone()
}
