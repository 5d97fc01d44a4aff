//! Faults and clock over HTTP.

use std::time::Duration;

use alloy_primitives::U256;
use reqwest::Method;
use serde_json::{Value, json};
use x402_core::{Clock, UnixSeconds};
use x402_oneshot::sandbox::faults::{Fault, Lifecycle, Rule};
use x402_oneshot::sandbox::{Sandbox, SandboxBuilder, SandboxClock};

use crate::harness::{Api, NOW, Overload, SELLER};

fn builder() -> SandboxBuilder {
    Sandbox::builder().manual_mining().admin()
}

/// Asks outside `/v0`, without a token.
pub(crate) async fn admin(api: &Api, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
    let request = api.bare(method, &format!("/../_sandbox{path}"));
    Api::send(match body {
        Some(body) => request.json(&body),
        None => request,
    })
    .await
}

pub(crate) async fn post(api: &Api, path: &str, body: Value) {
    let (status, answer) = admin(api, Method::POST, path, Some(body)).await;
    assert_eq!((status, answer), (200, json!({"success": true})), "{path}");
}

#[tokio::test]
async fn it_is_not_there_unless_it_was_asked_for() {
    let api = Api::start().await;
    let (status, _) = admin(&api, Method::GET, "/faults", None).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn rules_are_added_listed_and_cleared() {
    let api = Api::with(builder()).await;
    let rule = json!({
        "method": "GET",
        "route": "/x402/supported",
        "when": {"every": 2},
        "faults": [{"answer": {"status": 429, "body": {"error": {"type": "RateLimitError"}}, "retryAfter": "2"}}],
    });
    post(&api, "/faults", rule).await;
    let statuses = async || {
        let mut statuses = Vec::new();
        for _ in 0..2 {
            statuses.push(api.ask(Method::GET, "/x402/supported", None).await.0);
        }
        statuses
    };
    assert_eq!(statuses().await, [200, 429]);
    let (_, listed) = admin(&api, Method::GET, "/faults", None).await;
    assert_eq!(listed["rules"][0]["route"], "/x402/supported");
    assert_eq!((&listed["rules"][0]["seen"], &listed["rules"][0]["struck"]), (&json!(2), &json!(1)));
    admin(&api, Method::DELETE, "/faults", None).await;
    assert_eq!(statuses().await, [200, 200]);
}

#[tokio::test]
async fn lifecycles_mining_balances_and_the_log() {
    let api = Api::with(builder()).await;
    post(&api, "/lifecycles", json!({"lifecycle": {"stages": [{"status": "Dropped", "polls": 1}]}})).await;
    let method = api.create_overload(Overload::Bytes).await;
    let params = Overload::Bytes.params(&api.authorization(), api.sandbox.buyer_key().expose());
    let queued = api.post(&format!("/methods/{method}/execute"), json!({"params": params})).await;
    let path = format!("/transactions/{}", queued["id"].as_str().unwrap());
    post(&api, "/submit", json!({})).await;
    assert_eq!(api.get(&path).await["status"], "Dropped");
    post(&api, "/mine", json!({})).await;
    assert_eq!(api.get(&path).await["status"], "Completed");

    let (_, balances) = admin(&api, Method::GET, &format!("/chains/84532/balances/{SELLER}"), None).await;
    assert_eq!(balances, json!({"native": "0", "tokens": {api.sandbox.token_address().to_string(): "50000"}}));
    let (_, log) = admin(&api, Method::GET, "/log", None).await;
    assert_eq!(log["transactions"][0]["status"], "Completed");
    let asked = json!({"method": "GET", "route": "/transactions/{id}", "count": 2});
    assert!(log["requests"].as_array().unwrap().contains(&asked), "{log}");

    post(&api, &format!("/wallets/{}", api.sandbox.wallet_id()), json!({"balance": "7"})).await;
    let wallets = api.get(&api.business("/wallets")).await;
    assert_eq!(wallets["response"][0]["accountBalanceDetails"]["balance"], "7");
    // The documented events, about this transaction and this wallet.
    let wallet = api.sandbox.wallets()[0].clone();
    api.sandbox.fund(84532, wallet.address, U256::from(8)).unwrap();
    let [mut events, ..] = documented();
    events[0]["transaction"] = queued["id"].clone();
    for event in &mut events.as_array_mut().unwrap()[1..] {
        event["wallet"] = json!(wallet.id);
    }
    let (_, log) = admin(&api, Method::GET, "/log", None).await;
    assert_eq!(log["events"], events);
    admin(&api, Method::DELETE, &format!("/methods/{method}"), None).await;
    assert_eq!(api.ask(Method::GET, &format!("/methods/{method}"), None).await.0, 404);
}

#[tokio::test]
async fn the_clock_moves_if_it_is_the_sandboxs_own() {
    let clock = SandboxClock::at(UnixSeconds::from_secs(NOW));
    let api = Api::at(builder().manual_clock(clock.clone())).await;
    post(&api, "/clock", json!({"advanceSeconds": 60})).await;
    let (_, now) = admin(&api, Method::GET, "/clock", None).await;
    assert_eq!(now, json!({"now": NOW + 60, "manual": true}));
    post(&api, "/clock", json!({"now": NOW})).await;
    clock.advance(Duration::from_secs(1));
    assert_eq!(clock.now().as_secs(), NOW + 1);

    let api = Api::with(builder()).await;
    assert_eq!(admin(&api, Method::POST, "/clock", Some(json!({"now": 1}))).await.0, 403);
}

#[tokio::test]
async fn tokens_are_revoked_and_their_lifetime_set() {
    let api = Api::with(builder()).await;
    post(&api, "/tokens", json!({"revoke": true, "lifetimeSeconds": 5})).await;
    assert_eq!(api.ask(Method::GET, "/x402/supported", None).await.0, 401);
    let (_, grant) = api.ask(Method::POST, "/token", Some(api.grant())).await;
    assert_eq!(grant["expires_in"], 5);
}

#[tokio::test]
async fn what_is_wrong_is_refused_and_a_page_of_another_origin_too() {
    let api = Api::with(builder()).await;
    for (path, body) in [
        ("/faults", json!({"method": "GET", "route": "/x", "when": "always", "faults": ["no such fault"]})),
        ("/faults", json!({"method": "GET", "route": "/x", "when": {"sometimes": 1}, "faults": []})),
        ("/faults", json!({"method": "GET", "route": "/x", "when": "always", "faults": [{"reset": {"afer": true}}]})),
        (
            "/faults",
            json!({"method": "GET", "route": "/x", "when": "always", "faults": [{"answer": {"status": 99, "body": "empty"}}]}),
        ),
        ("/lifecycles", json!({"lifecycle": {"stages": [{"status": "Completed", "polls": 1}]}})),
        ("/lifecycles", json!({"times": 1001, "lifecycle": {}})),
        ("/clock", json!({"hour": 5})),
        ("/wallets/7", json!({"balance": "1"})),
    ] {
        let (status, answer) = admin(&api, Method::POST, path, Some(body.clone())).await;
        assert_eq!(status, 422, "{path} {body} {answer}");
    }
    for path in ["/chains/84532/balances/0x1", "/chains/base/balances/0x1", &format!("/chains/7/balances/{SELLER}")] {
        assert_eq!(admin(&api, Method::GET, path, None).await.0, 422, "{path}");
    }
    let rule = json!({"method": "*", "route": "*", "when": "always", "faults": ["emptyBody"]}).to_string();
    let plain = api.bare(Method::POST, "/../_sandbox/faults").header("content-type", "text/plain").body(rule);
    assert_eq!(Api::send(plain).await.0, 400);
    assert!(api.sandbox.faults().rules().is_empty());
    for path in ["/reset", "/mine"] {
        let from_page = api.bare(Method::POST, &format!("/../_sandbox{path}")).header("origin", "https://shop.example");
        assert_eq!(Api::send(from_page).await.0, 403, "{path}");
    }
}

/// What `faults::admin` shows: events, a rule, faults, a lifecycle, webhook faults and a delivery.
pub(crate) fn documented() -> [Value; 6] {
    let page = include_str!("../../src/sandbox/faults/admin.rs");
    let text: String =
        page.lines().filter_map(|line| line.strip_prefix("//!")).map(|line| format!("{line}\n")).collect();
    let blocks = text.split("```json").skip(1).map(|rest| rest.split("```").next().unwrap());
    let blocks: Vec<Value> = blocks.map(|block| serde_json::from_str(block).unwrap()).collect();
    blocks.try_into().unwrap()
}

#[test]
fn the_documented_json_is_read() {
    let [_, rule, faults, lifecycle, ..] = documented();
    serde_json::from_value::<Rule>(rule).unwrap();
    assert_eq!(serde_json::from_value::<Vec<Fault>>(faults).unwrap().len(), 13);
    let _ = serde_json::from_value::<Lifecycle>(lifecycle).unwrap();
    for when in [
        json!("always"),
        json!({"between": {"from": 1_750_000_000, "until": 1_750_000_060}}),
        json!({"every": 3}),
        json!({"percent": 10}),
        json!({"times": 2}),
    ] {
        serde_json::from_value::<x402_oneshot::sandbox::faults::When>(when).unwrap();
    }
    for end in [json!("mined"), json!("forever"), json!("raced"), json!({"failed": {"reason": "x"}})] {
        let _ = serde_json::from_value::<Lifecycle>(json!({"end": end})).unwrap();
    }
}
