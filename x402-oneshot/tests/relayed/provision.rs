//! Setting up an account.

use serde_json::json;
use x402_core::{Asset, Network};
use x402_oneshot::{
    Client,
    api::{MethodParam, NewContractMethod, ParamType},
    facilitator::{ProvisionError, Relayed},
};

use crate::support::{builder, config, relayed, usdc};

#[tokio::test]
async fn the_method_is_made_once_and_found_the_next_time() {
    let sandbox = builder().start().await.unwrap();
    let first = relayed(&sandbox).await;
    let second = relayed(&sandbox).await;
    let id = |of: &Relayed| of.method(&Network::BASE_SEPOLIA, usdc().address()).unwrap();
    assert_eq!(id(&first), id(&second));
    assert_eq!(sandbox.requests().of("POST", "/business/{id}/methods"), 1);
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
    let id = facilitator.method(&Network::BASE_SEPOLIA, usdc().address()).unwrap();
    assert_ne!(id, impostor.id);
    let ours = client.methods().get(id).await.unwrap();
    assert_eq!((ours.name.as_str(), ours.function_name.as_str()), (name, "transferWithAuthorization"));
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
