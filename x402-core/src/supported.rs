//! What a facilitator can settle.

use serde_json::Value;

use crate::{
    network::Network,
    requirements::{Extra, Scheme},
    version::X402Version,
};

/// A facilitator's answer to `/supported`.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct SupportedResponse {
    /// The kinds of payment.
    pub kinds: Vec<SupportedKind>,
    /// The extensions, by name (v2).
    pub extensions: Vec<String>,
    /// The facilitator's own addresses, by CAIP-2 pattern (v2).
    pub signers: Extra,
}

impl SupportedResponse {
    /// Support for these kinds and nothing else.
    #[must_use]
    pub fn new(kinds: Vec<SupportedKind>) -> Self {
        Self { kinds, ..Self::default() }
    }

    /// Whether payments of this kind can be settled.
    #[must_use]
    pub fn supports(&self, version: X402Version, scheme: &Scheme, network: &Network) -> bool {
        self.kinds.iter().any(|kind| kind.version == version && kind.scheme == *scheme && kind.network == *network)
    }
}

/// One kind of payment.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SupportedKind {
    /// The protocol version.
    pub version: X402Version,
    /// The scheme.
    pub scheme: Scheme,
    /// The network.
    pub network: Network,
    /// Scheme-specific members.
    pub extra: Option<Value>,
}

impl SupportedKind {
    /// The `exact` scheme on this network.
    #[must_use]
    pub const fn exact(version: X402Version, network: Network) -> Self {
        Self { version, scheme: Scheme::EXACT, network, extra: None }
    }
}
