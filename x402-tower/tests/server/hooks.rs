//! Hooks, through the layer.

use std::sync::{Arc, Mutex};

use alloy_primitives::B256;
use http::StatusCode;
use x402_core::{
    Reason, Receipt, X402Version,
    error::BoxError,
    facilitator::Reach,
    server::{Decision, Hooks, Payment},
    testing::ScriptedFacilitator,
};

use crate::support::{Shop, call, request, text};

/// Writes down what it sees, and decides as told.
#[derive(Clone)]
struct Told {
    seen: Arc<Mutex<Vec<&'static str>>>,
    before: fn() -> Result<Decision, BoxError>,
}

impl Hooks for Told {
    async fn before_verify(&self, _: &Payment) -> Result<Decision, BoxError> {
        self.seen.lock().unwrap().push("before_verify");
        (self.before)()
    }

    async fn after_verify(&self, _: &Payment) -> Result<Decision, BoxError> {
        self.seen.lock().unwrap().push("after_verify");
        Ok(Decision::Proceed)
    }

    async fn after_settle(&self, _: &Payment, _: &Receipt) {
        self.seen.lock().unwrap().push("after_settle");
    }

    async fn on_unknown(&self, _: &Payment, _: Option<B256>) {
        self.seen.lock().unwrap().push("on_unknown");
    }
}

fn shop(before: fn() -> Result<Decision, BoxError>) -> (Shop, Arc<Mutex<Vec<&'static str>>>) {
    let told = Told { seen: Arc::default(), before };
    let seen = Arc::clone(&told.seen);
    (Shop::set_up(ScriptedFacilitator::willing(), |gate| gate.hooks(told), |offers| offers), seen)
}

#[tokio::test]
async fn each_hook_is_called_once_and_in_order() {
    let (shop, seen) = shop(|| Ok(Decision::Proceed));
    let payment = shop.sign(X402Version::V2, 1).await.header();
    assert_eq!(call(&shop.app(), request(&[payment])).await.status(), StatusCode::OK);
    assert_eq!(*seen.lock().unwrap(), ["before_verify", "after_verify", "after_settle"]);
}

#[tokio::test]
async fn an_unknown_settlement_is_told() {
    let (shop, seen) = shop(|| Ok(Decision::Grant));
    shop.facilitator.next_settle(Err(ScriptedFacilitator::lost(Reach::MaybeSent)));
    let payment = shop.sign(X402Version::V2, 1).await.header();
    assert_eq!(call(&shop.app(), request(&[payment])).await.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(*seen.lock().unwrap(), ["before_verify", "after_verify", "on_unknown"]);
    assert_eq!(shop.facilitator.verify_calls(), 0, "granted: the facilitator is not asked to verify");
}

#[tokio::test]
async fn a_refusal_has_the_hooks_code_and_a_hook_that_fails_refuses() {
    let (shop, _) = shop(|| Ok(Decision::Refuse(Reason::parse("payer_blocked").ok_or("no code")?)));
    let payment = shop.sign(X402Version::V2, 1).await.header();
    let response = call(&shop.app(), request(&[payment])).await;
    assert_eq!(response.status(), StatusCode::PAYMENT_REQUIRED);
    assert!(text(response).await.contains("payer_blocked"));
    assert!(shop.claims.is_empty());

    let (shop, _) = self::shop(|| Err("the database is down".into()));
    let payment = shop.sign(X402Version::V2, 1).await.header();
    let response = call(&shop.app(), request(&[payment])).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(!text(response).await.contains("database"));
    assert_eq!((shop.runs(), shop.facilitator.verify_calls()), (0, 0));
    assert!(shop.claims.is_empty());
}
