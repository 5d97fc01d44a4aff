//! What a client sends.

use std::fmt;

use serde_json::value::RawValue;

use crate::{
    exact::ExactPayload,
    network::Network,
    requirements::{Extra, PaymentRequirements, Scheme},
    resource::ResourceInfo,
    verbatim::Verbatim,
    version::X402Version,
};

/// A signed payment: the content of `PAYMENT-SIGNATURE` (v2) or `X-PAYMENT` (v1).
#[derive(Clone)]
pub struct PaymentPayload {
    pub(crate) version: X402Version,
    pub(crate) scheme: Scheme,
    pub(crate) network: Network,
    pub(crate) accepted: Option<Verbatim<PaymentRequirements>>,
    pub(crate) payload: SchemePayload,
    pub(crate) resource: Option<Verbatim<ResourceInfo>>,
    pub(crate) extensions: Option<Verbatim<Extra>>,
    /// The whole text, if it was received: it is what goes on to the facilitator.
    pub(crate) received: Option<Box<RawValue>>,
}

impl PaymentPayload {
    /// A v2 payment for this entry of `accepts`.
    #[must_use]
    pub fn v2(
        accepted: Verbatim<PaymentRequirements>,
        payload: ExactPayload,
        resource: Option<Verbatim<ResourceInfo>>,
        extensions: Option<Verbatim<Extra>>,
    ) -> Self {
        Self {
            version: X402Version::V2,
            scheme: accepted.scheme.clone(),
            network: accepted.network.clone(),
            accepted: Some(accepted),
            payload: SchemePayload::Exact(payload),
            resource,
            extensions,
            received: None,
        }
    }

    /// A v1 payment on this network.
    #[must_use]
    pub const fn v1(network: Network, payload: ExactPayload) -> Self {
        Self {
            version: X402Version::V1,
            scheme: Scheme::EXACT,
            network,
            accepted: None,
            payload: SchemePayload::Exact(payload),
            resource: None,
            extensions: None,
            received: None,
        }
    }

    /// The version it is written in.
    #[must_use]
    pub const fn version(&self) -> X402Version {
        self.version
    }

    /// The scheme it pays by.
    #[must_use]
    pub const fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// The network it pays on.
    #[must_use]
    pub const fn network(&self) -> &Network {
        &self.network
    }

    /// v2: the entry of `accepts` that it pays, as the client echoes it.
    ///
    /// # Security
    ///
    /// This is what the *client* says that the server asked. Compare it; never read a price from it.
    #[must_use]
    pub const fn accepted(&self) -> Option<&Verbatim<PaymentRequirements>> {
        self.accepted.as_ref()
    }

    /// The scheme's own part.
    #[must_use]
    pub const fn payload(&self) -> &SchemePayload {
        &self.payload
    }

    /// v2: the resource, as the client echoes it.
    #[must_use]
    pub const fn resource(&self) -> Option<&Verbatim<ResourceInfo>> {
        self.resource.as_ref()
    }

    /// v2: the extensions, as the client echoes and fills them.
    #[must_use]
    pub const fn extensions(&self) -> Option<&Verbatim<Extra>> {
        self.extensions.as_ref()
    }

    /// The signed transfer, if the payment is an `exact` one with an EIP-3009 authorization.
    #[must_use]
    pub const fn exact(&self) -> Option<&ExactPayload> {
        match &self.payload {
            SchemePayload::Exact(exact) => Some(exact),
            SchemePayload::Other(_) => None,
        }
    }
}

/// Without the text and the extensions, which hold signatures: whoever has one can spend it.
impl fmt::Debug for PaymentPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PaymentPayload")
            .field("version", &self.version)
            .field("scheme", &self.scheme)
            .field("network", &self.network)
            .field("accepted", &self.accepted)
            .field("payload", &self.payload)
            .field("resource", &self.resource)
            .finish_non_exhaustive()
    }
}

/// The scheme-specific part of a payment.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum SchemePayload {
    /// An EIP-3009 authorization.
    Exact(ExactPayload),
    /// Another scheme's payload, or another transfer method's.
    Other(Extra),
}

/// Another scheme's members are not shown: a signature is among them.
impl fmt::Debug for SchemePayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(exact) => f.debug_tuple("Exact").field(exact).finish(),
            Self::Other(_) => f.write_str("Other([redacted])"),
        }
    }
}
