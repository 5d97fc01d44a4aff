//! What is counted. In a process of its own: there is one recorder for a process.
#![cfg(feature = "metrics")]
#![allow(clippy::unwrap_used, reason = "a panic is how a test reports")]

use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use x402_core::{X402Version, facilitator::Reach, testing::ScriptedFacilitator};

use self::support::{Shop, call, request};

#[path = "server/support.rs"]
#[allow(dead_code, reason = "shared with another test")]
mod support;

#[tokio::test]
async fn outcomes_are_counted_and_settlements_timed() {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    recorder.install().unwrap();
    let shop = Shop::new();
    shop.facilitator.next_settle(Err(ScriptedFacilitator::lost(Reach::MaybeSent)));
    let (lost, good) = (shop.sign(X402Version::V2, 1).await.header(), shop.sign(X402Version::V2, 2).await.header());
    let bad = (good.0.clone(), "!".parse().unwrap());
    for headers in [vec![], vec![], vec![bad], vec![lost], vec![good.clone()], vec![good]] {
        call(&shop.app(), request(&headers)).await;
    }
    let mut seen: Vec<_> = snapshotter
        .snapshot()
        .into_vec()
        .into_iter()
        .map(|(key, _, _, value)| {
            let outcome = key.key().labels().map(|label| label.value().to_owned()).collect::<String>();
            let value = match value {
                DebugValue::Counter(count) => count,
                DebugValue::Histogram(values) => values.len() as u64,
                DebugValue::Gauge(_) => unreachable!("there is no gauge"),
            };
            (key.key().name().to_owned(), outcome, value)
        })
        .collect();
    seen.sort();
    let expected = [
        ("x402_requests_total", "invalid", 1),
        ("x402_requests_total", "malformed", 1),
        ("x402_requests_total", "paid", 1),
        ("x402_requests_total", "unknown", 1),
        ("x402_requests_total", "unpaid", 2),
        ("x402_settle_seconds", "settled", 1),
        ("x402_settle_seconds", "unknown", 1),
    ];
    assert_eq!(seen, expected.map(|(name, outcome, value)| (name.to_owned(), outcome.to_owned(), value)));
}
