//! All that is known of one payment.

use super::{Payment, hold::Hold, hook::SharedHooks};
use crate::{claim::ClaimStore, facilitator::FacilitatorRequest, time::UnixSeconds};

/// A payment while it is dealt with. Kept in a box: it is handed from future to future, and each one that it is an
/// argument of would keep room for a copy of it.
pub(super) struct Case<F, C: ClaimStore> {
    pub(super) facilitator: F,
    pub(super) hooks: SharedHooks,
    pub(super) hold: Hold<C>,
    pub(super) request: FacilitatorRequest,
    pub(super) payment: Payment,
    pub(super) expires: UnixSeconds,
    /// Whether the payer has the content already.
    pub(super) handed_over: bool,
}
