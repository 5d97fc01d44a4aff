//! Choosing among the ways to pay.

use std::{borrow::Cow, cmp::Ordering, fmt, sync::Arc};

use alloy_primitives::{Address, U256};

use super::{Limits, Offered, Policy, Selector};
use crate::{
    amount::Amount,
    asset::Asset,
    price::Price,
    requirements::{PaymentRequirements, Scheme},
    verbatim::Verbatim,
};

/// The way to pay that was chosen, in the types of the chain.
#[derive(Clone, Debug)]
#[must_use]
pub struct Choice {
    pub(super) requirements: Verbatim<PaymentRequirements>,
    pub(super) asset: Asset,
    pub(super) pay_to: Address,
}

impl Choice {
    /// What the server asks.
    #[must_use]
    pub const fn requirements(&self) -> &Verbatim<PaymentRequirements> {
        &self.requirements
    }

    /// The token.
    #[must_use]
    pub const fn asset(&self) -> &Asset {
        &self.asset
    }

    /// The price in atomic units.
    #[must_use]
    pub fn amount(&self) -> Amount {
        self.requirements.amount
    }

    /// Who is paid.
    #[must_use]
    pub const fn pay_to(&self) -> Address {
        self.pay_to
    }

    /// Compares two prices in whole tokens. Where they are too large to be compared, they count as equal.
    #[must_use]
    pub fn compare_price(&self, other: &Self) -> Ordering {
        let (a, b) = (self, other);
        // a / 10^x < b / 10^y where a * 10^y < b * 10^x
        let scaled = |choice: &Self, by: &Self| {
            let factor = U256::from(10).checked_pow(U256::from(by.asset.decimals()))?;
            choice.amount().as_u256().checked_mul(factor)
        };
        match (scaled(a, b), scaled(b, a)) {
            (Some(a), Some(b)) => a.cmp(&b),
            // Cannot be compared: the server's order stands.
            _ => Ordering::Equal,
        }
    }
}

/// The price with its token and network, for people.
impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let price = self.amount().to_decimal(self.asset.decimals());
        write!(f, "{price} {} on {}", self.asset.symbol(), self.asset.network())
    }
}

pub(super) fn choose(
    offered: &Offered,
    limits: &Limits,
    policies: &[Arc<dyn Policy>],
    selector: &dyn Selector,
) -> Result<Choice, NoChoice> {
    if let Some(host) = limits.foreign_host(offered) {
        return Err(NoChoice::ForeignResource { host });
    }
    let mut affordable = Vec::new();
    let mut why = NoChoice::Unsupported;
    for requirements in &offered.required.accepts {
        match consider(requirements, offered, limits, policies) {
            Ok(choice) => affordable.push(choice),
            Err(no) => why = why.max(no),
        }
    }
    if affordable.is_empty() {
        return Err(why);
    }
    let selected = selector.select(&affordable).filter(|index| *index < affordable.len());
    selected.map(|index| affordable.swap_remove(index)).ok_or(NoChoice::NoneSelected)
}

/// Whether what was chosen, by other limits perhaps, may be paid by these, in the token as these know it.
pub(super) fn confirm(
    choice: &Choice,
    offered: &Offered,
    limits: &Limits,
    policies: &[Arc<dyn Policy>],
) -> Result<Choice, NoChoice> {
    if let Some(host) = limits.foreign_host(offered) {
        return Err(NoChoice::ForeignResource { host });
    }
    match offered.required.accepts.contains(&choice.requirements) {
        true => consider(&choice.requirements, offered, limits, policies),
        false => Err(NoChoice::NotOffered),
    }
}

/// Whether one way to pay is within the limits.
fn consider(
    requirements: &Verbatim<PaymentRequirements>,
    offered: &Offered,
    limits: &Limits,
    policies: &[Arc<dyn Policy>],
) -> Result<Choice, NoChoice> {
    // Another transfer method (Permit2) is signed differently.
    let is_eip3009 = requirements.extra.get("assetTransferMethod").is_none_or(|method| method == "eip3009");
    if requirements.scheme != Scheme::EXACT || !limits.allows_network(&requirements.network) || !is_eip3009 {
        return Err(NoChoice::Unsupported);
    }
    let pay_to = requirements.pay_to.evm().ok_or(NoChoice::Unsupported)?;
    let asset = limits.asset(requirements).ok_or(NoChoice::UnknownAsset)?;
    let choice = Choice { requirements: requirements.clone(), asset, pay_to };
    if !limits.allows(&choice.asset, requirements.amount) {
        return Err(NoChoice::TooExpensive { price: choice.to_string(), limit: limits.max().clone() });
    }
    match policies.iter().find_map(|policy| policy.check(&choice, offered).err()) {
        Some(why) => Err(NoChoice::Policy(why)),
        None => Ok(choice),
    }
}

