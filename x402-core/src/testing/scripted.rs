//! A facilitator without a chain.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Poll,
};

use alloy_primitives::{Address, B256, keccak256};

use crate::{
    facilitator::{Facilitator, FacilitatorError, FacilitatorErrorKind, FacilitatorRequest, Reach},
    reason::Reason,
    settlement::SettleResponse,
    supported::{SupportedKind, SupportedResponse},
    verification::VerifyResponse,
    version::X402Version,
};

/// A facilitator that answers as it is told, and remembers what it was asked. Clones share the script.
///
/// Without a script every payment is valid and settles, with a transaction hash made of its nonce.
///
/// ```
/// use x402_core::{Reason, VerifyResponse, testing::ScriptedFacilitator};
///
/// let facilitator = ScriptedFacilitator::willing();
/// facilitator.next_verify(Ok(VerifyResponse::invalid(Reason::INSUFFICIENT_FUNDS, None)));
/// assert_eq!((facilitator.verify_calls(), facilitator.settle_calls()), (0, 0));
/// ```
#[derive(Clone, Default)]
pub struct ScriptedFacilitator(Arc<Mutex<Script>>);

#[derive(Default)]
struct Script {
    verify: VecDeque<Result<VerifyResponse, FacilitatorError>>,
    settle: VecDeque<Result<SettleResponse, FacilitatorError>>,
    reconcile: VecDeque<Result<SettleResponse, FacilitatorError>>,
    reconciled: Vec<Option<B256>>,
    verified: Vec<FacilitatorRequest>,
    settled: Vec<FacilitatorRequest>,
    settles_answered: usize,
    /// How often each call answers "not yet" before it answers.
    hesitations: usize,
}

impl ScriptedFacilitator {
    /// Every payment is valid and settles.
    #[must_use]
    pub fn willing() -> Self {
        Self::default()
    }

    /// Each call is pending so many times before it answers, waking its task at once: a future can then be dropped in
    /// the middle of a call.
    #[must_use]
    pub fn hesitating(self, times: usize) -> Self {
        self.script().hesitations = times;
        self
    }

    /// The next `verify` that has no answer yet gets this one.
    pub fn next_verify(&self, answer: Result<VerifyResponse, FacilitatorError>) {
        self.script().verify.push_back(answer);
    }

    /// The next `settle` that has no answer yet gets this one.
    pub fn next_settle(&self, answer: Result<SettleResponse, FacilitatorError>) {
        self.script().settle.push_back(answer);
    }

    /// The next `reconcile` that has no answer yet gets this one; without any the outcome stays pending.
    pub fn next_reconcile(&self, answer: Result<SettleResponse, FacilitatorError>) {
        self.script().reconcile.push_back(answer);
    }

    /// How often `reconcile` was called.
    #[must_use]
    pub fn reconcile_calls(&self) -> usize {
        self.script().reconciled.len()
    }

    /// The transactions that `reconcile` was asked with, one for each call.
    #[must_use]
    pub fn reconciled(&self) -> Vec<Option<B256>> {
        self.script().reconciled.clone()
    }

    /// An error as after a lost connection, for [`next_verify`](Self::next_verify),
    /// [`next_settle`](Self::next_settle) and [`next_reconcile`](Self::next_reconcile).
    #[must_use]
    pub fn lost(reach: Reach) -> FacilitatorError {
        FacilitatorError::new(FacilitatorErrorKind::Unavailable, reach)
    }

    /// How often `verify` was called.
    #[must_use]
    pub fn verify_calls(&self) -> usize {
        self.script().verified.len()
    }

    /// How often `settle` was called.
    #[must_use]
    pub fn settle_calls(&self) -> usize {
        self.script().settled.len()
    }

    /// How many calls of `settle` were answered: fewer than were made, while one is under way or was dropped.
    #[must_use]
    pub fn settles_answered(&self) -> usize {
        self.script().settles_answered
    }

    /// What was asked to be settled.
    #[must_use]
    pub fn settled(&self) -> Vec<FacilitatorRequest> {
        self.script().settled.clone()
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn hesitate(&self) {
        let mut left = self.script().hesitations;
        std::future::poll_fn(|context| match left.checked_sub(1) {
            None => Poll::Ready(()),
            Some(fewer) => {
                left = fewer;
                context.waker().wake_by_ref();
                Poll::Pending
            }
        })
        .await;
    }
}

fn payer(request: &FacilitatorRequest) -> Address {
    request.exact().map_or(Address::ZERO, |exact| exact.authorization.from)
}

fn transaction(request: &FacilitatorRequest) -> B256 {
    request.exact().map_or(B256::ZERO, |exact| keccak256(exact.authorization.nonce))
}

impl Facilitator for ScriptedFacilitator {
    async fn verify(&self, request: &FacilitatorRequest) -> Result<VerifyResponse, FacilitatorError> {
        self.script().verified.push(request.clone());
        self.hesitate().await;
        let scripted = self.script().verify.pop_front();
        scripted.unwrap_or_else(|| Ok(VerifyResponse::valid(payer(request))))
    }

    async fn settle(&self, request: &FacilitatorRequest) -> Result<SettleResponse, FacilitatorError> {
        self.script().settled.push(request.clone());
        self.hesitate().await;
        let mut script = self.script();
        script.settles_answered += 1;
        let scripted = script.settle.pop_front();
        drop(script);
        scripted.unwrap_or_else(|| {
            let network = request.requirements().network.clone();
            Ok(SettleResponse::settled(transaction(request), network, payer(request)))
        })
    }

    async fn reconcile(
        &self,
        request: &FacilitatorRequest,
        transaction: Option<B256>,
    ) -> Result<SettleResponse, FacilitatorError> {
        self.script().reconciled.push(transaction);
        self.hesitate().await;
        let scripted = self.script().reconcile.pop_front();
        scripted.unwrap_or_else(|| {
            let network = request.requirements().network.clone();
            Ok(SettleResponse::failed(Reason::SETTLEMENT_PENDING, network, None))
        })
    }

    async fn supported(&self) -> Result<SupportedResponse, FacilitatorError> {
        let kinds = [X402Version::V1, X402Version::V2]
            .map(|version| SupportedKind::exact(version, crate::network::Network::BASE_SEPOLIA));
        Ok(SupportedResponse::new(kinds.into()))
    }
}

impl fmt::Debug for ScriptedFacilitator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let script = self.script();
        f.debug_struct("ScriptedFacilitator")
            .field("verified", &script.verified.len())
            .field("settled", &script.settled.len())
            .field("reconciled", &script.reconciled.len())
            .finish_non_exhaustive()
    }
}
