//! Settling, out of the client's reach.

use std::{future::Future, sync::Arc};

use http::Response;
use x402_core::{
    claim::ClaimStore,
    facilitator::Facilitator,
    server::{Admission, Gate, Paid, Refusal, Settled},
};

use super::{
    Settlements, observe,
    parking::{Place, Undelivered},
};

/// How long after a payment's expiry its outcome is still asked about: a transfer of the last moment may come late.
const LAST_ASK: std::time::Duration = std::time::Duration::from_secs(300);

type Ticket<F, C> = Admission<Arc<F>, Arc<C>>;

/// A payment of this server's that has been settled.
pub(super) type SettledOf<C> = Settled<Arc<C>>;

/// What settles payments for one request.
///
/// What returns a future here does not take its arguments into it, as an `async fn` would: they are the task's.
pub(super) struct Settler<F, C> {
    pub(super) gate: Gate<F, C>,
    pub(super) settlements: Settlements,
}

impl<F, C> Settler<F, C>
where
    F: Facilitator + 'static,
    C: ClaimStore + 'static,
{
    /// Settles for a response that is there already.
    ///
    /// The task owns the response. If the client is gone when the task ends, the response is parked, and the claim
    /// stays settled: whoever presents the payment again gets it.
    pub(super) fn for_response<B: Send + 'static>(
        &self,
        admission: Ticket<F, C>,
        response: Response<B>,
    ) -> impl Future<Output = Result<(Response<B>, SettledOf<C>), Refusal>> + Send + use<F, C, B> {
        let lost = Refusal::pending(admission.payment(), None);
        let undelivered = Undelivered::new(response, self.place(&admission));
        let settler = self.clone();
        let running = self.run(async move {
            match settler.settle(admission, false).await {
                // The response first: should both be dropped, it is parked before the claim can be taken.
                Ok(settled) => Ok((undelivered, settled)),
                Err((refusal, is_open)) => {
                    if !is_open {
                        undelivered.take();
                    }
                    Err(refusal)
                }
            }
        });
        async move {
            let (undelivered, settled) = running.await.unwrap_or(Err(lost))?;
            match undelivered.take() {
                Some(response) => Ok((response, settled)),
                None => Err(Refusal::unavailable("the response is gone")),
            }
        }
    }

    /// Settles before there is a response.
    pub(super) fn up_front(
        &self,
        admission: Ticket<F, C>,
    ) -> impl Future<Output = Result<SettledOf<C>, Refusal>> + Send + use<F, C> {
        let lost = Refusal::pending(admission.payment(), None);
        let settler = self.clone();
        let running = self.run(async move { settler.settle(admission, false).await.map_err(|(refusal, _)| refusal) });
        async move { running.await.unwrap_or(Err(lost)) }
    }

    /// Settles for a response that has been handed over.
    pub(super) async fn in_background(&self, admission: Ticket<F, C>) {
        let settler = self.clone();
        let settling = async move {
            if let Ok(settled) = settler.settle(admission.handed_over(), true).await {
                settled.deliver().await;
            }
        };
        // Not on tokio there is no background: it is settled here, and the answer waits.
        if let Err(settling) = self.settlements.spawn(settling) {
            settling.await;
        }
    }

    /// Settles once, and has the outcome asked about if it is not known; then the second part of the error is true.
    async fn settle(&self, admission: Ticket<F, C>, handed_over: bool) -> Result<SettledOf<C>, (Refusal, bool)> {
        let over_at = admission.expires().saturating_add(LAST_ASK);
        let unsettled = match observe::settle(admission).await {
            Ok(settled) => return Ok(settled),
            Err(unsettled) => unsettled,
        };
        let (refusal, pending) = unsettled.into_parts();
        let is_open = pending.is_some();
        if let Some(pending) = pending {
            let gate = self.gate.clone();
            self.settlements.ask_on(pending, move || gate.now() > over_at, handed_over);
        }
        Err((refusal, is_open))
    }

    /// Runs a settlement in a task of its own, from now on. `None` if the task panicked, or the runtime shut down under
    /// it.
    fn run<T: Send + 'static, S>(&self, settling: S) -> impl Future<Output = Option<T>> + Send + use<F, C, T, S>
    where
        S: Future<Output = T> + Send + 'static,
    {
        let running = self.settlements.spawn(settling);
        async move {
            match running {
                Ok(task) => task.await.ok(),
                // Not on tokio: settled here, and a client that hangs up leaves the claim unknown.
                Err(settling) => Some(settling.await),
            }
        }
    }

    fn place(&self, admission: &Ticket<F, C>) -> Place {
        let gate = self.gate.clone();
        Place {
            parking: self.settlements.parking().clone(),
            key: admission.key().clone(),
            keep_until: admission.expires().saturating_add(LAST_ASK),
            now: Arc::new(move || gate.now()),
        }
    }

    /// Writes down that the content is handed over, at once if the store can, else in a task.
    ///
    /// Nothing is awaited: a client that hung up between the writing and the handing over would have paid for nothing.
    pub(super) fn delivered(&self, settled: SettledOf<C>) -> Paid {
        let paid = settled.paid().clone();
        let mut writing = Box::pin(settled.deliver());
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        if writing.as_mut().poll(&mut context).is_pending() {
            // Not on tokio the claim is dropped: settled, and the content can be had once more.
            let _ = self.settlements.spawn(writing);
        }
        paid
    }
}

impl<F, C> Clone for Settler<F, C> {
    fn clone(&self) -> Self {
        Self { gate: self.gate.clone(), settlements: self.settlements.clone() }
    }
}
