//! The table of known tokens.
//!
//! USDC and the other dollar tokens that the protocol's SDKs default to, as far as they have EIP-3009 transfers. Each
//! row carries the domain separator that its name, version, chain and address must give; a test recomputes all of them.
//! The first row of a chain is what a dollar price means there.

use alloy_primitives::{Address, B256, address, b256};

/// One row.
pub(super) struct KnownAsset {
    pub(super) chain_id: u64,
    pub(super) address: Address,
    pub(super) symbol: &'static str,
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    pub(super) decimals: u8,
    pub(super) domain_separator: B256,
}

pub(super) const KNOWN: &[KnownAsset] = &[
    // Base
    KnownAsset {
        chain_id: 8453,
        address: address!("0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"),
        symbol: "USDC",
        name: "USD Coin",
        version: "2",
        decimals: 6,
        domain_separator: b256!("0x02fa7265e7c5d81118673727957699e4d68f74cd74b7db77da710fe8a2c7834f"),
    },
    // Base Sepolia
    KnownAsset {
        chain_id: 84532,
        address: address!("0x036CbD53842c5426634e7929541eC2318f3dCF7e"),
        symbol: "USDC",
        name: "USDC",
        version: "2",
        decimals: 6,
        domain_separator: b256!("0x71f17a3b2ff373b803d70a5a07c046c1a2bc8e89c09ef722fcb047abe94c9818"),
    },
    // Ethereum
    KnownAsset {
        chain_id: 1,
        address: address!("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"),
        symbol: "USDC",
        name: "USD Coin",
        version: "2",
        decimals: 6,
        domain_separator: b256!("0x06c37168a7db5138defc7866392bb87a741f9b3d104deb5094588ce041cae335"),
    },
    // Avalanche
    KnownAsset {
        chain_id: 43114,
        address: address!("0xB97EF9Ef8734C71904D8002F8b6Bc66Dd9c48a6E"),
        symbol: "USDC",
        name: "USD Coin",
        version: "2",
        decimals: 6,
        domain_separator: b256!("0xbbea200329a938bc3438984a49cb0732e66d66d7bd59c127abacc1710e77f7b3"),
    },
    // Monad
    KnownAsset {
        chain_id: 143,
        address: address!("0x754704Bc059F8C67012fEd69BC8A327a5aafb603"),
        symbol: "USDC",
        name: "USDC",
        version: "2",
        decimals: 6,
        domain_separator: b256!("0xfe22123edc0dd4aeb912eb7948c5f0e531592c2053b3067612f427db342c93c6"),
    },
    // Stable
    KnownAsset {
        chain_id: 988,
        address: address!("0x779Ded0c9e1022225f8E0630b35a9b54bE713736"),
        symbol: "USDT0",
        name: "USDT0",
        version: "1",
        decimals: 6,
        domain_separator: b256!("0xf21cc02b28f1a6c8d5ae07aaf9d8954535a11acbaf36923aef1b21d0fc27b221"),
    },
    // Stable testnet
    KnownAsset {
        chain_id: 2201,
        address: address!("0x78Cf24370174180738C5B8E352B6D14c83a6c9A9"),
        symbol: "USDT0",
        name: "USDT0",
        version: "1",
        decimals: 6,
        domain_separator: b256!("0x8ab6d6926f29d5cf5137b569b2033492d332e54bfc801640d48745da4ab8c1fe"),
    },
    // Polygon
    KnownAsset {
        chain_id: 137,
        address: address!("0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359"),
        symbol: "USDC",
        name: "USD Coin",
        version: "2",
        decimals: 6,
        domain_separator: b256!("0xcaa2ce1a5703ccbe253a34eb3166df60a705c561b44b192061e28f2a985be2ca"),
    },
    // Arbitrum One
    KnownAsset {
        chain_id: 42161,
        address: address!("0xaf88d065e77c8cC2239327C5EDb3A432268e5831"),
        symbol: "USDC",
        name: "USD Coin",
        version: "2",
        decimals: 6,
        domain_separator: b256!("0x08d11903f8419e68b1b8721bcbe2e9fc68569122a77ef18c216f10b3b5112c78"),
    },
    // Arbitrum Sepolia
    KnownAsset {
        chain_id: 421_614,
        address: address!("0x75faf114eafb1BDbe2F0316DF893fd58CE46AA4d"),
        symbol: "USDC",
        name: "USD Coin",
        version: "2",
        decimals: 6,
        domain_separator: b256!("0x85944e1292d007732838d6eadfa67589b78ffcededbd4df60488d0af251308bb"),
    },
    // ADI Chain
    KnownAsset {
        chain_id: 36900,
        address: address!("0x9cb8142aEBBcdc60AF7c97Af897A67A8f3CA71C2"),
        symbol: "USDC.e",
        name: "USDC.e",
        version: "2",
        decimals: 6,
        domain_separator: b256!("0x4369b2ef8a73be962c9aaf8dcddc38d022dca40af0729d7e4c80a3b44f6698fa"),
    },
    // HPP
    KnownAsset {
        chain_id: 190_415,
        address: address!("0x401eCb1D350407f13ba348573E5630B83638E30D"),
        symbol: "USDC.e",
        name: "Bridged USDC",
        version: "2",
        decimals: 6,
        domain_separator: b256!("0xec205e80d13812cd615a90f0751d6abc05df7ebcbb86c5c50e6abb874d53df6a"),
    },
    // HPP Sepolia
    KnownAsset {
        chain_id: 181_228,
        address: address!("0x401eCb1D350407f13ba348573E5630B83638E30D"),
        symbol: "USDC.e",
        name: "Bridged USDC",
        version: "2",
        decimals: 6,
        domain_separator: b256!("0x770326a81f629cc1072c47674445f4894838dbc10fb9e90abbb0f05c105ba4f2"),
    },
    // XDC
    KnownAsset {
        chain_id: 50,
        address: address!("0xfA2958CB79b0491CC627c1557F441eF849Ca8eb1"),
        symbol: "USDC",
        name: "USDC",
        version: "2",
        decimals: 6,
        domain_separator: b256!("0xe3bb44ae105af7e23bb39b117e22bbcbf435066554f45b3a9bbcba42c80fe56d"),
    },
    // XDC Apothem
    KnownAsset {
        chain_id: 51,
        address: address!("0xb5AB69F7bBada22B28e79C8FFAECe55eF1c771D4"),
        symbol: "USDC",
        name: "USDC",
        version: "2",
        decimals: 6,
        domain_separator: b256!("0x3835afe643ce123f3bc71a8e3123e24651d2d4309bbf3ba58329a1db60b9b2c3"),
    },
    // Flare
    KnownAsset {
        chain_id: 14,
        address: address!("0xe7cd86e13AC4309349F30B3435a9d337750fC82D"),
        symbol: "USDT0",
        name: "USD₮0",
        version: "1",
        decimals: 6,
        domain_separator: b256!("0x4c53d754dcb2f406ecf83695856d8c10b13296a318d9a481043412bf253d43ae"),
    },
    // Celo
    KnownAsset {
        chain_id: 42220,
        address: address!("0xcebA9300f2b948710d2653dD7B07f33A8B32118C"),
        symbol: "USDC",
        name: "USDC",
        version: "2",
        decimals: 6,
        domain_separator: b256!("0xb2ce31d2838445fa765a491f550e7c78ac7280ab0f3bc9d6063a86df9c3fb578"),
    },
    // Celo
    KnownAsset {
        chain_id: 42220,
        address: address!("0x48065fbBE25f71C9282ddf5e1cD6D6A887483D5e"),
        symbol: "USDT",
        name: "Tether USD",
        version: "1",
        decimals: 6,
        domain_separator: b256!("0xbcb4d62e4834b598d0eacecd84c0b397a0254e077c41cf2143e394d5701d1088"),
    },
    // Celo
    KnownAsset {
        chain_id: 42220,
        address: address!("0xD2ab3C9A02DBBAB236BfEC45D1d755DF4267F771"),
        symbol: "USAT",
        name: "Tether America USD",
        version: "1",
        decimals: 6,
        domain_separator: b256!("0xe6bbb7920a85afd44befe87c998da24b8b655c972faf8a8acbdf38c829ff8bf2"),
    },
    // Celo Sepolia
    KnownAsset {
        chain_id: 11_142_220,
        address: address!("0x01C5C0122039549AD1493B8220cABEdD739BC44E"),
        symbol: "USDC",
        name: "USDC",
        version: "2",
        decimals: 6,
        domain_separator: b256!("0x23f491197bb8c5ea4fe8dd4c2293b600f073553f9814015e7a5eb57724df9578"),
    },
    // Sei
    KnownAsset {
        chain_id: 1329,
        address: address!("0xe15fC38F6D8c56aF07bbCBe3BAf5708A2Bf42392"),
        symbol: "USDC",
        name: "USDC",
        version: "2",
        decimals: 6,
        domain_separator: b256!("0x0a19136106ae98d2c245cbbd451f3cb2bbbb1670e1ee191abacb5a5e255c0255"),
    },
    // Sei testnet
    KnownAsset {
        chain_id: 1328,
        address: address!("0x4fCF1784B31630811181f670Aea7A7bEF803eaED"),
        symbol: "USDC",
        name: "USDC",
        version: "2",
        decimals: 6,
        domain_separator: b256!("0x154bb5980ce1d584a1067dc67730720e6046d0364a2ade0b692dd488e71fe653"),
    },
    // Monad testnet
    KnownAsset {
        chain_id: 10143,
        address: address!("0x534b2f3A21130d7a60830c2Df862319e593943A3"),
        symbol: "USDC",
        name: "USDC",
        version: "2",
        decimals: 6,
        domain_separator: b256!("0xf1090f5a61ddee19528cecc447be0f91c7205fc2b34dd271fc0de87809a0a48d"),
    },
    // Arc
    KnownAsset {
        chain_id: 5042,
        address: address!("0x3600000000000000000000000000000000000000"),
        symbol: "USDC",
        name: "USDC",
        version: "2",
        decimals: 6,
        domain_separator: b256!("0x940506929bba468048a19b567f4f0d534714bc06604b5c3017e5d16785ccdf84"),
    },
    // Arc testnet
    KnownAsset {
        chain_id: 5_042_002,
        address: address!("0x3600000000000000000000000000000000000000"),
        symbol: "USDC",
        name: "USDC",
        version: "2",
        decimals: 6,
        domain_separator: b256!("0x361191522483d32a83e70ae7183b4b9629442c13a78bc9921d6f707911c8c6b0"),
    },
    // Avalanche Fuji
    KnownAsset {
        chain_id: 43113,
        address: address!("0x5425890298aed601595a70AB815c96711a31Bc65"),
        symbol: "USDC",
        name: "USD Coin",
        version: "2",
        decimals: 6,
        domain_separator: b256!("0xfe9fa105a0e9629446730e544caa6b8d05d8d4fc93451750dc50e2ddd6d374b3"),
    },
    // Polygon Amoy
    KnownAsset {
        chain_id: 80002,
        address: address!("0x41E94Eb019C0762f9Bfcf9Fb1E58725BfB0e7582"),
        symbol: "USDC",
        name: "USDC",
        version: "2",
        decimals: 6,
        domain_separator: b256!("0x5cddc98319864e897e4469bd1d13c2288c677047b54b8cca12bd342adb6be9eb"),
    },
    // Optimism
    KnownAsset {
        chain_id: 10,
        address: address!("0x0b2C639c533813f4Aa9D7837CAf62653d097Ff85"),
        symbol: "USDC",
        name: "USD Coin",
        version: "2",
        decimals: 6,
        domain_separator: b256!("0x26d9c34bb1a1c312f69c53b2d93b8be20faafba63af2438c6811713c9b1f933f"),
    },
    // Ethereum Sepolia
    KnownAsset {
        chain_id: 11_155_111,
        address: address!("0x1c7D4B196Cb0C7B01d743Fbc6116a902379C7238"),
        symbol: "USDC",
        name: "USDC",
        version: "2",
        decimals: 6,
        domain_separator: b256!("0xb90e5057db141a932946e64d09ccb7ffc9b00bd79fec26f698d29af0c83320a6"),
    },
];
