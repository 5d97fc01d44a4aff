//! How much a payment may cost, and in what.

use super::{Choice, NoChoice, Offered, select::choose};
use crate::{amount::Amount, asset::Asset, network::Network, price::Price, requirements::PaymentRequirements};

/// What a payer is willing to pay.
///
/// By default at most one dollar a payment, in the tokens of the [known table](Asset::all_known). An offer in any
/// other token is passed over: its atomic unit could be worth anything.
#[derive(Clone, Debug)]
pub struct Limits {
    max_per_payment: Price,
    allowed: Vec<Asset>,
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

    /// Chooses among the ways to pay, as [`Payer::choose`](super::Payer::choose) does: what it would cost, without a
    /// key.
    ///
    /// # Errors
    ///
    /// If nothing can be paid within the limits, with the reason of the offer that came closest.
    pub fn choose(&self, offered: &Offered) -> Result<Choice, NoChoice> {
        choose(offered, self)
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

    /// Only requirements on these networks can be paid at all.
    pub(super) fn is_evm(network: &Network) -> bool {
        network.chain_id().is_some()
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_per_payment: Price::ONE, allowed: Vec::new() }
    }
}
