//! The trait.

use std::{future::Future, sync::Arc};

use alloy_primitives::B256;

use super::{FacilitatorError, FacilitatorRequest};
use crate::{reason::Reason, settlement::SettleResponse, supported::SupportedResponse, verification::VerifyResponse};

/// Verifies and settles payments
/// ([facilitator interface](https://github.com/coinbase/x402/blob/main/specs/x402-specification-v2.md)).
///
/// An answer, also a negative one, is `Ok`. `Err` means that there is no answer, and says
/// [how far the request came](FacilitatorError::reach): after a failed `settle` that decides whether money may have
/// moved.
///
/// `verify` has no effect and may be repeated. `settle` moves money. An implementation must not repeat it blindly, and
/// must say success only of a transfer that is on chain.
#[diagnostic::on_unimplemented(note = "see `x402_core::facilitator` for how to write one")]
pub trait Facilitator: Send + Sync {
    /// Whether the payment would settle now.
    fn verify(
        &self,
        request: &FacilitatorRequest,
    ) -> impl Future<Output = Result<VerifyResponse, FacilitatorError>> + Send;

    /// Settles the payment: the transfer is on chain when this answers success.
    fn settle(
        &self,
        request: &FacilitatorRequest,
    ) -> impl Future<Output = Result<SettleResponse, FacilitatorError>> + Send;

    /// What became of an earlier [`settle`](Self::settle) of this payment whose outcome was lost; `transaction` is
    /// what it named, if anything.
    ///
    /// It must not move money that would not have moved anyway. Success is said only of a transfer that is on chain,
    /// and a failure only if the payment has not settled and cannot settle any more by an earlier attempt. Anything
    /// else is `settlement_pending`, which is also what a facilitator says that cannot find out.
    fn reconcile(
        &self,
        request: &FacilitatorRequest,
        transaction: Option<B256>,
    ) -> impl Future<Output = Result<SettleResponse, FacilitatorError>> + Send {
        let _ = transaction;
        let network = request.requirements().network.clone();
        std::future::ready(Ok(SettleResponse::failed(Reason::SETTLEMENT_PENDING, network, None)))
    }

    /// What can be settled.
    fn supported(&self) -> impl Future<Output = Result<SupportedResponse, FacilitatorError>> + Send;
}

// Not `async fn`s, whose futures would keep the arguments beside those of the futures that they await.
macro_rules! forward {
    ($($pointer:ty),*) => {$(
        impl<F: Facilitator + ?Sized> Facilitator for $pointer {
            fn verify(
                &self,
                request: &FacilitatorRequest,
            ) -> impl Future<Output = Result<VerifyResponse, FacilitatorError>> + Send {
                (**self).verify(request)
            }

            fn settle(
                &self,
                request: &FacilitatorRequest,
            ) -> impl Future<Output = Result<SettleResponse, FacilitatorError>> + Send {
                (**self).settle(request)
            }

            fn reconcile(
                &self,
                request: &FacilitatorRequest,
                transaction: Option<B256>,
            ) -> impl Future<Output = Result<SettleResponse, FacilitatorError>> + Send {
                (**self).reconcile(request, transaction)
            }

            fn supported(&self) -> impl Future<Output = Result<SupportedResponse, FacilitatorError>> + Send {
                (**self).supported()
            }
        }
    )*};
}

forward!(&F, Arc<F>, Box<F>);
