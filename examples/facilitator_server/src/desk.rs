//! Where payments are verified and settled.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use tokio_util::task::TaskTracker;
use x402_core::{
    FacilitatorRequest, Reason, SettleResponse, SharedFacilitator, SupportedResponse, VerifyResponse,
    claim::ClaimStore,
    error::chain,
    facilitator::Facilitator as _,
    server::{Clearing, Gate, Refusal, RefusalKind},
};

use crate::{
    config::Config,
    room::{Place, Room},
};

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
    /// For those who only ask.
    asking: Room,
    /// For settlements, which no crowd of askers keeps from being made.
    settling: Room,
}

impl<C: ClaimStore + 'static> Desk<C> {
    pub(crate) fn new(gate: Gate<SharedFacilitator, C>, config: &Config, settlements: Settlements) -> Self {
        let clearing = Clearing::new(gate, [config.settings.token.clone()]);
        let clearing = match &config.recipients {
            Some(recipients) => clearing.recipients(recipients.iter().copied()),
            None => clearing,
        };
        let clearing = if config.refuses_repeats { clearing.refuse_repeats() } else { clearing };
        let room = || Room::new(config.max_in_flight);
        Self { clearing, settlements, asking: room(), settling: room() }
    }

    pub(crate) async fn verify(&self, request: &FacilitatorRequest) -> Result<VerifyResponse, Refusal> {
        let asked = async {
            let _place = self.asking.enter()?;
            let answer = timeout(VERIFY_TIMEOUT, self.clearing.verify(request)).await;
            answer.unwrap_or_else(|_| Err(Refusal::unavailable("no answer in time")))
        };
        let answer = asked.await;
        match &answer {
            Ok(VerifyResponse { invalid_reason: Some(reason), .. }) => tracing::info!(%reason, "invalid"),
            Ok(_) => tracing::info!("valid"),
            Err(refusal) => tracing::warn!(error = chain(refusal), "cannot verify"),
        }
        answer
    }

    /// Settles in a task of its own, which a caller that hangs up does not stop, and which is drained at the end. It has
    /// its place until then.
    pub(crate) async fn settle(&self, request: FacilitatorRequest) -> Result<SettleResponse, Refusal> {
        let place = self.settling.enter().inspect_err(cannot_settle)?;
        let pending = pending(&request);
        let settling = settle(self.clearing.clone(), request, place);
        match timeout(SETTLE_TIMEOUT, self.settlements.0.spawn(settling)).await {
            Ok(Ok(answer)) => answer,
            // The time is up, or the task panicked: the money may have moved.
            Err(_) | Ok(Err(_)) => Ok(pending),
        }
    }

    pub(crate) async fn supported(&self) -> Result<SupportedResponse, Refusal> {
        let asked = async {
            let _place = self.asking.enter()?;
            let answer = timeout(VERIFY_TIMEOUT, self.clearing.facilitator().supported()).await;
            answer.map_err(|_| Refusal::unavailable("no answer in time"))?.map_err(Refusal::unavailable)
        };
        asked.await.inspect_err(|refusal| tracing::warn!(error = chain(refusal), "cannot say what is supported"))
    }
}

/// Settles a payment, or waits for whoever is settling it.
async fn settle<C: ClaimStore>(
    clearing: Clearing<SharedFacilitator, C>,
    request: FacilitatorRequest,
    _place: Place,
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
        Err(refusal) => cannot_settle(refusal),
    }
    answer
}

fn cannot_settle(refusal: &Refusal) {
    tracing::warn!(error = chain(refusal), "cannot settle");
}

/// The outcome is not known yet.
fn pending(request: &FacilitatorRequest) -> SettleResponse {
    let payer = request.exact().map(|exact| exact.authorization.from);
    SettleResponse::failed(Reason::SETTLEMENT_PENDING, request.requirements().network.clone(), payer)
}
