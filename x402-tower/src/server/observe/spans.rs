//! Spans; nothing without feature `tracing`.

use std::{future::Future, time::Duration};

use tokio::time::Instant;
use x402_core::{
    Facilitator, FacilitatorRequest, SettleResponse, SupportedResponse, VerifyResponse, facilitator::FacilitatorError,
    server::Payment,
};

/// A step of a payment's way, being watched.
pub(super) struct Step {
    started: Instant,
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

/// Spans have literal names.
#[cfg(feature = "tracing")]
macro_rules! step {
    ($name:literal) => {{
        use tracing::field::Empty;

        let span = tracing::info_span!(
            target: "x402_tower",
            $name,
            payer = Empty,
            network = Empty,
            amount = Empty,
            outcome = Empty,
            duration_ms = Empty
        );
        Step { started: Instant::now(), span }
    }};
}

#[cfg(not(feature = "tracing"))]
macro_rules! step {
    ($name:literal) => {
        Step { started: Instant::now() }
    };
}

impl Step {
    pub(super) fn admit() -> Self {
        step!("admit")
    }

    pub(super) fn verify() -> Self {
        step!("verify")
    }

    pub(super) fn handler() -> Self {
        step!("handler")
    }

    pub(super) fn settle() -> Self {
        step!("settle")
    }

    /// Runs a future inside. Not an `async fn`, which would keep the future twice: as its argument, and as it runs.
    #[cfg(feature = "tracing")]
    pub(super) fn within<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        tracing::Instrument::instrument(future, self.span.clone())
    }

    #[cfg(not(feature = "tracing"))]
    #[expect(clippy::unused_self, reason = "as with the feature")]
    pub(super) const fn within<F: Future>(&self, future: F) -> F {
        future
    }

    /// Says whose step it is.
    #[cfg(feature = "tracing")]
    pub(super) fn describe(&self, payment: &Payment) {
        self.span.record("payer", tracing::field::display(payment.payer));
        self.span.record("network", tracing::field::display(&payment.network));
        self.span.record("amount", tracing::field::display(payment.amount));
    }

    #[cfg(not(feature = "tracing"))]
    #[expect(clippy::unused_self, reason = "as with the feature")]
    pub(super) const fn describe(&self, _: &Payment) {}

    /// Ends it, and says how long it took.
    #[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "there is no span to tell"))]
    pub(super) fn end(self, outcome: &'static str) -> Duration {
        let took = self.started.elapsed();
        #[cfg(feature = "tracing")]
        {
            self.span.record("outcome", outcome);
            self.span.record("duration_ms", u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
        }
        took
    }
}

/// A future that is going to run in a task of its own, with the span and the subscriber of whoever starts it.
#[cfg(feature = "tracing")]
pub(in super::super) fn carried<T>(future: impl Future<Output = T> + Send) -> impl Future<Output = T> + Send {
    use tracing::{Instrument as _, instrument::WithSubscriber as _};

    future.in_current_span().with_current_subscriber()
}

#[cfg(not(feature = "tracing"))]
pub(in super::super) fn carried<T>(future: impl Future<Output = T> + Send) -> impl Future<Output = T> + Send {
    future
}

/// A facilitator whose verifications are watched. (Admission and settlement are watched as a whole.)
#[derive(Debug)]
pub(crate) struct Watched<F>(pub(crate) F);

impl<F: Facilitator> Facilitator for Watched<F> {
    async fn verify(&self, request: &FacilitatorRequest) -> Result<VerifyResponse, FacilitatorError> {
        let step = Step::verify();
        let answer = step.within(self.0.verify(request)).await;
        step.end(match &answer {
            Ok(answer) if answer.is_valid => "valid",
            Ok(_) => "invalid",
            Err(_) => "unavailable",
        });
        answer
    }

    fn settle(
        &self,
        request: &FacilitatorRequest,
    ) -> impl Future<Output = Result<SettleResponse, FacilitatorError>> + Send {
        self.0.settle(request)
    }

    fn reconcile(
        &self,
        request: &FacilitatorRequest,
        transaction: Option<alloy_primitives::B256>,
    ) -> impl Future<Output = Result<SettleResponse, FacilitatorError>> + Send {
        self.0.reconcile(request, transaction)
    }

    fn supported(&self) -> impl Future<Output = Result<SupportedResponse, FacilitatorError>> + Send {
        self.0.supported()
    }
}
