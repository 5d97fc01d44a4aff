//! The check at the start: the account must be set up for what is sold.

use x402_core::{Asset, Network};
use x402_oneshot::facilitator::{Native, ProvisionError};

use crate::support::{Canned, builder, client, usdc};

#[tokio::test]
async fn a_token_that_is_not_listed_is_named_with_what_to_set_up() {
    let sandbox = builder().start().await.unwrap();
    let ethereum = Network::eip155(1);
    let on_ethereum = Asset::usdc(&ethereum).unwrap();
    let error = Native::connect(client(&sandbox), [usdc(), on_ethereum]).await.unwrap_err();
    assert!(matches!(&error, ProvisionError::NotListed { network, .. } if *network == ethereum), "{error}");
    assert_eq!(
        error.to_string(),
        "1Shot's facilitator does not list USDC (0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48) on eip155:1 for this \
         account: it needs a wallet with gas on that network, and the token's transferWithAuthorization with v, r and \
         s imported as a contract method"
    );
}

#[tokio::test]
async fn an_empty_list_another_token_and_an_unknown_version_are_not_enough() {
    for supported in [
        include_str!("../fixtures/x402/supported-empty.json"),
        include_str!("../fixtures/x402/supported-other-token.json"),
    ] {
        let error = Canned::new(supported, 200, "").connect().await.unwrap_err();
        assert!(matches!(error, ProvisionError::NotListed { .. }), "{error}");
    }
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
