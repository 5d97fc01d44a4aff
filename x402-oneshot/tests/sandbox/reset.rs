//! Everything as it was at the start.

use std::time::Duration;

use alloy_primitives::U256;
use reqwest::Method;
use serde_json::{Value, json};
use x402_core::UnixSeconds;
use x402_oneshot::sandbox::faults::{Fault, Lifecycle};
use x402_oneshot::sandbox::{Sandbox, SandboxClock, WebhookFault, WebhookShape, faults::When};

use crate::admin::{admin, post};
use crate::harness::{Api, NOW, Overload, SELLER};
use crate::webhooks::receiver::{Receiver, key, pay, told};
use crate::x402::body;

/// What anyone can see of a sandbox.
async fn seen(api: &Api) -> Vec<Value> {
    let mut seen = Vec::new();
    for path in
        ["/wallets", "/methods?status=both", "/events", "/transactions", "/webhooks/endpoints", "/webhooks/triggers"]
    {
        seen.push(api.get(&api.business(path)).await);
    }
    seen.push(api.get("/x402/supported").await);
    let sandbox = &api.sandbox;
    seen.push(json!([
        sandbox.balance_of(sandbox.buyer_address()),
        sandbox.balance_of(SELLER),
        sandbox.native_balance(84532, SELLER),
        sandbox.transactions().len(),
        sandbox.events().len(),
        sandbox.webhooks().deliveries().len(),
        sandbox.faults().rules().len(),
    ]));
    let requests: u64 =
        sandbox.requests().iter().filter(|(_, route, _)| route.contains("execute")).map(|it| it.2).sum();
    seen.push(json!(requests));
    seen
}

/// Changes whatever can be changed; gives a hash and the ids that were given.
async fn live(api: &Api) -> Vec<Value> {
    let method = told(api, &Receiver::start().await.answer(200)).await;
    let payment = pay(api, &method, 1).await;
    let event = json!({
        "chainId": 84532, "contractAddress": api.sandbox.token_address(), "name": "", "description": "",
        "eventName": "Transfer",
    });
    let event = api.post(&api.business("/events"), event).await;
    api.sandbox.mine();
    api.sandbox.webhooks().settled().await;
    let wallet = api.post(&api.business("/wallets"), json!({"chainId": 137, "name": "till"})).await;
    api.put(&format!("/wallets/{}", api.sandbox.wallet_id()), json!({"name": "renamed"})).await;
    let polygon = api.sandbox.wallets()[2].clone();
    api.sandbox.faults().set_wallet_balance(polygon.id, U256::ZERO);
    assert_eq!(api.ask(Method::DELETE, &format!("/wallets/{}", polygon.id), None).await.0, 200);
    api.sandbox.fund(84532, SELLER, U256::from(7)).unwrap();
    let smart = api.sandbox.smart_wallet(SELLER);

    let faults = api.sandbox.faults();
    faults.on("POST", "/x402/verify").always(Fault::EmptyBody);
    faults.next_transaction(&Lifecycle::new().failed("scripted"));
    faults.token_lifetime(Duration::from_secs(1));
    api.sandbox.webhooks().set_shape(WebhookShape::Relayer);
    api.sandbox.webhooks().inject(WebhookFault::BadSignature, When::Always);
    let hash = json!(api.sandbox.transactions()[0].hash);
    vec![hash, json!(payment), method["id"].clone(), event["id"].clone(), wallet["id"].clone(), json!(smart)]
}

#[tokio::test]
async fn whatever_was_done_is_undone_and_done_again_under_other_ids() {
    let api = Api::with(Sandbox::builder().manual_mining().admin()).await;
    let start = seen(&api).await;
    let first = live(&api).await;
    let lived = seen(&api).await;
    // All but what is supported, which nothing changes.
    for (index, (was, is)) in start.iter().zip(&lived).enumerate() {
        assert_eq!(was == is, index == 6, "{index}: {is}");
    }

    post(&api, "/reset", json!({})).await;
    assert_eq!(seen(&api).await, start);
    let (_, grant) = api.ask(Method::POST, "/token", Some(api.grant())).await;
    assert_eq!(grant["expires_in"], 3600);
    let (_, switches) = admin(&api, Method::GET, "/webhooks", None).await;
    assert_eq!(switches, json!({"shape": "legacy", "form": "ecmaScript", "faults": []}));

    // The same payment is good once more, because that chain has never seen it.
    let second = live(&api).await;
    assert_eq!(seen(&api).await[7], lived[7]);
    assert!(first.iter().all(|id| !second.contains(id)), "{first:?} {second:?}");
}

#[tokio::test]
async fn a_settlement_that_is_waited_for_is_told() {
    let api = Api::start().await;
    let reset = async {
        while api.sandbox.transactions().is_empty() {
            tokio::task::yield_now().await;
        }
        api.sandbox.reset();
    };
    let (answer, ()) = tokio::join!(api.ask(Method::POST, "/x402/settle", Some(body(&api, 2))), reset);
    assert_eq!((answer.0, &answer.1["retryable"]), (503, &json!(true)));
    api.sandbox.mine();
    assert_eq!(api.sandbox.balance_of(SELLER), U256::ZERO);
}

#[tokio::test]
async fn webhooks_of_before_are_not_tried_again_and_keys_are_others() {
    let builder = Sandbox::builder().manual_mining().webhook_retries([Duration::from_secs(3600)]);
    let api = Api::with(builder).await;
    let mut receiver = Receiver::start().await;
    let before = told(&api, &receiver.url).await;
    pay(&api, &before, 1).await;
    api.sandbox.mine();
    receiver.next().await.answer(500);
    api.sandbox.webhooks().when(|all| all[0].attempts.len() == 1).await;

    api.sandbox.reset();
    assert!(api.sandbox.webhooks().settled().await.is_empty());
    let after = told(&api, &receiver.url).await;
    assert_ne!(key(&before), key(&after));
    pay(&api, &after, 1).await;
    receiver.answer(200);
    api.sandbox.mine();
    assert_eq!(api.sandbox.webhooks().settled().await.len(), 1);
}

#[tokio::test]
async fn the_clock_is_left_where_it_is() {
    let clock = SandboxClock::at(UnixSeconds::from_secs(NOW));
    let api = Api::at(Sandbox::builder().manual_mining().manual_clock(clock.clone())).await;
    clock.advance(Duration::from_secs(30));
    api.sandbox.reset();
    let method = api.create_overload(Overload::Bytes).await;
    assert_eq!(api.get(&format!("/methods/{method}")).await["created"], NOW + 30);
}
