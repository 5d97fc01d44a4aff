//! The network identifier.

use std::{fmt, str::FromStr};

use super::known::{CHAINS, KnownChain};
use crate::error::Excerpt;

/// A network, identified as in [CAIP-2](https://chainagnostic.org/CAIPs/caip-2): `eip155:8453` is Base.
///
/// Chain ids are open: any CAIP-2 identifier is a network, known here or not. A v1 name that no table knows is kept
/// as it was spelled, so that a document that mentions it can still be read.
///
/// Invariant: an `eip155` identifier is canonical (a decimal `u64` without leading zeros), so that equal networks are
/// equal values.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network(Repr);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Repr {
    Eip155(u64),
    OtherCaip2(Box<str>),
    UnknownV1Name(Box<str>),
}

impl Network {
    /// Avalanche C-Chain.
    pub const AVALANCHE: Self = Self::eip155(43114);
    /// Avalanche's test network, Fuji.
    pub const AVALANCHE_FUJI: Self = Self::eip155(43113);
    /// Base.
    pub const BASE: Self = Self::eip155(8453);
    /// Base's test network on Sepolia.
    pub const BASE_SEPOLIA: Self = Self::eip155(84532);
    /// Polygon PoS.
    pub const POLYGON: Self = Self::eip155(137);

    /// The EVM chain with this id.
    #[must_use]
    pub const fn eip155(chain_id: u64) -> Self {
        Self(Repr::Eip155(chain_id))
    }

    /// The network that v1 documents call `name`.
    ///
    /// CAIP-2 identifiers are taken too: some v1 peers send them. A name that no table knows stays what it is.
    #[must_use]
    pub fn from_v1_name(name: &str) -> Self {
        match CHAINS.iter().find(|known| known.v1_name == name) {
            Some(known) => Self::eip155(known.chain_id),
            None => name.parse().unwrap_or_else(|_| Self(Repr::UnknownV1Name(name.into()))),
        }
    }

    /// The EVM chain id, if this is an EVM chain.
    #[must_use]
    pub const fn chain_id(&self) -> Option<u64> {
        match self.0 {
            Repr::Eip155(chain_id) => Some(chain_id),
            _ => None,
        }
    }

    /// The name that v1 documents use for this network, if it has one.
    #[must_use]
    pub fn v1_name(&self) -> Option<&str> {
        match &self.0 {
            Repr::UnknownV1Name(name) => Some(name),
            _ => self.known().map(|known| known.v1_name),
        }
    }

    /// Whether the published v1 clients know this network.
    ///
    /// They refuse a whole 402 body for one network outside their list, so that a v1 body must hold no other.
    #[must_use]
    pub fn is_known_to_v1_clients(&self) -> bool {
        self.known().is_some_and(|known| known.in_v1_clients)
    }

    fn known(&self) -> Option<&'static KnownChain> {
        let chain_id = self.chain_id()?;
        CHAINS.iter().find(|known| known.chain_id == chain_id)
    }
}

/// The CAIP-2 identifier, or the v1 name that no table knows.
impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Eip155(chain_id) => write!(f, "eip155:{chain_id}"),
            Repr::OtherCaip2(text) | Repr::UnknownV1Name(text) => f.write_str(text),
        }
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Network({self})")
    }
}

impl FromStr for Network {
    type Err = ParseNetworkError;

    /// Parses a CAIP-2 identifier: namespace `[-a-z0-9]{3,8}`, a colon, reference `[-_a-zA-Z0-9]{1,32}`.
    fn from_str(text: &str) -> Result<Self, ParseNetworkError> {
        let fail = |what| Err(ParseNetworkError { text: Excerpt::of(text), what });
        let Some((namespace, reference)) = text.split_once(':') else {
            return fail("a CAIP-2 network is `namespace:reference`");
        };
        if !(3..=8).contains(&namespace.len())
            || !namespace.bytes().all(|b| matches!(b, b'-' | b'a'..=b'z' | b'0'..=b'9'))
        {
            return fail("a namespace is 3 to 8 of `-a-z0-9`");
        }
        if !(1..=32).contains(&reference.len())
            || !reference.bytes().all(|b| matches!(b, b'-' | b'_' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9'))
        {
            return fail("a reference is 1 to 32 of `-_a-zA-Z0-9`");
        }
        if namespace != "eip155" {
            return Ok(Self(Repr::OtherCaip2(text.into())));
        }
        // A second spelling of one chain (`eip155:08453`, `eip155:+1`) would be a second identity.
        match reference.parse::<u64>() {
            Ok(chain_id) if chain_id.to_string() == reference => Ok(Self::eip155(chain_id)),
            _ => fail("an eip155 reference is a decimal chain id"),
        }
    }
}

/// Why a text is not a CAIP-2 network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text} is not a network: {what}")]
pub struct ParseNetworkError {
    text: Excerpt,
    what: &'static str,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_that_are_not_caip2_are_refused_and_named() {
        for text in
            ["", "base", "eip155", "eip155:", "eip155:*", "eip155:08453", "eip155:+1", "eip155:0x1", "e:1", "EIP155:1"]
        {
            let error = text.parse::<Network>().unwrap_err().to_string();
            assert!(error.contains(&format!("`{text}`")), "{error}");
        }
    }

    #[test]
    fn a_chain_id_above_u64_is_refused() {
        assert!("eip155:18446744073709551616".parse::<Network>().is_err());
    }

    #[test]
    fn other_namespaces_and_unknown_v1_names_survive() {
        let solana = "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp";
        assert_eq!(solana.parse::<Network>().unwrap().to_string(), solana);
        assert_eq!(Network::from_v1_name("solana").to_string(), "solana");
        assert_eq!(Network::from_v1_name("solana").v1_name(), Some("solana"));
        assert_eq!(Network::from_v1_name("eip155:8453"), Network::BASE);
    }

    #[test]
    fn only_the_networks_of_the_v1_clients_may_stand_in_a_v1_body() {
        assert!(Network::BASE.is_known_to_v1_clients());
        assert!(!Network::eip155(42161).is_known_to_v1_clients(), "arbitrum breaks x402-fetch 1.2.0");
        assert!(!Network::eip155(42220).is_known_to_v1_clients(), "celo has a name only in later tables");
    }

    proptest! {
        #[test]
        fn display_and_parse_are_inverse(chain_id: u64) {
            let network = Network::eip155(chain_id);
            prop_assert_eq!(network.to_string().parse::<Network>().unwrap(), network);
        }

        #[test]
        fn parsing_never_panics_and_is_faithful(text in ".{0,50}") {
            if let Ok(network) = text.parse::<Network>() {
                prop_assert_eq!(network.to_string(), text);
            }
        }
    }
}
