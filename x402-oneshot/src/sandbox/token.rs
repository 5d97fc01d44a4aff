//! The tokens: [`SandboxUSDC`](https://github.com/1Shot-API/x402-rust/tree/main/x402-oneshot/contracts), compiled, under
//! the name, version and decimals of each.

use std::sync::LazyLock;

use alloy_primitives::{Address, U256, address};
use alloy_sol_types::{SolCall, SolValue, sol};
use x402_core::Asset;

use super::artifact::Artifact;
use super::chain::{BLOCK_GAS, Call, Chain};
use super::execution::Fault;

/// Where [Circle's USDC](https://developers.circle.com/stablecoins/usdc-contract-addresses) is on Base Sepolia.
pub(super) const ADDRESS: Address = address!("0x036CbD53842c5426634e7929541eC2318f3dCF7e");

/// The contract.
pub(super) static ARTIFACT: LazyLock<Artifact> =
    LazyLock::new(|| Artifact::committed(include_str!("../../contracts/SandboxUSDC.json")));

sol! {
    function mint(address to, uint256 value) external;
}

/// Puts a token where it says it is.
pub(super) fn deploy(chain: &mut Chain, token: Asset) -> Result<(), Fault> {
    let arguments = (token.name(), token.symbol(), token.version(), U256::from(token.decimals())).abi_encode_params();
    chain.deploy(token.address(), ARTIFACT.init_code(&arguments))?;
    chain.add_token(token);
    Ok(())
}

/// Makes tokens out of nothing: only the sandbox itself can call from the zero address.
pub(super) fn mint(chain: &mut Chain, token: Address, to: Address, value: U256) -> Result<(), Fault> {
    let input = mintCall { to, value }.abi_encode().into();
    chain.force(&Call { from: Address::ZERO, to: token, value: U256::ZERO, input, gas_limit: BLOCK_GAS }).map(drop)
}

/// So many whole tokens, in atomic units; `None` if there are no such numbers.
pub(super) fn whole(token: &Asset, count: u64) -> Option<U256> {
    U256::from(10).checked_pow(U256::from(token.decimals()))?.checked_mul(U256::from(count))
}
