//! The token type.

use std::borrow::Cow;

use alloy_primitives::{Address, B256};

use super::usdc::{KNOWN, KnownAsset};
use crate::{domain::TokenDomain, network::Network};

/// A token with [EIP-3009](https://eips.ethereum.org/EIPS/eip-3009) transfers, on one network.
///
/// `name` and `version` are those of the token's [EIP-712](https://eips.ethereum.org/EIPS/eip-712) domain, not of its
/// marketing: with a wrong one every signature is invalid. The table behind [`usdc`](Self::usdc) carries each token's
/// domain separator, and a test recomputes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    chain_id: u64,
    address: Address,
    symbol: Cow<'static, str>,
    name: Cow<'static, str>,
    version: Cow<'static, str>,
    decimals: u8,
}

impl Asset {
    /// A token of your own choice: `name` and `version` as its EIP-712 domain has them.
    #[must_use]
    pub fn new(
        chain_id: u64,
        address: Address,
        symbol: impl Into<Cow<'static, str>>,
        name: impl Into<Cow<'static, str>>,
        version: impl Into<Cow<'static, str>>,
        decimals: u8,
    ) -> Self {
        Self { chain_id, address, symbol: symbol.into(), name: name.into(), version: version.into(), decimals }
    }

    /// The dollar token that prices mean on this network: USDC, or the one the protocol's SDKs default to.
    #[must_use]
    pub fn usdc(network: &Network) -> Option<Self> {
        let chain_id = network.chain_id()?;
        KNOWN.iter().find(|known| known.chain_id == chain_id).map(Self::from_known)
    }

    /// The token at this address, if the table knows it.
    #[must_use]
    pub fn known(network: &Network, address: Address) -> Option<Self> {
        let chain_id = network.chain_id()?;
        KNOWN.iter().find(|known| known.chain_id == chain_id && known.address == address).map(Self::from_known)
    }

    /// Every token of the table.
    pub fn all_known() -> impl Iterator<Item = Self> {
        KNOWN.iter().map(Self::from_known)
    }

    const fn from_known(known: &KnownAsset) -> Self {
        Self {
            chain_id: known.chain_id,
            address: known.address,
            symbol: Cow::Borrowed(known.symbol),
            name: Cow::Borrowed(known.name),
            version: Cow::Borrowed(known.version),
            decimals: known.decimals,
        }
    }

    /// The chain it lives on.
    #[must_use]
    pub const fn network(&self) -> Network {
        Network::eip155(self.chain_id)
    }

    /// The token contract.
    #[must_use]
    pub const fn address(&self) -> Address {
        self.address
    }

    /// The ticker, such as `USDC`.
    #[must_use]
    pub fn symbol(&self) -> &str {
        &self.symbol
    }

    /// The `name` of its EIP-712 domain.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The `version` of its EIP-712 domain.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// How many decimal places one token has.
    #[must_use]
    pub const fn decimals(&self) -> u8 {
        self.decimals
    }

    /// The EIP-712 domain that its transfers are signed in.
    #[must_use]
    pub fn domain(&self) -> TokenDomain {
        TokenDomain::new(&self.name, &self.version, self.chain_id, self.address)
    }

    /// The separator that the table claims for this token, if it is in the table.
    #[must_use]
    pub fn published_separator(&self) -> Option<B256> {
        KNOWN
            .iter()
            .find(|known| known.chain_id == self.chain_id && known.address == self.address)
            .map(|known| known.domain_separator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_domain_separator_of_the_table_is_recomputed() {
        let mut seen = 0;
        for asset in Asset::all_known() {
            let published = asset.published_separator().unwrap();
            assert_eq!(asset.domain().separator(), published, "{} on {}", asset.symbol(), asset.network());
            seen += 1;
        }
        assert!(seen > 25, "{seen}");
    }

    #[test]
    fn known_wrong_copies_are_avoided() {
        let name = |chain_id| Asset::usdc(&Network::eip155(chain_id)).unwrap().name().to_owned();
        assert_eq!(name(143), "USDC", "Monad is `USD Coin` in older tables");
        assert_eq!(name(137), "USD Coin", "Polygon is `USDC` in another table");
        assert_eq!(name(43114), "USD Coin", "Avalanche is `USDC` in another table");
        assert_eq!(name(84532), "USDC");
        assert_eq!(name(8453), "USD Coin");
    }

    #[test]
    fn no_token_stands_twice() {
        for (i, a) in KNOWN.iter().enumerate() {
            for b in KNOWN.iter().skip(i + 1) {
                assert!((a.chain_id, a.address) != (b.chain_id, b.address));
            }
        }
    }
}
