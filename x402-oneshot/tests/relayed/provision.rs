//! Setting up an account.

use alloy_primitives::U256;
use serde_json::json;
use x402_core::{Asset, Network};
use x402_oneshot::{
    Client,
    api::{MethodParam, NewContractMethod, ParamType},
    facilitator::{ProvisionError, Relayed},
    sandbox::faults::{Answer, Edit, Fault},
};

use crate::support::{builder, config, method_of, relayed, relayed_builder, usdc};

const LIST: (&str, &str) = ("GET", "/business/{id}/methods");
const UPDATE: (&str, &str) = ("PUT", "/methods/{id}");
const ELSE: &str = "11111111-2222-4333-8444-555555555555";

/// The method that a second start settles on, given what the account said of the first one's method; and whether that
/// was updated.
async fn second(edits: &[((&str, &str), Edit)]) -> (bool, u64) {
    let sandbox = builder().start().await.unwrap();
    let first = method_of(&relayed(&sandbox).await);
    for ((verb, route), edit) in edits {
        sandbox.faults().on(verb, route).always(Fault::Edit(vec![edit.clone()]));
    }
    let second = method_of(&relayed(&sandbox).await);
    (first == second, sandbox.requests().of(UPDATE.0, UPDATE.1))
}

#[tokio::test]
async fn the_method_is_made_once_and_found_the_next_time() {
    let sandbox = builder().start().await.unwrap();
    let first = relayed(&sandbox).await;
    let second = relayed(&sandbox).await;
    assert_eq!(method_of(&first), method_of(&second));
    assert_eq!(second.methods().collect::<Vec<_>>(), [method_of(&second)]);
    assert_eq!(second.wallet(&Network::BASE_SEPOLIA, usdc().address()), Some(sandbox.wallet_id()));
    assert_eq!(second.wallet(&Network::BASE, usdc().address()), None);
    let requests = sandbox.requests();
    assert_eq!(requests.of("POST", "/business/{id}/methods"), 1);
    assert_eq!(requests.of("PUT", "/methods/{id}"), 0);
}

#[tokio::test]
async fn demo_bug_33_a_method_of_our_name_that_does_something_else_is_not_trusted() {
    let sandbox = builder().start().await.unwrap();
    let client = Client::new(config(&sandbox)).unwrap();
    let name = "USDC transferWithAuthorization (x402)";
    // Another function, under the name that ours will have.
    let impostor = NewContractMethod::new(84532, usdc().address(), sandbox.wallet_id(), "transfer")
        .name(name)
        .input(MethodParam::new("to", ParamType::Address))
        .input(MethodParam::new("value", ParamType::Uint));
    let impostor = client.methods().create(sandbox.business_id(), &impostor).await.unwrap();
    let facilitator = relayed(&sandbox).await;
    let id = method_of(&facilitator);
    assert_ne!(id, impostor.id);
    let ours = client.methods().get(id).await.unwrap();
    assert_eq!((ours.name.as_str(), ours.function_name.as_str()), (name, "transferWithAuthorization"));
}

/// Or else each start would make another method.
#[tokio::test]
async fn a_callback_url_that_the_api_writes_in_another_way_is_the_same() {
    let sandbox = builder().start().await.unwrap();
    let connect = async || {
        let builder = relayed_builder(&sandbox).token(usdc()).callback_url("https://Shop.example");
        method_of(&builder.connect().await.unwrap())
    };
    let first = connect().await;
    let edit = Edit::replace("/response/*/callbackUrl", "https://shop.example/");
    sandbox.faults().on(LIST.0, LIST.1).always(Fault::Edit(vec![edit]));
    assert_eq!(connect().await, first);
    assert_eq!(sandbox.requests().of(UPDATE.0, UPDATE.1), 0);
}

#[tokio::test]
async fn a_network_without_a_wallet_is_named() {
    let sandbox = builder().start().await.unwrap();
    let client = Client::new(config(&sandbox)).unwrap();
    let ethereum = Network::eip155(1);
    let on_ethereum = Asset::usdc(&ethereum).unwrap();
    let error = Relayed::builder(client, sandbox.business_id()).token(on_ethereum).connect().await.unwrap_err();
    assert!(matches!(&error, ProvisionError::NoWallet { network } if *network == ethereum), "{error}");
    assert_eq!(error.to_string(), "the 1Shot business has no wallet on eip155:1");
}

#[tokio::test]
async fn wrong_credentials_are_an_error_that_shows_none() {
    let sandbox = builder().start().await.unwrap();
    let wrong = x402_oneshot::Config::new(x402_oneshot::Credentials::new("who", "me-secret"))
        .base_url(sandbox.base_url())
        .unwrap();
    let client = Client::new(wrong).unwrap();
    let error = Relayed::builder(client, sandbox.business_id()).token(usdc()).connect().await.unwrap_err();
    let shown = json!([error.to_string(), format!("{error:?}")]).to_string();
    assert!(!shown.contains("me-secret"), "{shown}");
    let ProvisionError::Call(cause) = error else { panic!("{shown}") };
    assert!(cause.is_unauthenticated(), "{cause}");
}

