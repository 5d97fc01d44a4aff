//! What is logged. In a process of its own: which log lines are wanted is decided process by process.
#![cfg(feature = "tracing")]
#![allow(clippy::unwrap_used, reason = "a panic is how a test reports")]

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use http::StatusCode;
use tracing::instrument::WithSubscriber as _;
use tracing_subscriber::fmt::{MakeWriter, format::FmtSpan};
use x402_core::{X402Version, facilitator::Reach, testing::ScriptedFacilitator};

use self::support::{Shop, buyer, call, request};

#[path = "server/support.rs"]
#[allow(dead_code, reason = "shared with another test")]
mod support;

/// A log that a test can read.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn every_step_is_a_span_with_payer_network_amount_outcome_and_duration_and_never_a_signature() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(log.clone())
        .with_ansi(false)
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::CLOSE)
        .finish();
    let shop = Shop::new();
    let payment = shop.sign(X402Version::V2, 1).await;
    let signature = payment.payload().exact().unwrap().signature.to_string();
    let (name, value) = payment.header();
    async {
        shop.facilitator.next_settle(Err(ScriptedFacilitator::lost(Reach::MaybeSent)));
        let response = call(&shop.app(), request(&[(name, value.clone())])).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        let second = shop.sign(X402Version::V2, 2).await.header();
        assert_eq!(call(&shop.app(), request(&[second])).await.status(), StatusCode::OK);
        shop.layer.shared_settlements().drain().await;
    }
    .with_subscriber(subscriber)
    .await;
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for span in ["admit{", "verify{", "handler{", "settle{"] {
        assert!(log.contains(span), "{span} is not in\n{log}");
    }
    assert!(log.contains(&format!("payer={}", buyer().address())), "{log}");
    for field in ["network=eip155:84532", "amount=50000", "outcome=\"admitted\"", "duration_ms="] {
        assert!(log.contains(field), "{field} is not in\n{log}");
    }
    assert!(log.contains("WARN"), "an unknown settlement is a warning: {log}");
    assert!(!log.contains(&signature[2..40]));
    assert!(!log.contains(value.to_str().unwrap()));
}
