//! Starting, stopping and looking at a sandbox.

use std::time::Duration;

use alloy_primitives::U256;
use reqwest::Method;
use tokio::net::TcpStream;
use x402_oneshot::sandbox::faults::Fault;
use x402_oneshot::sandbox::{Sandbox, SandboxError};

use crate::harness::{Api, Overload, SELLER};

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let first = Sandbox::start().await.unwrap();
    let port = port_of(&first);
    let error = Sandbox::builder().port(port).start().await.unwrap_err();
    assert!(matches!(error, SandboxError::Bind { .. }));
    assert_eq!(error.to_string(), format!("cannot listen on port {port} of 127.0.0.1"));
}

#[tokio::test]
async fn a_dropped_sandbox_gives_its_port_back() {
    let api = Api::start().await;
    let port = port_of(&api.sandbox);
    drop(api);
    let again = async {
        loop {
            if let Ok(sandbox) = Sandbox::builder().port(port).start().await {
                break sandbox;
            }
            tokio::task::yield_now().await;
        }
    };
    let sandbox = tokio::time::timeout(Duration::from_secs(120), again).await.unwrap();
    assert_eq!(port_of(&sandbox), port);
}

#[tokio::test]
async fn a_stopped_sandbox_has_given_its_port_back() {
    let api = Api::start().await;
    let (port, path) = (port_of(&api.sandbox), format!("{}/chains", api.sandbox.base_url()));
    // An answer that is held back, and a connection on which nothing was asked yet.
    api.sandbox.faults().on("GET", "/chains").once(Fault::Latency(Duration::from_secs(3600)));
    let late = tokio::spawn(reqwest::get(path));
    let _idle = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    while api.sandbox.requests().of("GET", "/chains") == 0 {
        tokio::task::yield_now().await;
    }
    api.sandbox.stop().await;
    let again = Sandbox::builder().port(port).start().await.unwrap();
    assert_eq!(port_of(&again), port);
    assert_eq!(late.await.unwrap().unwrap().status(), 401, "it is answered all the same");
}

#[tokio::test]
async fn two_sandboxes_share_nothing() {
    let (one, other) = (Api::start().await, Api::start().await);
    one.create_overload(Overload::Bytes).await;
    one.sandbox.faults().on("*", "*").always(Fault::EmptyBody);
    let token = one.sandbox.token_address();
    one.sandbox.mint(84532, token, SELLER, U256::from(5)).unwrap();
    assert_eq!(other.get(&other.business("/methods")).await["totalResults"], 0);
    assert_eq!(other.sandbox.balance_of(SELLER), U256::ZERO);
    assert_ne!(one.sandbox.base_url(), other.sandbox.base_url());
}

#[tokio::test]
async fn a_seed_repeats_everything_and_chance_nothing() {
    let facts = |sandbox: &Sandbox| {
        [
            sandbox.api_key().to_owned(),
            sandbox.api_secret().to_owned(),
            sandbox.business_id().to_string(),
            sandbox.wallet_id().to_string(),
        ]
    };
    let seeded = async || Sandbox::builder().seed(1).start().await.unwrap();
    assert_eq!(facts(&seeded().await), facts(&seeded().await));
    let (a, b) = (Sandbox::start().await.unwrap(), Sandbox::start().await.unwrap());
    assert!(facts(&a).iter().zip(facts(&b)).all(|(a, b)| *a != b));
}

#[tokio::test]
async fn requests_are_counted_by_endpoint() {
    let api = Api::start().await;
    api.get(&format!("/wallets/{}", api.sandbox.wallet_id())).await;
    api.ask(Method::GET, "/wallets/nonsense", None).await;
    // What does not exist is not counted: neither this endpoint nor this verb.
    api.ask(Method::GET, "/nothing", None).await;
    api.ask(Method::PATCH, "/token", None).await;
    api.get(&api.business("/methods")).await;
    let requests = api.sandbox.requests();
    assert_eq!(requests.of("POST", "/token"), 1);
    assert_eq!(requests.of("GET", "/wallets/{id}"), 2);
    assert_eq!(requests.of("GET", "/business/{id}/methods"), 1);
    assert_eq!(requests.of("POST", "/methods/{id}/execute"), 0);
    assert_eq!(requests.total(), 4);
    assert_eq!(requests.iter().map(|(_, _, count)| count).sum::<u64>(), 4);
}

#[tokio::test]
async fn debug_shows_neither_key_nor_secret() {
    let sandbox = Sandbox::start().await.unwrap();
    let debug = format!("{sandbox:?} {:?}", sandbox.buyer_key());
    let key = sandbox.buyer_key().to_hex();
    for secret in [sandbox.api_secret(), sandbox.api_key(), &key, key.trim_start_matches("0x")] {
        assert!(!debug.contains(secret), "{debug}");
    }
}

#[test]
fn public_types_cross_threads() {
    fn check<T: Send + Sync + Unpin>() {}
    check::<Sandbox>();
    check::<SandboxError>();
    check::<x402_oneshot::sandbox::BuyerKey>();
    check::<x402_oneshot::sandbox::RequestCounts>();
    check::<x402_oneshot::sandbox::SandboxBuilder>();
    check::<x402_oneshot::sandbox::SandboxEvent>();
    check::<x402_oneshot::sandbox::SandboxTransaction>();
    check::<x402_oneshot::sandbox::SandboxWallet>();
}

fn port_of(sandbox: &Sandbox) -> u16 {
    let url: url::Url = sandbox.base_url().parse().unwrap();
    url.port().unwrap()
}
