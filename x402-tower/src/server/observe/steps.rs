//! The steps of a payment's way, and its ends.

use std::{future::Future, sync::Arc};

use x402_core::{
    claim::ClaimStore,
    facilitator::Facilitator,
    server::{Admission, Paid, Refusal, RefusalKind, Settled, Unsettled},
};

use super::{meters, spans::Step};

type Ticket<F, C> = Admission<Arc<F>, Arc<C>>;

/// The name of a kind of refusal, for labels.
const fn name(kind: RefusalKind) -> &'static str {
    match kind {
        RefusalKind::Unpaid => "unpaid",
        RefusalKind::Malformed => "malformed",
        RefusalKind::TooLong => "too_long",
        RefusalKind::Invalid => "invalid",
        RefusalKind::Conflict => "conflict",
        RefusalKind::InFlight => "in_flight",
        RefusalKind::Unavailable => "unavailable",
        RefusalKind::SettlementRefused => "refused",
        RefusalKind::SettlementUnknown => "unknown",
        _ => "other",
    }
}

/// Watches an admission: check, claim and verification.
pub(in super::super) async fn admit<F: Facilitator, C: ClaimStore>(
    admitting: impl Future<Output = Result<Ticket<F, C>, Refusal>>,
) -> Result<Ticket<F, C>, Refusal> {
    let step = Step::admit();
    let outcome = step.within(admitting).await;
    match &outcome {
        Ok(admission) => {
            step.describe(admission.payment());
            step.end("admitted");
        }
        Err(refusal) => {
            step.end(name(refusal.kind()));
        }
    }
    outcome
}

/// Watches the handler.
pub(in super::super) async fn handler<T, E>(handling: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let step = Step::handler();
    let outcome = step.within(handling).await;
    step.end(if outcome.is_ok() { "answered" } else { "failed" });
    outcome
}

/// Settles, and watches it.
pub(in super::super) async fn settle<F: Facilitator, C: ClaimStore>(
    admission: Ticket<F, C>,
) -> Result<Settled<Arc<C>>, Unsettled<Arc<F>, Arc<C>>> {
    let step = Step::settle();
    step.describe(admission.payment());
    let outcome = step.within(admission.settle()).await;
    let label = match &outcome {
        Ok(_) => "settled",
        Err(unsettled) => name(unsettled.refusal().kind()),
    };
    meters::settled(label, step.end(label));
    outcome
}

/// A request was served for its payment.
#[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "there is no event to tell"))]
pub(in super::super) fn paid(paid: &Paid) {
    meters::count("paid");
    #[cfg(feature = "tracing")]
    tracing::info!(
        target: "x402_tower",
        payer = %paid.receipt().payer,
        network = %paid.receipt().network,
        transaction = %paid.receipt().transaction,
        "paid"
    );
}

/// A request was not served.
pub(in super::super) fn refused(refusal: &Refusal) {
    meters::count(name(refusal.kind()));
    #[cfg(feature = "tracing")]
    {
        let cause = std::error::Error::source(refusal);
        match refusal.kind() {
            RefusalKind::Unpaid => {}
            RefusalKind::Unavailable | RefusalKind::SettlementUnknown => {
                tracing::warn!(target: "x402_tower", status = refusal.status().as_u16(), cause, "{refusal}");
            }
            _ => tracing::debug!(target: "x402_tower", status = refusal.status().as_u16(), cause, "{refusal}"),
        }
    }
}
