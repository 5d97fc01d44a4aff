//! What is known of the chains that the sandbox can pretend to be.

use serde_json::{Value, json};

/// A chain by its public facts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    id: u64,
    name: &'static str,
    /// Name and symbol.
    currency: (&'static str, &'static str),
    is_mainnet: bool,
}

const ETHER: (&str, &str) = ("Ether", "ETH");
const AVAX: (&str, &str) = ("Avalanche", "AVAX");
const POL: (&str, &str) = ("POL", "POL");

/// The chains of 1Shot that have a token in `x402-core`'s table.
const KNOWN: &[Facts] = &[
    mainnet(1, "Ethereum", ETHER),
    mainnet(10, "Optimism", ETHER),
    mainnet(137, "Polygon", POL),
    mainnet(8453, "Base", ETHER),
    mainnet(42161, "Arbitrum One", ETHER),
    mainnet(42220, "Celo", ("Celo", "CELO")),
    mainnet(43114, "Avalanche", AVAX),
    testnet(43113, "Avalanche Fuji", AVAX),
    testnet(80002, "Polygon Amoy", POL),
    testnet(84532, "Base Sepolia", ETHER),
    testnet(11_155_111, "Sepolia", ETHER),
];

const fn mainnet(id: u64, name: &'static str, currency: (&'static str, &'static str)) -> Facts {
    Facts { id, name, currency, is_mainnet: true }
}

const fn testnet(id: u64, name: &'static str, currency: (&'static str, &'static str)) -> Facts {
    Facts { id, name, currency, is_mainnet: false }
}

impl Facts {
    /// What is known of this chain; of others, that they are test networks with ether.
    pub(super) fn of(id: u64) -> Self {
        KNOWN.iter().find(|known| known.id == id).copied().unwrap_or(testnet(id, "Chain", ETHER))
    }

    /// The chain's name, with its id if that is all that is known.
    pub(super) fn name(&self) -> String {
        if KNOWN.iter().any(|known| known.id == self.id) {
            self.name.to_owned()
        } else {
            format!("{} {}", self.name, self.id)
        }
    }

    /// The ticker of the native currency.
    pub(super) const fn ticker(&self) -> &'static str {
        self.currency.1
    }

    /// The API's `ChainInfo`; the block time is in seconds.
    pub(super) fn to_json(self, block_time: &Value) -> Value {
        let (name, symbol) = self.currency;
        json!({
            "name": self.name(),
            "chainId": self.id,
            "averageBlockMiningTime": block_time,
            "nativeCurrency": {"name": name, "symbol": symbol, "decimals": 18},
            "type": if self.is_mainnet { "Mainnet" } else { "Testnet" },
        })
    }
}
