//! How much a payment may cost, and in what.

use std::time::Duration;

use super::{Cheapest, Choice, NoChoice, Offered, Origin, select};
use crate::{amount::Amount, asset::Asset, network::Network, price::Price, requirements::PaymentRequirements};

/// The longest that a signed payment stays valid, whatever the server's `maxTimeoutSeconds`: one hour.
///
/// It is the life of a bearer instrument in somebody else's hands.
const MAX_VALIDITY: Duration = Duration::from_secs(3600);

/// What a payer is willing to pay.
///
/// By default at most one dollar a payment, in the tokens of the [known table](Asset::all_known), for a resource of the
/// host that was asked. An offer in any other token is passed over: its atomic unit could be worth anything.
#[derive(Clone, Debug)]
pub struct Limits {
    max_per_payment: Price,
    max_validity: Duration,
    allowed: Vec<Asset>,
    networks: Option<Vec<Network>>,
    any_resource: bool,
    insecure_http: bool,
}

impl Limits {
    /// Pays at most this much for one request. Prices are compared in the token's own unit, which is a dollar for
    /// every known token.
    #[must_use]
    pub fn max_per_payment(mut self, max: Price) -> Self {
        self.max_per_payment = max;
        self
    }

    /// Pays in this token too. Its name, version and decimals are believed before the server's.
    #[must_use]
    pub fn allow(mut self, asset: Asset) -> Self {
        self.allowed.push(asset);
        self
    }

    /// Pays on these networks only.
    #[must_use]
    pub fn networks(mut self, networks: impl IntoIterator<Item = Network>) -> Self {
        self.networks = Some(networks.into_iter().collect());
        self
    }

    /// Signs payments that are valid for this long at most, one hour unless told; less if the server's
    /// `maxTimeoutSeconds` is less.
    ///
    /// # Security
    ///
    /// Until it expires, a signed payment can be collected by whoever holds it.
    #[must_use]
    pub const fn max_validity(mut self, most: Duration) -> Self {
        self.max_validity = most;
        self
    }

    /// Pays for resources of other hosts than [the one that was asked](Offered::asked) too.
    ///
    /// # Security
    ///
    /// An offer for somebody else's resource may be a lure: whoever passes it on gets what you pay for.
    #[must_use]
    pub const fn any_resource(mut self) -> Self {
        self.any_resource = true;
        self
    }

    /// Signs for offers that came over plain http from another machine too.
    ///
    /// # Security
    ///
    /// Anybody on the way can write the offer, and take the payment.
    #[must_use]
    pub const fn insecure_http(mut self) -> Self {
        self.insecure_http = true;
        self
    }

    /// Chooses the cheapest way to pay, as [`Payer::choose`](super::Payer::choose) does: what it would cost, without a
    /// key.
    ///
    /// # Errors
    ///
    /// If nothing can be paid within the limits, with the reason of the offer that came closest.
    pub fn choose(&self, offered: &Offered) -> Result<Choice, NoChoice> {
        select::choose(offered, self, &[], &Cheapest)
    }

    /// The most that one request may cost.
    #[must_use]
    pub const fn max(&self) -> &Price {
        &self.max_per_payment
    }

    /// The token that a requirement asks for, if it may be paid with.
    pub(super) fn asset(&self, of: &PaymentRequirements) -> Option<Asset> {
        let address = of.asset.evm()?;
        let is = |asset: &&Asset| asset.network() == of.network && asset.address() == address;
        self.allowed.iter().find(is).cloned().or_else(|| Asset::known(&of.network, address))
    }

    /// Whether the amount is within the limit. A limit that is no amount of the token allows nothing in it.
    pub(super) fn allows(&self, asset: &Asset, amount: Amount) -> bool {
        self.max_per_payment.in_asset(asset).is_ok_and(|max| amount <= max)
    }

    /// Whether payments are made on the network. Only EVM chains can be paid on at all.
    pub(super) fn allows_network(&self, network: &Network) -> bool {
        network.chain_id().is_some() && self.networks.as_ref().is_none_or(|allowed| allowed.contains(network))
    }

    /// The host of a resource that was not asked for, if that matters.
    pub(super) fn foreign_host(&self, offered: &Offered) -> Option<String> {
        if self.any_resource { None } else { offered.foreign_host() }
    }

    /// The other machine that an offer came from unencrypted, if that matters.
    pub(super) fn insecure_host(&self, offered: &Offered) -> Option<String> {
        let is_safe = |origin: &&Origin| origin.is_https() || origin.is_loopback() || self.insecure_http;
        offered.asked.as_ref().filter(|origin| !is_safe(origin)).map(|origin| origin.host().to_owned())
    }

    /// How long a payment is valid that the server gives so many seconds.
    pub(super) fn validity(&self, max_timeout_seconds: u64) -> Duration {
        Duration::from_secs(max_timeout_seconds).min(self.max_validity)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_per_payment: Price::ONE,
            max_validity: MAX_VALIDITY,
            allowed: Vec::new(),
            networks: None,
            any_resource: false,
            insecure_http: false,
        }
    }
}
