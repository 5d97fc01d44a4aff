//! What redeems delegations: the contract that stands for the Delegation Framework's manager.

use std::sync::LazyLock;

use alloy_primitives::{Address, Bytes, U256, address};
use alloy_sol_types::{SolCall, sol};

use super::artifact::Artifact;
use super::failure::Failure;
use crate::api::SignedDelegation;

/// Where [`SandboxDelegations`](https://github.com/1Shot-API/x402-rust/tree/main/x402-oneshot/contracts) is on every
/// chain of the sandbox: where the framework's manager is on real ones, for the address is part of what is signed.
pub(super) const ADDRESS: Address = address!("0xdb9B1e94B5b69Df7e401DDbedE43491141047dB3");

/// The contract.
pub(super) static ARTIFACT: LazyLock<Artifact> =
    LazyLock::new(|| Artifact::committed(include_str!("../../contracts/SandboxDelegations.json")));

sol! {
    struct Caveat {
        address enforcer;
        bytes terms;
        bytes args;
    }

    struct Delegation {
        address delegate;
        address delegator;
        bytes32 authority;
        Caveat[] caveats;
        uint256 salt;
        bytes signature;
    }

    function redeem(Delegation[] delegations, address target, uint256 value, bytes data) external returns (bytes);
}

/// What the contract is called with, to call another in the name of the account at the end of the chain of delegations.
pub(super) fn input(chain: &[SignedDelegation], target: Address, value: U256, data: Bytes) -> Result<Bytes, Failure> {
    let delegations = chain.iter().map(delegation).collect::<Result<_, _>>()?;
    Ok(redeemCall { delegations, target, value, data }.abi_encode().into())
}

/// A delegation for the contract. It would refuse one with caveats too, and the caller would take that for a delegation
/// that does not allow the call.
fn delegation(signed: &SignedDelegation) -> Result<Delegation, Failure> {
    if !signed.caveats.is_empty() {
        let message = "the sandbox has no enforcers and executes by no delegation with caveats: nothing was done";
        return Err(Failure::not_simulated(message));
    }
    Ok(Delegation {
        delegate: signed.delegate,
        delegator: signed.delegator,
        authority: signed.authority,
        caveats: Vec::new(),
        salt: signed.salt,
        signature: signed.signature.clone(),
    })
}
