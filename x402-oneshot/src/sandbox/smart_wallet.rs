//! Smart-contract wallets: payers without a key of their own.

use std::sync::LazyLock;

use alloy_primitives::Address;
use alloy_sol_types::SolValue;

use super::artifact::Artifact;
use super::chain::Chain;

static ARTIFACT: LazyLock<Artifact> =
    LazyLock::new(|| Artifact::committed(include_str!("../../contracts/SandboxWallet.json")));

/// Puts a wallet of this owner at an address.
pub(super) fn deploy(chain: &mut Chain, at: Address, owner: Address) {
    let constructed = chain.deploy(at, ARTIFACT.init_code(&owner.abi_encode()));
    constructed.expect("the committed bytecode constructs for any owner");
}
