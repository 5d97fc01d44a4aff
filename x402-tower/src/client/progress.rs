//! What a purchase is doing.

use std::time::Duration;

use x402_core::client::{Choice, Origin, SignedPayment};

/// A step of a purchase, for whoever waits for it: see [`PayLayer::watch`](super::PayLayer::watch).
#[derive(Debug)]
#[non_exhaustive]
pub enum Progress<'a> {
    /// The server asks for money, and this will be signed.
    Chosen(&'a Choice),
    /// The request, not paid for yet, goes on to another place: of this origin.
    Redirected(&'a Origin),
    /// The payment is signed, and is sent.
    Signed(&'a SignedPayment),
    /// The outcome is open; the same payment is presented again after the pause.
    Waiting {
        /// What was seen.
        why: &'a str,
        /// The pause.
        pause: Duration,
    },
}
