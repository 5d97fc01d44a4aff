//! Settlements under way, and content that waits for its payer.

use std::{fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

use tokio::{runtime::Handle, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use x402_core::{
    claim::ClaimStore,
    facilitator::Facilitator,
    server::{Asked, Pending},
};

use super::{observe::carried, parking::Parking, replay::Replays};

/// How soon a settlement whose outcome is unknown is asked about, at first; then twice as long each time.
const FIRST_ASK: Duration = Duration::from_secs(1);
/// And how long it takes at most between two questions.
const SLOWEST_ASK: Duration = Duration::from_secs(60);

/// The settlements that a server has under way, and the content whose payers have gone. Clones share them.
///
/// Every [`PaymentLayer`](super::PaymentLayer) has its own unless it is [given one](super::PaymentLayer::settlements);
/// share one between the layers of a server, so that one [`drain`](Self::drain) waits for all.
///
/// ```no_run
/// # async fn stop(layer: x402_tower::PaymentLayer<x402_core::SharedFacilitator>) {
/// let settlements = layer.shared_settlements();
/// // serve, until told to stop; then let what is under way finish:
/// settlements.drain().await;
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Settlements(Arc<Inner>);

/// A settlement that has no task.
pub(super) type Settling<T> = Pin<Box<dyn Future<Output = T> + Send>>;

#[derive(Default)]
struct Inner {
    settling: TaskTracker,
    asking: TaskTracker,
    stop: CancellationToken,
    parking: Parking,
    replays: Replays,
}

impl Settlements {
    /// No settlements; parks at most so many responses. When there is no room the oldest is dropped: its payer will
    /// still be served, by running the handler again.
    #[must_use]
    pub fn with_parking(capacity: usize) -> Self {
        Self(Arc::new(Inner { parking: Parking::with_capacity(capacity), ..Inner::default() }))
    }

    /// How many settlements are under way.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.0.settling.len()
    }

    /// How many settlements are of unknown outcome and being asked about.
    #[must_use]
    pub fn unknown(&self) -> usize {
        self.0.asking.len()
    }

    /// How many responses wait for payers that have gone.
    #[must_use]
    pub fn parked(&self) -> usize {
        self.0.parking.len()
    }

    /// Waits until every settlement under way has come to its end, known or not, and stops asking about those that
    /// are unknown.
    ///
    /// Call it at shutdown, when no more requests come in. A settlement takes no longer than its facilitator's time
    /// limit. Unknown ones are left to whoever presents the payment next; with a claim store that outlives the process
    /// nothing is lost.
    pub async fn drain(&self) {
        self.0.settling.close();
        self.0.settling.wait().await;
        self.0.stop.cancel();
        self.0.asking.close();
        self.0.asking.wait().await;
    }

    pub(super) fn replays(&self) -> &Replays {
        &self.0.replays
    }

    pub(super) fn parking(&self) -> &Parking {
        &self.0.parking
    }

    /// Runs a settlement in a task of its own; not on tokio, gives the future back, boxed: whoever waits for a task
    /// should not need room for what the task needs.
    pub(super) fn spawn<T: Send + 'static>(
        &self,
        settlement: impl Future<Output = T> + Send + 'static,
    ) -> Result<JoinHandle<T>, Settling<T>> {
        match Handle::try_current() {
            Ok(runtime) => Ok(self.0.settling.spawn_on(carried(settlement), &runtime)),
            Err(_) => Err(Box::pin(settlement)),
        }
    }

    /// Asks about a settlement until its outcome is known, `is_over` says that the payment is past all hope, or the
    /// server stops.
    ///
    /// `handed_over` says whether the payer has the content already.
    pub(super) fn ask_on<F, C>(
        &self,
        mut pending: Box<Pending<F, C>>,
        is_over: impl Fn() -> bool + Send + 'static,
        handed_over: bool,
    ) where
        F: Facilitator + 'static,
        C: ClaimStore + 'static,
    {
        // Not on tokio nobody asks; whoever presents the payment next does.
        let Ok(runtime) = Handle::try_current() else { return };
        let settlements = self.clone();
        let key = pending.key().clone();
        let asking = async move {
            let mut pause = FIRST_ASK;
            loop {
                let stop = &settlements.0.stop;
                if stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
                    return;
                }
                match pending.ask().await {
                    Asked::Settled(settled) if handed_over => {
                        settled.deliver().await;
                        return;
                    }
                    Asked::Settled(_) => return,
                    Asked::Refused(_) => return settlements.0.parking.discard(&key),
                    Asked::Pending(still) if is_over() => {
                        drop(still);
                        return settlements.0.parking.discard(&key);
                    }
                    Asked::Pending(still) => pending = still,
                }
                pause = (pause * 2).min(SLOWEST_ASK);
            }
        };
        self.0.asking.spawn_on(carried(asking), &runtime);
    }
}

impl fmt::Debug for Settlements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settlements")
            .field("in_flight", &self.in_flight())
            .field("unknown", &self.unknown())
            .field("parked", &self.parked())
            .finish()
    }
}
