//! Counters and the histogram; nothing without feature `metrics`.

use std::time::Duration;

/// Picks the metric whose label is this text. A label that is a literal costs no allocation, also where nobody counts.
#[cfg(feature = "metrics")]
macro_rules! labelled {
    ($outcome:expr, $metric:ident!($name:literal), [$($label:literal),*]) => {
        match $outcome {
            $($label => metrics::$metric!($name, "outcome" => $label),)*
            _ => metrics::$metric!($name, "outcome" => "other"),
        }
    };
}

/// A request ended so.
#[cfg(feature = "metrics")]
pub(super) fn count(outcome: &'static str) {
    labelled!(
        outcome,
        counter!("x402_requests_total"),
        [
            "paid",
            "unpaid",
            "malformed",
            "too_long",
            "invalid",
            "conflict",
            "in_flight",
            "unavailable",
            "refused",
            "unknown"
        ]
    )
    .increment(1);
}

#[cfg(not(feature = "metrics"))]
pub(super) const fn count(_: &'static str) {}

/// A settlement ended so, after so long.
#[cfg(feature = "metrics")]
pub(super) fn settled(outcome: &'static str, after: Duration) {
    labelled!(outcome, histogram!("x402_settle_seconds"), ["settled", "unavailable", "refused", "unknown"])
        .record(after);
}

#[cfg(not(feature = "metrics"))]
pub(super) const fn settled(_: &'static str, _: Duration) {}