/// Why no way to pay was chosen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoChoice {
    /// What is offered is a resource of another host than the one that was asked.
    #[error("the server asks to be paid for a resource of {host}, which is not what was asked for")]
    ForeignResource {
        /// That host.
        host: String,
    },
    /// What was chosen is not among the ways to pay of this offer.
    #[error("what was chosen is not what the server offers")]
    NotOffered,
    /// The [`Selector`] picked none.
    #[error("none of the ways to pay was selected")]
    NoneSelected,
    /// A [`Policy`] allows none of the offers.
    #[error("the payment is not allowed: {0}")]
    Policy(Cow<'static, str>),
    /// No offer is an `exact` payment on an EVM chain, or on one of those allowed.
    #[error(
        "the server offers no way to pay that this client supports (`exact` with EIP-3009 on an allowed EVM chain)"
    )]
    Unsupported,
    /// Every offer is in a token that is not known and not allowed.
    #[error("the server asks for a token that is not known and not allowed")]
    UnknownAsset,
    /// Every offer costs more than allowed.
    #[error("the price of {price} is above the limit of {limit}")]
    TooExpensive {
        /// The price, with its token.
        price: String,
        /// The limit.
        limit: Price,
    },
}

impl NoChoice {
    /// The reason that came closest to a payment.
    fn max(self, other: Self) -> Self {
        let rank = |of: &Self| match of {
            Self::Unsupported => 0,
            Self::UnknownAsset => 1,
            Self::TooExpensive { .. } => 2,
            // These are about the whole offer, or about one that nothing else is wrong with.
            Self::ForeignResource { .. } | Self::NotOffered | Self::NoneSelected | Self::Policy(_) => 3,
        };
        if rank(&other) > rank(&self) { other } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        network::Network,
        requirements::{Extra, PaymentRequired},
        resource::ResourceInfo,
        version::X402Version,
    };

    fn requirement(asset: &Asset, units: u64) -> PaymentRequirements {
        let amount = Amount::from_atomic(units);
        PaymentRequirements::exact(asset.network(), amount, asset.address(), Address::ZERO, 60, Extra::new())
    }

    fn offered(accepts: Vec<PaymentRequirements>) -> Offered {
        let required = PaymentRequired::new(ResourceInfo::new("https://x.example"), accepts);
        Offered::new(X402Version::V2, required)
    }

    fn usdc(network: &Network) -> Asset {
        Asset::usdc(network).unwrap()
    }

    #[test]
    fn the_cheapest_is_chosen_across_decimals() {
        let dai = Asset::new(1, Address::repeat_byte(1), "DAI", "Dai", "1", 18);
        let limits = Limits::default().allow(dai.clone());
        // Half a cent of an 18-decimal token is less than a cent of USDC, though the number is larger.
        let half_a_cent = requirement(&dai, 5_000_000_000_000_000);
        let offered = offered(vec![requirement(&usdc(&Network::BASE), 10_000), half_a_cent]);
        assert_eq!(limits.choose(&offered).unwrap().asset().symbol(), "DAI");
    }

    #[test]
    fn attack_25_price_bait_above_the_limit_is_not_paid() {
        let offered = offered(vec![requirement(&usdc(&Network::BASE), 1_000_001)]);
        let error = Limits::default().choose(&offered).unwrap_err();
        assert_eq!(error.to_string(), "the price of 1.000001 USDC on eip155:8453 is above the limit of 1");
        let limits = Limits::default().max_per_payment("$2".parse().unwrap());
        assert!(limits.choose(&offered).is_ok());
    }

    #[test]
    fn attack_25_asset_swap_to_an_unknown_token_is_not_paid() {
        let fake = Asset::new(8453, Address::repeat_byte(9), "USDC", "USD Coin", "2", 6);
        let offered = offered(vec![requirement(&fake, 1)]);
        assert_eq!(Limits::default().choose(&offered).unwrap_err(), NoChoice::UnknownAsset);
    }

    #[test]
    fn of_several_ways_the_one_that_came_closest_says_why_not_whichever_order_they_come_in() {
        let dear = requirement(&usdc(&Network::BASE), 1_000_001);
        let fake = requirement(&Asset::new(8453, Address::repeat_byte(9), "USDC", "USD Coin", "2", 6), 1);
        let mut upto = requirement(&usdc(&Network::BASE), 1);
        upto.scheme = Scheme::new("upto");
        let why = |accepts: Vec<_>| Limits::default().choose(&offered(accepts)).unwrap_err();
        assert_eq!(why(vec![upto.clone(), fake.clone()]), NoChoice::UnknownAsset);
        assert_eq!(why(vec![fake.clone(), upto.clone()]), NoChoice::UnknownAsset);
        for all in [vec![upto.clone(), fake.clone(), dear.clone()], vec![dear, fake, upto]] {
            assert!(matches!(why(all), NoChoice::TooExpensive { .. }));
        }
    }

    #[test]
    fn other_schemes_chains_and_transfer_methods_are_passed_over() {
        let mut upto = requirement(&usdc(&Network::BASE), 1);
        upto.scheme = Scheme::new("upto");
        let mut solana = requirement(&usdc(&Network::BASE), 1);
        solana.network = Network::from_v1_name("solana");
        let mut permit2 = requirement(&usdc(&Network::BASE), 1);
        permit2.extra.insert("assetTransferMethod".to_owned(), "permit2".into());
        let offered = offered(vec![upto, solana, permit2]);
        assert_eq!(Limits::default().choose(&offered).unwrap_err(), NoChoice::Unsupported);
    }
}
