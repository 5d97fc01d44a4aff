//! The handler that is sold.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};

use super::{Halves, Latch};

/// What is sold.
pub(crate) const CONTENT: &str = "the premium content, every word of it";

/// Counts its runs, and waits where it is told.
#[derive(Clone, Default)]
pub(crate) struct Work(Arc<Inner>);

#[derive(Default)]
struct Inner {
    started: AtomicUsize,
    finished: AtomicUsize,
    saw_payment: AtomicBool,
    hold: Mutex<Option<Latch>>,
    pause: Mutex<Option<Latch>>,
}

impl Work {
    /// How often it began.
    pub(crate) fn started(&self) -> usize {
        self.0.started.load(Ordering::SeqCst)
    }

    /// How often it was done to its end.
    pub(crate) fn finished(&self) -> usize {
        self.0.finished.load(Ordering::SeqCst)
    }

    /// Whether it was ever shown a payment header.
    pub(crate) fn saw_payment(&self) -> bool {
        self.0.saw_payment.load(Ordering::SeqCst)
    }

    /// Waits at this latch before it is done.
    pub(crate) fn hold_at(&self, latch: &Latch) {
        *self.0.hold.lock().unwrap() = Some(latch.clone());
    }

    /// Answers with a body that waits at this latch in its middle.
    pub(crate) fn pause_at(&self, latch: &Latch) {
        *self.0.pause.lock().unwrap() = Some(latch.clone());
    }

    async fn run(&self, request: Request) -> Response {
        self.0.started.fetch_add(1, Ordering::SeqCst);
        if ["payment-signature", "x-payment"].iter().any(|name| request.headers().contains_key(*name)) {
            self.0.saw_payment.store(true, Ordering::SeqCst);
        }
        if to_bytes(request.into_body(), 1024).await.is_err() {
            return StatusCode::BAD_REQUEST.into_response();
        }
        let hold = self.0.hold.lock().unwrap().clone();
        if let Some(latch) = hold {
            latch.pass().await;
        }
        self.0.finished.fetch_add(1, Ordering::SeqCst);
        let pause = self.0.pause.lock().unwrap().clone();
        let body = pause.map_or_else(|| Body::from(CONTENT), |latch| Body::new(Halves::new(CONTENT, latch)));
        // A careless handler: shared caches would keep this.
        ([(header::CACHE_CONTROL, "public, max-age=60, s-maxage=600")], body).into_response()
    }
}

pub(crate) async fn handler(State(work): State<Work>, request: Request) -> Response {
    work.run(request).await
}
