//! The rules that every facilitator keeps, core's suite, on the sandbox's chain.

use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
use x402_core::{
    X402Version,
    reason::ReasonKind,
    testing::conformance::facilitator::{Fixture, all},
};
use x402_oneshot::{facilitator::Remote, sandbox::Sandbox};

use crate::support::{Payment, VERSIONS, builder, native};

async fn fixture(sandbox: &Sandbox, versions: &[X402Version]) -> Fixture {
    let mut fixture = Fixture::new();
    for (nonce, version) in (1..).step_by(2).zip(versions) {
        let good = |nonce| Payment { nonce, ..Payment::of(sandbox, *version) };
        fixture = fixture
            .payable(good(nonce).request().await)
            .contested(good(nonce + 1).request().await)
            .invalid(Payment { key: [3; 32].into(), ..good(nonce) }.request().await, [ReasonKind::InsufficientFunds])
            .invalid(Payment { value: 1, ..good(nonce) }.request().await, [ReasonKind::Amount])
            .invalid(Payment { seconds: 0, ..good(nonce) }.request().await, [ReasonKind::Expired])
            .invalid(Payment { more: 1, ..good(nonce) }.request().await, [ReasonKind::Signature]);
    }
    fixture
}

#[tokio::test]
async fn native_keeps_every_rule_in_both_versions() {
    let sandbox = builder().start().await.unwrap();
    all(&native(&sandbox).await, &fixture(&sandbox, &VERSIONS).await).await;
}

/// 1Shot's v2 is the protocol's, so that a `Remote` with a token can settle there; in v1 its names are its own.
#[tokio::test]
async fn remote_keeps_every_rule_over_real_http() {
    let sandbox = builder().start().await.unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let grant = [
        ("grant_type", "client_credentials"),
        ("client_id", sandbox.api_key()),
        ("client_secret", sandbox.api_secret()),
    ];
    let answer =
        reqwest::Client::new().post(format!("{}/token", sandbox.base_url())).form(&grant).send().await.unwrap();
    let answer: serde_json::Value = answer.json().await.unwrap();
    let token = HeaderValue::from_str(&format!("Bearer {}", answer["access_token"].as_str().unwrap())).unwrap();
    let auth = move |_| {
        let headers = HeaderMap::from_iter([(AUTHORIZATION, token.clone())]);
        async { Ok::<_, std::convert::Infallible>(headers) }
    };
    let url = format!("{}/x402", sandbox.base_url());
    let remote = Remote::builder(&url).unwrap().auth(auth).build().unwrap();
    all(&remote, &fixture(&sandbox, &[X402Version::V2]).await).await;
}
