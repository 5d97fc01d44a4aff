//! The check at the start: the account must be set up for what is sold.

use x402_core::{Asset, Network};
use x402_oneshot::facilitator::ProvisionError;

use crate::support::{Canned, builder, native_builder, usdc};

macro_rules! supported {
    ($version:literal, $network:literal, $decimals:literal) => {
        concat!(
            r#"{"kinds":[{"scheme":"exact","x402Version":"#,
            $version,
            r#","network":""#,
            $network,
            r#"","tokens":[{"contractAddress":"0x036CbD53842c5426634e7929541eC2318f3dCF7e","decimals":"#,
            $decimals,
            "}]}]}"
        )
    };
}

#[tokio::test]
async fn a_token_that_is_not_listed_is_named_with_what_to_set_up() {
    let sandbox = builder().start().await.unwrap();
    let ethereum = Network::eip155(1);
    let on_ethereum = Asset::usdc(&ethereum).unwrap();
    let error = native_builder(&sandbox).token(usdc()).token(on_ethereum).connect().await.unwrap_err();
    assert!(matches!(&error, ProvisionError::NotListed { network, .. } if *network == ethereum), "{error}");
    assert_eq!(
        error.to_string(),
        "1Shot's facilitator does not list USDC (0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48) on eip155:1 for this \
         account: it needs a wallet with gas on that network, and the token's transferWithAuthorization with v, r and \
         s imported as a contract method"
    );
}

#[tokio::test]
async fn an_account_without_anything_is_told_what_is_missing() {
    for supported in [
        include_str!("../fixtures/x402/supported-empty.json"),
        r#"{"kinds":[{"x402Version":2,"scheme":"exact","network":"eip155:84532","tokens":[]}]}"#,
    ] {
        let error = Canned::new(supported, 200, "").connect().await.unwrap_err();
        assert!(matches!(error, ProvisionError::NothingListed), "{error}");
        assert_eq!(
            error.to_string(),
            "1Shot's facilitator lists nothing for this account: it has no wallet with gas, or no token's \
             transferWithAuthorization with v, r and s imported as a contract method"
        );
    }
}

#[tokio::test]
async fn another_token_and_another_scheme_are_not_enough() {
    for supported in [
        include_str!("../fixtures/x402/supported-other-token.json"),
        r#"{"kinds":[{"scheme":"upto","x402Version":2,"network":"eip155:84532","tokens":
            [{"contractAddress":"0x036CbD53842c5426634e7929541eC2318f3dCF7e","decimals":6}]}]}"#,
    ] {
        let error = Canned::new(supported, 200, "").connect().await.unwrap_err();
        assert!(matches!(error, ProvisionError::NotListed { .. }), "{error}");
    }
}

#[tokio::test]
async fn every_spelling_of_the_network_counts_and_no_other() {
    for (listed, counts) in [
        (supported!(1, "base-sepolia", 6), true),
        (supported!(1, "sepolia", 6), true),
        (supported!(1, "84532", 6), true),
        (supported!(2, "eip155:84532", 6), true),
        (supported!(1, "base", 6), false),
        (supported!(1, "mainnet", 6), false),
        (supported!(1, "somewhere", 6), false),
        (supported!(2, "eip155:8453", 6), false),
        (supported!(3, "eip155:84532", 6), false),
    ] {
        let outcome = Canned::new(listed, 200, "").connect().await;
        assert_eq!(outcome.is_ok(), counts, "{listed}");
    }
}

#[tokio::test]
async fn a_token_that_1shot_counts_otherwise_is_refused() {
    let error = Canned::new(supported!(2, "eip155:84532", 18), 200, "").connect().await.unwrap_err();
    assert_eq!(error.to_string(), "1Shot's facilitator has USDC with 18 decimals, not 6");
}

#[tokio::test]
async fn addresses_are_compared_as_addresses() {
    Canned::new(include_str!("../fixtures/x402/supported.json"), 200, "").connect().await.unwrap();
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_an_error_of_the_call() {
    for supported in ["", "{}", r#"{"kinds":[{}]}"#] {
        let error = Canned::new(supported, 200, "").connect().await.unwrap_err();
        assert!(matches!(error, ProvisionError::Call(_)), "{error}");
    }
}
