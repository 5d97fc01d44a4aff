//! A facilitator whose type is forgotten.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use alloy_primitives::B256;

use super::{Facilitator, FacilitatorError, FacilitatorRequest};
use crate::{settlement::SettleResponse, supported::SupportedResponse, verification::VerifyResponse};

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, FacilitatorError>> + Send + 'a>>;

/// The object-safe twin of [`Facilitator`].
trait Erased: Send + Sync {
    fn verify<'a>(&'a self, request: &'a FacilitatorRequest) -> Answer<'a, VerifyResponse>;
    fn settle<'a>(&'a self, request: &'a FacilitatorRequest) -> Answer<'a, SettleResponse>;
    fn reconcile<'a>(
        &'a self,
        request: &'a FacilitatorRequest,
        transaction: Option<B256>,
    ) -> Answer<'a, SettleResponse>;
    fn supported(&self) -> Answer<'_, SupportedResponse>;
}

impl<F: Facilitator> Erased for F {
    fn verify<'a>(&'a self, request: &'a FacilitatorRequest) -> Answer<'a, VerifyResponse> {
        Box::pin(Facilitator::verify(self, request))
    }

    fn settle<'a>(&'a self, request: &'a FacilitatorRequest) -> Answer<'a, SettleResponse> {
        Box::pin(Facilitator::settle(self, request))
    }

    fn reconcile<'a>(
        &'a self,
        request: &'a FacilitatorRequest,
        transaction: Option<B256>,
    ) -> Answer<'a, SettleResponse> {
        Box::pin(Facilitator::reconcile(self, request, transaction))
    }

    fn supported(&self) -> Answer<'_, SupportedResponse> {
        Box::pin(Facilitator::supported(self))
    }
}

/// Any [`Facilitator`] behind one type: cheap to clone, and the same for all routes.
#[derive(Clone)]
pub struct SharedFacilitator(Arc<dyn Erased>);

impl SharedFacilitator {
    /// Shares this facilitator.
    #[must_use]
    pub fn new(facilitator: impl Facilitator + 'static) -> Self {
        Self(Arc::new(facilitator))
    }
}

impl Facilitator for SharedFacilitator {
    async fn verify(&self, request: &FacilitatorRequest) -> Result<VerifyResponse, FacilitatorError> {
        self.0.verify(request).await
    }

    async fn settle(&self, request: &FacilitatorRequest) -> Result<SettleResponse, FacilitatorError> {
        self.0.settle(request).await
    }

    async fn reconcile(
        &self,
        request: &FacilitatorRequest,
        transaction: Option<B256>,
    ) -> Result<SettleResponse, FacilitatorError> {
        self.0.reconcile(request, transaction).await
    }

    async fn supported(&self) -> Result<SupportedResponse, FacilitatorError> {
        self.0.supported().await
    }
}

impl fmt::Debug for SharedFacilitator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedFacilitator")
    }
}
