//! Counters and the histogram; nothing without feature `metrics`.

use std::time::Duration;

/// A request ended so.
#[cfg(feature = "metrics")]
pub(super) fn count(outcome: &'static str) {
    metrics::counter!("x402_requests_total", "outcome" => outcome).increment(1);
}

#[cfg(not(feature = "metrics"))]
pub(super) const fn count(_: &'static str) {}

/// A settlement ended so, after so long.
#[cfg(feature = "metrics")]
pub(super) fn settled(outcome: &'static str, after: Duration) {
    metrics::histogram!("x402_settle_seconds", "outcome" => outcome).record(after);
}

#[cfg(not(feature = "metrics"))]
pub(super) const fn settled(_: &'static str, _: Duration) {}
