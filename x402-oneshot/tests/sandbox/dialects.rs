//! The generations of the API that the sandbox can be.

use reqwest::Method;
use serde_json::{Value, json};
use x402_oneshot::sandbox::{Sandbox, SandboxBuilder};

use crate::harness::{Api, Overload};

async fn transaction(builder: SandboxBuilder) -> (Api, String, Value) {
    let api = Api::with(builder.manual_mining()).await;
    let method = api.create_overload(Overload::Bytes).await;
    let params = Overload::Bytes.params(&api.authorization(), api.sandbox.buyer_key().expose());
    let transaction = api.execute(&method, params).await;
    assert_eq!(transaction["status"], "Completed");
    (api, method, transaction)
}

#[tokio::test]
async fn by_default_every_client_finds_the_method_where_it_looks() {
    let (_, method, transaction) = transaction(Sandbox::builder()).await;
    assert_eq!(transaction["contractMethodId"], json!(method));
    assert_eq!(transaction["contractMethodIds"], json!([method]));
}

#[tokio::test]
async fn the_legacy_server_knows_one_method_only() {
    let (_, method, transaction) = transaction(Sandbox::builder().legacy()).await;
    assert_eq!(transaction["contractMethodId"], json!(method));
    assert_eq!(transaction.get("contractMethodIds"), None);
}

#[tokio::test]
async fn the_strict_server_does_what_breaks_older_clients() {
    let (api, method, transaction) = transaction(Sandbox::builder().strict_spec()).await;
    assert_eq!(transaction["contractMethodIds"], json!([method]));
    assert_eq!(transaction.get("contractMethodId"), None);

    let path = api.business("/transactions/transactions");
    assert_eq!(api.ask(Method::GET, &path, None).await.0, 404);
    assert_eq!(api.get(&api.business("/transactions")).await["totalResults"], 1);

    let deleted = api.authorized(Method::DELETE, &format!("/methods/{method}")).send().await.unwrap();
    assert_eq!(deleted.status(), 200);
    assert!(deleted.bytes().await.unwrap().is_empty());
}
