//! What a facilitator is asked.

use std::sync::Arc;

use crate::{
    exact::ExactPayload, payload::PaymentPayload, requirements::PaymentRequirements, resource::ResourceInfo,
    verbatim::Verbatim,
};

/// The body of `/verify` and `/settle`: a payment, and what it must pay.
///
/// The requirements are the server's own, never the client's echo of them.
#[derive(Clone, Debug)]
pub struct FacilitatorRequest {
    payload: PaymentPayload,
    /// Shared, as the resource is: a server asks the same of each payment.
    requirements: Arc<Verbatim<PaymentRequirements>>,
    resource: Arc<ResourceInfo>,
}

impl FacilitatorRequest {
    /// Asks about this payment.
    ///
    /// `resource` is what is sold: v1 repeats it in the requirements.
    #[must_use]
    pub fn new(
        payload: PaymentPayload,
        requirements: impl Into<Verbatim<PaymentRequirements>>,
        resource: ResourceInfo,
    ) -> Self {
        Self::shared(payload, Arc::new(requirements.into()), Arc::new(resource))
    }

    pub(crate) const fn shared(
        payload: PaymentPayload,
        requirements: Arc<Verbatim<PaymentRequirements>>,
        resource: Arc<ResourceInfo>,
    ) -> Self {
        Self { payload, requirements, resource }
    }

    /// The payment.
    #[must_use]
    pub const fn payload(&self) -> &PaymentPayload {
        &self.payload
    }

    /// The signed transfer, if the payment is an `exact` one with an EIP-3009 authorization.
    #[must_use]
    pub const fn exact(&self) -> Option<&ExactPayload> {
        self.payload.exact()
    }

    /// What it must pay.
    #[must_use]
    pub fn requirements(&self) -> &Verbatim<PaymentRequirements> {
        &self.requirements
    }

    pub(crate) fn shared_requirements(&self) -> Arc<Verbatim<PaymentRequirements>> {
        Arc::clone(&self.requirements)
    }

    /// What is sold.
    #[must_use]
    pub fn resource(&self) -> &ResourceInfo {
        &self.resource
    }
}
