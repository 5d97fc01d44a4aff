//! What a wallet must be told of a chain that it does not know, and where people look transfers up.

use serde::Serialize;

/// A chain, as [EIP-3085](https://eips.ethereum.org/EIPS/eip-3085) adds it to a wallet.
#[derive(Debug, Serialize)]
pub(super) struct Chain {
    pub(super) id: u64,
    pub(super) name: &'static str,
    /// The coin that gas is paid in, which has 18 decimals on each of these.
    pub(super) coin: &'static str,
    pub(super) rpc: &'static str,
    pub(super) explorer: &'static str,
    /// Where test tokens are given away. Only test networks have one.
    pub(super) faucet: Option<&'static str>,
}

const CIRCLE: Option<&str> = Some("https://faucet.circle.com");

const fn chain(
    id: u64,
    name: &'static str,
    coin: &'static str,
    rpc: &'static str,
    explorer: &'static str,
    faucet: Option<&'static str>,
) -> Chain {
    Chain { id, name, coin, rpc, explorer, faucet }
}

/// The chains with a public endpoint of their operator, or of a well-known provider.
const CHAINS: &[Chain] = &[
    chain(1, "Ethereum", "ETH", "https://ethereum-rpc.publicnode.com", "https://etherscan.io", None),
    chain(10, "OP Mainnet", "ETH", "https://mainnet.optimism.io", "https://optimistic.etherscan.io", None),
    chain(137, "Polygon", "POL", "https://polygon-rpc.com", "https://polygonscan.com", None),
    chain(143, "Monad", "MON", "https://rpc.monad.xyz", "https://monadscan.com", None),
    chain(8453, "Base", "ETH", "https://mainnet.base.org", "https://basescan.org", None),
    chain(42161, "Arbitrum One", "ETH", "https://arb1.arbitrum.io/rpc", "https://arbiscan.io", None),
    chain(42220, "Celo", "CELO", "https://forno.celo.org", "https://celoscan.io", None),
    chain(
        43113,
        "Avalanche Fuji",
        "AVAX",
        "https://api.avax-test.network/ext/bc/C/rpc",
        "https://testnet.snowtrace.io",
        CIRCLE,
    ),
    chain(43114, "Avalanche", "AVAX", "https://api.avax.network/ext/bc/C/rpc", "https://snowtrace.io", None),
    chain(80002, "Polygon Amoy", "POL", "https://rpc-amoy.polygon.technology", "https://amoy.polygonscan.com", CIRCLE),
    chain(84532, "Base Sepolia", "ETH", "https://sepolia.base.org", "https://sepolia.basescan.org", CIRCLE),
    chain(
        421_614,
        "Arbitrum Sepolia",
        "ETH",
        "https://sepolia-rollup.arbitrum.io/rpc",
        "https://sepolia.arbiscan.io",
        CIRCLE,
    ),
    chain(
        11_155_111,
        "Ethereum Sepolia",
        "ETH",
        "https://ethereum-sepolia-rpc.publicnode.com",
        "https://sepolia.etherscan.io",
        CIRCLE,
    ),
];

/// What is known of the chain with this id.
pub(super) fn known(id: u64) -> Option<&'static Chain> {
    CHAINS.iter().find(|chain| chain.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_there_once_in_order_and_speaks_https() {
        assert!(CHAINS.is_sorted_by(|a, b| a.id < b.id));
        for chain in CHAINS {
            for url in [Some(chain.rpc), Some(chain.explorer), chain.faucet].into_iter().flatten() {
                assert!(url.starts_with("https://") && !url.ends_with('/'), "{url}");
            }
        }
    }
}
