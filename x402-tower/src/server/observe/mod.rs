//! What is seen of a payment from outside: spans and events with feature `tracing`, counters and a histogram with
//! feature `metrics`. Never a signature, and nothing that an upstream wrote.
//!
//! | metric | kind | labels |
//! |---|---|---|
//! | `x402_requests_total` | counter | `outcome`: `paid`, `unpaid`, `malformed`, `too_long`, `invalid`, `conflict`, `in_flight`, `unavailable`, `refused`, `unknown` |
//! | `x402_settle_seconds` | histogram | `outcome`: `settled`, `unavailable`, `refused`, `unknown` |
//!
//! Spans are `admit`, `verify`, `handler` and `settle`, with the fields `payer`, `network`, `amount`, `outcome` and
//! `duration_ms`.

mod meters;
mod spans;
mod steps;

pub(super) use self::{
    spans::{Watched, carried},
    steps::{admit, handler, paid, refused, settle},
};
