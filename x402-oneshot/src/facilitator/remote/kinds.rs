//! What the facilitator supports, asked now and then.

use std::{
    future::Future,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use tokio::{sync::Mutex, time::Instant};
use x402_core::{
    SupportedResponse,
    facilitator::{FacilitatorError, FacilitatorErrorKind, Reach},
};

/// Keeps the last answer.
///
/// One question is under way at a time. Whoever waited for it shares its outcome, a failure included; whoever comes
/// after a failure asks anew. If the caller that asks is dropped, the next waiter takes over.
pub(super) struct Kinds {
    ttl: Duration,
    /// How many questions were answered, or failed.
    ended: AtomicU64,
    /// Held by the one that asks.
    last: Mutex<Last>,
}

#[derive(Default)]
struct Last {
    answer: Option<(SupportedResponse, Instant)>,
    failure: Option<(FacilitatorErrorKind, Reach)>,
}

impl Kinds {
    pub(super) fn new(ttl: Duration) -> Self {
        Self { ttl, ended: AtomicU64::new(0), last: Mutex::default() }
    }

    pub(super) async fn get<F>(&self, ask: impl FnOnce() -> F) -> Result<SupportedResponse, FacilitatorError>
    where
        F: Future<Output = Result<SupportedResponse, FacilitatorError>>,
    {
        let ended = self.ended.load(Ordering::Acquire);
        let mut last = self.last.lock().await;
        let waited = self.ended.load(Ordering::Acquire) != ended;
        if let Some((answer, at)) = &last.answer
            && (waited || at.elapsed() < self.ttl)
        {
            return Ok(answer.clone());
        }
        if let Some((kind, reach)) = last.failure.filter(|_| waited) {
            return Err(FacilitatorError::new(kind, reach));
        }

        let asked_at = Instant::now();
        let outcome = ask().await;
        self.ended.fetch_add(1, Ordering::AcqRel);
        *last = match &outcome {
            Ok(answer) => Last { answer: Some((answer.clone(), asked_at)), failure: None },
            Err(error) => Last { answer: None, failure: Some((error.kind(), error.reach())) },
        };
        outcome
    }
}
