//! What a server asks for.

use std::{borrow::Cow, fmt};

use serde_json::{Map, Value};

use crate::{address::ChainAddress, amount::Amount, network::Network, resource::ResourceInfo, verbatim::Verbatim};

/// A JSON object whose members this crate does not interpret.
pub type Extra = Map<String, Value>;

/// A payment scheme: how money is promised and moved.
///
/// The set is open; this crate pays and checks [`EXACT`](Self::EXACT).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Scheme(Cow<'static, str>);

impl Scheme {
    /// Exactly the price, in one transfer
    /// ([`exact`](https://github.com/coinbase/x402/blob/main/specs/schemes/exact/scheme_exact_evm.md)).
    pub const EXACT: Self = Self(Cow::Borrowed("exact"));

    /// The scheme of this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        match name {
            "exact" => Self::EXACT,
            _ => Self(Cow::Owned(name.to_owned())),
        }
    }

    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scheme({self})")
    }
}

/// One way to pay: an entry of `accepts`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PaymentRequirements {
    /// The scheme.
    pub scheme: Scheme,
    /// The network (`network`; v1 spells it as a name).
    pub network: Network,
    /// The price in atomic units of the asset (`amount`; v1 `maxAmountRequired`).
    pub amount: Amount,
    /// The token contract.
    pub asset: ChainAddress,
    /// The recipient.
    pub pay_to: ChainAddress,
    /// How long the payment may take, in seconds; above zero.
    pub max_timeout_seconds: u64,
    /// Scheme-specific members: `name` and `version` of the token's EIP-712 domain, for `exact` on EVM.
    pub extra: Extra,
    /// What v1 says about input and output; v2 has an extension for it.
    pub output_schema: Option<Value>,
    /// Members that no version of the protocol names.
    pub unknown: Extra,
}

impl PaymentRequirements {
    /// An `exact` payment.
    #[must_use]
    pub fn exact(
        network: Network,
        amount: Amount,
        asset: impl Into<ChainAddress>,
        pay_to: impl Into<ChainAddress>,
        max_timeout_seconds: u64,
        extra: Extra,
    ) -> Self {
        Self {
            scheme: Scheme::EXACT,
            network,
            amount,
            asset: asset.into(),
            pay_to: pay_to.into(),
            max_timeout_seconds,
            extra,
            output_schema: None,
            unknown: Extra::new(),
        }
    }
}

/// The offer that comes with a 402: what is sold, and the ways to pay for it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PaymentRequired {
    /// Why the request was not served, for people or as a code.
    pub error: Option<String>,
    /// What is sold.
    pub resource: Verbatim<ResourceInfo>,
    /// The ways to pay; at least one.
    pub accepts: Vec<Verbatim<PaymentRequirements>>,
    /// Extensions, keyed by name. A client echoes them.
    pub extensions: Option<Verbatim<Extra>>,
}

impl PaymentRequired {
    /// An offer.
    #[must_use]
    pub fn new(resource: ResourceInfo, accepts: impl IntoIterator<Item = PaymentRequirements>) -> Self {
        Self {
            error: None,
            resource: resource.into(),
            accepts: accepts.into_iter().map(Verbatim::from).collect(),
            extensions: None,
        }
    }

    /// The same offer with this `error`.
    #[must_use]
    pub fn with_error(mut self, error: impl Into<String>) -> Self {
        self.error = Some(error.into());
        self
    }
}
