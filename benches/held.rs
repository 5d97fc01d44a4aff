//! Settlements that wait until they are let go.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use tokio::{sync::Semaphore, time::timeout};
use x402_core::{
    Facilitator, FacilitatorRequest, SettleResponse, SupportedResponse, VerifyResponse, facilitator::FacilitatorError,
};
use x402_oneshot::transport::{Sending, Transport};

use crate::{shop::InstantFacilitator, verdicts::Verdicts};

/// As long as a facilitator may take: each that waits has a timer, as it would have in earnest.
const LIMIT: Duration = Duration::from_secs(90);

/// A facilitator whose settlements wait. Clones share them.
#[derive(Clone, Debug)]
pub struct Held(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    waiting: AtomicUsize,
    answers: Semaphore,
}

impl Default for Held {
    fn default() -> Self {
        Self(Arc::new(Inner { waiting: AtomicUsize::new(0), answers: Semaphore::new(0) }))
    }
}

impl Held {
    /// How many are waiting.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.waiting.load(Ordering::Relaxed)
    }

    /// Lets so many go, in the order they came.
    pub fn let_go(&self, number: usize) {
        self.0.answers.add_permits(number);
    }

    /// Waits to be let go.
    ///
    /// # Panics
    ///
    /// If that takes longer than any bench does.
    pub async fn wait(&self) {
        self.0.waiting.fetch_add(1, Ordering::Relaxed);
        let answer = timeout(LIMIT, self.0.answers.acquire()).await.expect("somebody lets it go in time");
        answer.expect("nobody closes it").forget();
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Facilitator for Held {
    async fn verify(&self, request: &FacilitatorRequest) -> Result<VerifyResponse, FacilitatorError> {
        InstantFacilitator.verify(request).await
    }

    async fn settle(&self, request: &FacilitatorRequest) -> Result<SettleResponse, FacilitatorError> {
        self.wait().await;
        InstantFacilitator.settle(request).await
    }

    async fn supported(&self) -> Result<SupportedResponse, FacilitatorError> {
        InstantFacilitator.supported().await
    }
}

/// The same behind a URL, without the connection: what a remote facilitator's client needs for itself.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "its parts are all there is")]
pub struct HeldAnswers {
    /// What the settlements wait for.
    pub held: Held,
    /// The verdicts.
    pub verdicts: Verdicts,
}

impl Transport for HeldAnswers {
    fn send(&self, request: Request<Bytes>) -> Sending<'_> {
        Box::pin(async move {
            let is_settlement = request.uri().path().ends_with("/settle");
            if is_settlement {
                self.held.wait().await;
            }
            let Verdicts { valid, settled } = &self.verdicts;
            Ok(Response::new(if is_settlement { settled } else { valid }.clone()))
        })
    }
}