#[tokio::test]
async fn demo_bug_33_a_method_that_no_update_makes_right_is_passed_over() {
    let of = |member: &str| format!("/response/*/{member}");
    for edit in [
        Edit::replace(of("deleted"), true),
        Edit::replace(of("name"), "USDC transferWithAuthorization (x402) of somebody else"),
        Edit::replace(of("contractAddress"), "0x808456652fdb597867f38412077A9182bf77359F"),
        Edit::replace(of("chainId"), 8453),
        Edit::replace(of("functionName"), "receiveWithAuthorization"),
        Edit::replace(of("outputs"), json!([{"name": "", "type": "bool", "index": 0}])),
        Edit::replace(of("inputs"), json!([])),
        Edit::replace(of("inputs/0/name"), "sender"),
        Edit::replace(of("inputs/0/index"), 7),
        Edit::replace(of("inputs/0/type"), "string"),
        Edit::replace(of("inputs/2/type"), "int"),
        Edit::replace(of("inputs/2/typeSize"), 128),
        Edit::replace(of("inputs/5/typeSize"), 31),
        Edit::remove(of("inputs/5/typeSize")),
        Edit::replace(of("inputs/6/isArray"), true),
        Edit::replace(of("inputs/1/staticValue"), "0x808456652fdb597867f38412077A9182bf77359F"),
        Edit::replace(of("inputs/1/value"), "0x808456652fdb597867f38412077A9182bf77359F"),
    ] {
        assert_eq!(second(&[(LIST, edit.clone())]).await, (false, 0), "{edit:?}");
    }
}

#[tokio::test]
async fn what_makes_no_difference_is_no_reason_for_another_method() {
    for edit in [
        Edit::replace("/response/*/inputs/2/typeSize", 256),
        Edit::replace("/response/*/description", "ours"),
        Edit::remove("/response/*/stateMutability"),
        Edit::replace("/response/*/new", true),
    ] {
        assert_eq!(second(&[(LIST, edit.clone())]).await, (true, 0), "{edit:?}");
    }
}

#[tokio::test]
async fn a_wallet_that_is_gone_and_another_mutability_are_updated() {
    for edit in [
        Edit::replace("/response/*/walletId", ELSE),
        Edit::replace("/response/*/walletId", None::<()>),
        Edit::replace("/response/*/stateMutability", "payable"),
    ] {
        assert_eq!(second(&[(LIST, edit.clone())]).await, (true, 1), "{edit:?}");
    }
}

#[tokio::test]
async fn an_update_that_did_not_take_is_seen_and_the_method_passed_over() {
    let gone = (LIST, Edit::replace("/response/*/walletId", ELSE));
    for member in ["/walletId", "/contractAddress", "/id"] {
        let still = (UPDATE, Edit::replace(member, ELSE));
        assert_eq!(second(&[gone.clone(), still]).await, (false, 1), "{member}");
    }
}

#[tokio::test]
async fn a_method_that_is_not_ours_to_change_is_passed_over_and_another_failure_is_told() {
    for (status, passed_over) in [(403, true), (404, true), (400, false)] {
        let sandbox = builder().start().await.unwrap();
        let first = method_of(&relayed(&sandbox).await);
        let gone = Edit::replace("/response/*/walletId", ELSE);
        sandbox.faults().on(LIST.0, LIST.1).always(Fault::Edit(vec![gone]));
        sandbox.faults().on(UPDATE.0, UPDATE.1).always(Fault::Answer(Answer::error(status, "Error")));
        match relayed_builder(&sandbox).token(usdc()).connect().await {
            Ok(second) => assert!(passed_over && method_of(&second) != first, "{status}"),
            Err(error) => assert!(!passed_over && matches!(error, ProvisionError::Call(_)), "{status}: {error}"),
        }
    }
}

#[tokio::test]
async fn demo_bug_33_the_callback_url_follows_the_server() {
    let sandbox = builder().start().await.unwrap();
    let client = Client::new(config(&sandbox)).unwrap();
    let start = async |url: Option<&str>| {
        let builder = relayed_builder(&sandbox).token(usdc());
        let builder = match url {
            Some(url) => builder.callback_url(url),
            None => builder,
        };
        let id = method_of(&builder.connect().await.unwrap());
        (id, client.methods().get(id).await.unwrap().callback_url)
    };
    let (old, new) = ("http://127.0.0.1:1/1shot", "http://127.0.0.1:2/1shot");
    let (id, _) = start(None).await;
    let mut updates = Vec::new();
    for (wanted, expected) in [(Some(old), old), (Some(old), old), (Some(new), new), (None, new)] {
        assert_eq!(start(wanted).await, (id, Some(expected.to_owned())));
        updates.push(sandbox.requests().of(UPDATE.0, UPDATE.1));
    }
    assert_eq!(updates, [1, 1, 2, 2], "once for each change, and none where no URL is wanted");
}

#[tokio::test]
async fn servers_with_labels_keep_their_methods_apart() {
    let sandbox = builder().start().await.unwrap();
    let start = async |label| {
        let url = format!("http://127.0.0.1:1/{label}");
        method_of(&relayed_builder(&sandbox).token(usdc()).label(label).callback_url(url).connect().await.unwrap())
    };
    let (staging, live) = (start("staging").await, start("live").await);
    assert_ne!(staging, live);
    assert_eq!((start("staging").await, start("live").await), (staging, live));
    assert_eq!(sandbox.requests().of(UPDATE.0, UPDATE.1), 0);
}

#[tokio::test]
async fn a_wallet_that_is_out_of_gas_is_named_at_the_first_start_and_at_the_second() {
    let sandbox = builder().start().await.unwrap();
    sandbox.faults().set_wallet_balance(sandbox.wallet_id(), U256::ZERO);
    let error = async || relayed_builder(&sandbox).token(usdc()).connect().await.unwrap_err();
    assert!(matches!(error().await, ProvisionError::NoGas { network: Network::BASE_SEPOLIA, .. }));
    sandbox.faults().set_wallet_balance(sandbox.wallet_id(), U256::from(1));
    relayed(&sandbox).await;
    sandbox.faults().set_wallet_balance(sandbox.wallet_id(), U256::ZERO);
    assert!(matches!(error().await, ProvisionError::NoGas { .. }));
}
