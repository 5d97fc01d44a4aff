//! A price that was asked for.

use x402_core::client::{Choice, Offered};

/// What a request costs: from [`PayService::probe`](super::PayService::probe).
///
/// In the extensions of a request to the same origin, it is paid at once. If the server asks for something else by then,
/// the payment is refused, and nothing more is signed.
#[derive(Clone, Debug)]
#[must_use]
pub struct Quote {
    pub(super) offered: Offered,
    pub(super) choice: Choice,
}

impl Quote {
    /// What would be paid.
    pub const fn choice(&self) -> &Choice {
        &self.choice
    }

    /// The whole offer.
    #[must_use]
    pub const fn offered(&self) -> &Offered {
        &self.offered
    }
}
