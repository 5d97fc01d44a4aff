//! The chains that protocol v1 had names for (facts: the reference SDKs' tables).

/// A chain with a v1 name.
pub(super) struct KnownChain {
    pub(super) chain_id: u64,
    pub(super) v1_name: &'static str,
    /// Whether the last v1 JavaScript client knows the name. It refuses a whole 402 body that holds any other.
    pub(super) in_v1_clients: bool,
}

const fn chain(chain_id: u64, v1_name: &'static str, in_v1_clients: bool) -> KnownChain {
    KnownChain { chain_id, v1_name, in_v1_clients }
}

/// Where the SDKs disagree (story, educhain, skale-base-sepolia) these are the chains' public ids.
pub(super) const CHAINS: &[KnownChain] = &[
    chain(8453, "base", true),
    chain(84532, "base-sepolia", true),
    chain(43114, "avalanche", true),
    chain(43113, "avalanche-fuji", true),
    chain(137, "polygon", true),
    chain(80002, "polygon-amoy", true),
    chain(1329, "sei", true),
    chain(1328, "sei-testnet", true),
    chain(2741, "abstract", true),
    chain(11124, "abstract-testnet", true),
    chain(4689, "iotex", true),
    chain(3338, "peaq", true),
    chain(1514, "story", true),
    chain(41923, "educhain", true),
    chain(324_705_682, "skale-base-sepolia", true),
    chain(1, "ethereum", false),
    chain(11_155_111, "sepolia", false),
    chain(4326, "megaeth", false),
    chain(143, "monad", false),
    chain(10143, "monad-testnet", false),
    chain(988, "stable", false),
    chain(2201, "stable-testnet", false),
    chain(42220, "celo", false),
    chain(14, "flare", false),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_names_are_unique() {
        for (i, a) in CHAINS.iter().enumerate() {
            for b in CHAINS.iter().skip(i + 1) {
                assert_ne!(a.chain_id, b.chain_id);
                assert_ne!(a.v1_name, b.v1_name);
            }
        }
    }
}
