//! Where payments are verified and settled.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use tokio_util::task::TaskTracker;
use x402_core::{
    FacilitatorRequest, Reason, SettleResponse, SharedFacilitator, SupportedResponse, VerifyResponse,
    claim::ClaimStore,
    error::chain,
    facilitator::{Facilitator as _, FacilitatorError},
    server::{Clearing, Gate, Refusal, RefusalKind},
};

use crate::config::Config;

/// How long whoever verifies is kept waiting.
const VERIFY_TIMEOUT: Duration = Duration::from_secs(30);
/// How long whoever settles is kept waiting: less than its own patience, which is 90 s for a `Remote`.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(75);
/// How soon a settlement that somebody else has under way is asked about, at first and at last.
const PAUSES: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(500));

/// The settlements under way. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Settlements(TaskTracker);

impl Settlements {
    /// Waits until all have come to their end, when no more come in.
    pub(crate) async fn drain(&self) {
        self.0.close();
        if !self.0.is_empty() {
            tracing::info!(settlements = self.0.len(), "waiting for settlements");
        }
        self.0.wait().await;
    }
}

/// Answers what is asked of the facilitator.
#[derive(Clone)]
pub(crate) struct Desk<C> {
    clearing: Clearing<SharedFacilitator, C>,
    settlements: Settlements,
}

impl<C: ClaimStore + 'static> Desk<C> {
    pub(crate) fn new(gate: Gate<SharedFacilitator, C>, config: &Config, settlements: Settlements) -> Self {
        let clearing = Clearing::new(gate, [config.token.clone()]);
        let clearing = match &config.recipients {
            Some(recipients) => clearing.recipients(recipients.iter().copied()),
            None => clearing,
        };
        let clearing = if config.refuses_repeats { clearing.refuse_repeats() } else { clearing };
        Self { clearing, settlements }
    }

    pub(crate) async fn verify(&self, request: &FacilitatorRequest) -> Result<VerifyResponse, Refusal> {
        let answer = timeout(VERIFY_TIMEOUT, self.clearing.verify(request)).await;
        let answer = answer.unwrap_or_else(|_| Err(Refusal::unavailable("no answer in time")));
        match &answer {
            Ok(VerifyResponse { invalid_reason: Some(reason), .. }) => tracing::info!(%reason, "invalid"),
            Ok(_) => tracing::info!("valid"),
            Err(refusal) => tracing::warn!(error = chain(refusal), "cannot verify"),
        }
        answer
    }

    /// Settles in a task of its own, which a caller that hangs up does not stop, and which is drained at the end.
    pub(crate) async fn settle(&self, request: FacilitatorRequest) -> Result<SettleResponse, Refusal> {
        let pending = pending(&request);
        let settling = settle(self.clearing.clone(), request);
        match timeout(SETTLE_TIMEOUT, self.settlements.0.spawn(settling)).await {
            Ok(Ok(answer)) => answer,
            // The time is up, or the task panicked: the money may have moved.
            Err(_) | Ok(Err(_)) => Ok(pending),
        }
    }

    pub(crate) async fn supported(&self) -> Result<SupportedResponse, FacilitatorError> {
        let answer = self.clearing.facilitator().supported().await;
        answer.inspect_err(|error| tracing::warn!(error = chain(error), "cannot say what is supported"))
    }
}

/// Settles a payment, or waits for whoever is settling it.
async fn settle<C: ClaimStore>(
    clearing: Clearing<SharedFacilitator, C>,
    request: FacilitatorRequest,
) -> Result<SettleResponse, Refusal> {
    let (over_at, (mut pause, slowest)) = (Instant::now() + SETTLE_TIMEOUT, PAUSES);
    let answer = loop {
        match clearing.settle(&request).await {
            Err(refusal) if refusal.kind() == RefusalKind::InFlight => {
                if Instant::now() >= over_at {
                    break Ok(pending(&request));
                }
                sleep(pause).await;
                pause = (pause * 2).min(slowest);
            }
            answer => break answer,
        }
    };
    match &answer {
        Ok(SettleResponse { error_reason: Some(reason), transaction, .. }) => {
            tracing::info!(%reason, transaction, "not settled");
        }
        Ok(settled) => tracing::info!(transaction = settled.transaction, "settled"),
        Err(refusal) => tracing::warn!(error = chain(refusal), "cannot settle"),
    }
    answer
}

/// The outcome is not known yet.
fn pending(request: &FacilitatorRequest) -> SettleResponse {
    let payer = request.exact().map(|exact| exact.authorization.from);
    SettleResponse::failed(Reason::SETTLEMENT_PENDING, request.requirements().network.clone(), payer)
}
