//! Shutting down.

use std::task::Poll;

use tower::Service;
use x402_core::{X402Version, claim::ClaimState, testing::ScriptedFacilitator};
use x402_tower::server::{Order, Settlements};

use crate::support::{Shop, call, request, until};

#[tokio::test]
async fn drain_waits_for_settlements_whose_clients_have_gone() {
    let shop = Shop::with(ScriptedFacilitator::willing().hesitating(1000));
    let (mut app, payment) = (shop.app(), shop.sign(X402Version::V2, 1).await.header());
    let serving = tokio::spawn(async move { app.call(request(&[payment])).await });
    until(|| shop.facilitator.settle_calls() == 1).await;
    serving.abort();
    let settlements = shop.layer.shared_settlements();
    assert_eq!((settlements.in_flight(), shop.facilitator.settles_answered()), (1, 0));
    settlements.drain().await;
    assert_eq!((settlements.in_flight(), shop.facilitator.settles_answered()), (0, 1));
    assert!(matches!(shop.state(1), Some(ClaimState::Settled(_))));
}

#[tokio::test]
async fn layers_can_share_one_drain() {
    let settlements = Settlements::default();
    let shop = Shop::with(ScriptedFacilitator::willing().hesitating(100));
    for nonce in 1..=3 {
        let layer = shop.layer.clone().order(Order::Background).settlements(settlements.clone());
        let payment = shop.sign(X402Version::V2, nonce).await.header();
        call(&shop.over(shop.runs.clone(), &layer), request(&[payment])).await;
    }
    assert!(settlements.in_flight() > 0);
    settlements.drain().await;
    for nonce in 1..=3 {
        assert_eq!(shop.state(nonce), Some(ClaimState::Delivered));
    }
}

#[tokio::test]
async fn drain_with_nothing_under_way_is_over_at_once() {
    let settlements = Settlements::default();
    let drained = std::pin::pin!(settlements.drain());
    let mut drained = drained;
    let now = std::future::poll_fn(|context| Poll::Ready(drained.as_mut().poll(context).is_ready())).await;
    assert!(now);
}
