//! Who gets a token, and what it opens.

use std::time::Duration;

use alloy_primitives::hex;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::Api;

#[tokio::test]
async fn the_token_endpoint_takes_a_form_and_json() {
    let api = Api::start().await;
    let grant = api.grant();
    for request in [api.bare(Method::POST, "/token").form(&grant), api.bare(Method::POST, "/token").json(&grant)] {
        let (status, answer) = Api::send(request).await;
        assert_eq!(status, 200, "{answer}");
        assert_eq!(answer["token_type"], "Bearer");
        assert_eq!(answer["expires_in"], 3600);
        assert!(answer["scope"].is_string() && answer["access_token"].is_string());
    }
}

#[tokio::test]
async fn other_credentials_get_no_token() {
    let api = Api::start().await;
    for member in ["client_id", "client_secret"] {
        let mut grant = api.grant();
        grant[member] = json!(hex::encode([0; 32]));
        let (status, answer) = Api::send(api.bare(Method::POST, "/token").form(&grant)).await;
        assert_eq!((status, &answer["type"]), (401, &json!("UnauthenticatedError")));
        assert!(answer.get("access_token").is_none());
    }
}

#[tokio::test]
async fn a_grant_that_is_none_is_a_bad_request() {
    let api = Api::start().await;
    let mut wrong_type = api.grant();
    wrong_type["grant_type"] = json!("password");
    let mut no_secret = api.grant();
    no_secret.as_object_mut().unwrap().remove("client_secret");
    for grant in [wrong_type, no_secret] {
        let (status, _) = Api::send(api.bare(Method::POST, "/token").form(&grant)).await;
        assert_eq!(status, 400);
    }
}

#[tokio::test]
async fn every_endpoint_but_the_token_wants_a_token() {
    let api = Api::start().await;
    let id = api.sandbox.wallet_id();
    for (method, path) in [
        (Method::GET, api.business("/wallets")),
        (Method::GET, api.business("/methods")),
        (Method::POST, api.business("/methods")),
        (Method::GET, api.business("/transactions")),
        (Method::GET, format!("/wallets/{id}")),
        (Method::GET, format!("/methods/{id}")),
        (Method::PUT, format!("/methods/{id}")),
        (Method::POST, format!("/methods/{id}/test")),
        (Method::POST, format!("/methods/{id}/execute")),
        (Method::GET, format!("/transactions/{id}")),
    ] {
        for header in [None, Some("Bearer nonsense"), Some("Bearer "), Some("Basic Zm9v")] {
            let request = api.bare(method.clone(), &path);
            let request = match header {
                Some(header) => request.header("authorization", header),
                None => request,
            };
            let (status, answer) = Api::send(request).await;
            assert_eq!(status, 401, "{method} {path} {header:?}");
            assert_eq!(answer["type"], "UnauthenticatedError");
        }
    }
}

#[tokio::test]
async fn a_token_expires_after_an_hour_of_the_sandboxs_clock() {
    let api = Api::start().await;
    let path = api.business("/wallets");
    for (seconds, expected) in [(3599, 200), (1, 401)] {
        api.clock.advance(Duration::from_secs(seconds));
        assert_eq!(api.ask(Method::GET, &path, None).await.0, expected);
    }
}

#[tokio::test]
async fn another_business_is_forbidden() {
    let api = Api::start().await;
    let other = api.sandbox.wallet_id();
    for list in ["wallets", "methods", "transactions"] {
        let path = format!("/business/{other}/{list}");
        let (status, answer) = api.ask(Method::GET, &path, None).await;
        let kind: &Value = &answer["type"];
        assert_eq!((status, kind), (403, &json!("UnauthorizedError")), "{list}");
    }
}
