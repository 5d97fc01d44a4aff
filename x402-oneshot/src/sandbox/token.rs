//! The token: [`SandboxUSDC`](https://github.com/1Shot-API/x402-rust/tree/main/x402-oneshot/contracts), compiled, and
//! the words to read it with.

use std::sync::LazyLock;

use alloy_json_abi::JsonAbi;
use alloy_primitives::{Address, Bytes, U256, address};
use alloy_sol_types::SolValue;
use serde::Deserialize;

/// Where [Circle's USDC](https://developers.circle.com/stablecoins/usdc-contract-addresses) is on Base Sepolia.
pub(super) const ADDRESS: Address = address!("0x036CbD53842c5426634e7929541eC2318f3dCF7e");

/// The buyer's balance at the start, which is the whole supply: 1000 USDC.
pub(super) const SUPPLY: U256 = U256::from_limbs([1_000_000_000, 0, 0, 0]);

/// What the Solidity compiler made of the contract.
#[derive(Deserialize)]
pub(super) struct Artifact {
    pub(super) abi: JsonAbi,
    pub(super) bytecode: Bytes,
}

/// The committed artifact.
pub(super) static ARTIFACT: LazyLock<Artifact> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../contracts/SandboxUSDC.json"))
        .expect("the committed artifact is an ABI and its bytecode")
});

/// Code that constructs the token with its whole supply in one account.
pub(super) fn init_code(holder: Address) -> Bytes {
    let mut code = ARTIFACT.bytecode.to_vec();
    code.extend_from_slice(&(holder, SUPPLY).abi_encode_params());
    code.into()
}
