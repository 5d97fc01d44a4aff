//! What a wallet becomes that is upgraded: an account that does several things in one transaction.

use std::sync::LazyLock;

use alloy_primitives::{Address, Bytes, address};
use alloy_sol_types::{SolCall, sol};

use super::artifact::Artifact;

/// Where [`SandboxAccount`](https://github.com/1Shot-API/x402-rust/tree/main/x402-oneshot/contracts) is on every chain
/// of the sandbox. The account that 1Shot upgrades to is another, at another address.
pub(super) const ADDRESS: Address = address!("0x0000000000000000000000000000000000007710");

/// The contract.
pub(super) static ARTIFACT: LazyLock<Artifact> =
    LazyLock::new(|| Artifact::committed(include_str!("../../contracts/SandboxAccount.json")));

sol! {
    /// One of the things to do.
    struct Execution {
        address target;
        uint256 value;
        bytes data;
    }

    function executeBatch(Execution[] executions, bool atomic) external;
}

/// The call of an upgraded account to itself that does all of these in order.
pub(super) fn batch(executions: Vec<Execution>, atomic: bool) -> Bytes {
    executeBatchCall { executions, atomic }.abi_encode().into()
}
