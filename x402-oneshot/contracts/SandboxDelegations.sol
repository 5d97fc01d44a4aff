// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title An account that acts for those to whom it has delegated
interface IDelegator {
    /// @notice Calls a contract as the account, at the word of the contract that has looked at the delegations.
    function executeForDelegate(address target, uint256 value, bytes calldata data) external returns (bytes memory);
}

/// @title What redeems delegations in the x402 sandbox
/// @notice Delegations are signed as the Delegation Framework has them, in its domain, so that what is signed for a real
/// chain is good here and the other way round. They are redeemed one chain of delegations and one call at a time.
/// Caveats are refused: their enforcers are other contracts, none of which is here.
contract SandboxDelegations is EIP712("DelegationManager", "1") {
    /// @param enforcer The contract that sees to the caveat.
    /// @param terms What the delegator signed of it.
    /// @param args What the delegate adds to it.
    struct Caveat {
        address enforcer;
        bytes terms;
        bytes args;
    }

    /// @param delegate Who may act, or {ANYBODY}.
    /// @param delegator For whom.
    /// @param authority The hash of the delegation that is passed on, or {ROOT}.
    struct Delegation {
        address delegate;
        address delegator;
        bytes32 authority;
        Caveat[] caveats;
        uint256 salt;
        bytes signature;
    }

    /// @notice The delegate of a delegation that is good in anybody's hands.
    address private constant ANYBODY = address(0xa11);

    /// @notice The authority of a delegation that passes on none but the delegator's own.
    bytes32 private constant ROOT = bytes32(type(uint256).max);

    bytes32 private constant DELEGATION_TYPEHASH =
        keccak256(
            "Delegation(address delegate,address delegator,bytes32 authority,Caveat[] caveats,uint256 salt)Caveat(address enforcer,bytes terms)"
        );

    /// @notice There is no delegation.
    error NoDelegation();

    /// @notice A delegation is to somebody else than the one who redeems it or passed it on.
    error NotTheDelegate(address account);

    /// @notice A delegation does not pass on the one behind it, or the last one passes on another.
    error InvalidAuthority();

    /// @notice A delegation has not been signed by its delegator.
    error InvalidDelegationSignature(address delegator);

    /// @notice A delegation has a caveat, and there is no enforcer here.
    error CaveatNotEnforceable(address enforcer);

    /// @notice Has the account at the end of a chain of delegations call a contract.
    /// @param delegations Each before the one that it passes on; the first is to the caller.
    function redeem(
        Delegation[] calldata delegations,
        address target,
        uint256 value,
        bytes calldata data
    ) external returns (bytes memory) {
        require(delegations.length > 0, NoDelegation());
        address account = msg.sender;
        bytes32 hash = hashOf(delegations[0]);
        for (uint256 index = 0; index < delegations.length; ++index) {
            Delegation calldata delegation = delegations[index];
            require(delegation.delegate == account || delegation.delegate == ANYBODY, NotTheDelegate(account));
            require(
                SignatureChecker.isValidSignatureNowCalldata(
                    delegation.delegator,
                    _hashTypedDataV4(hash),
                    delegation.signature
                ),
                InvalidDelegationSignature(delegation.delegator)
            );
            hash = index + 1 < delegations.length ? hashOf(delegations[index + 1]) : ROOT;
            require(delegation.authority == hash, InvalidAuthority());
            account = delegation.delegator;
        }
        return IDelegator(account).executeForDelegate(target, value, data);
    }

    /// @dev What is signed of a delegation without caveats: all but the signature.
    function hashOf(Delegation calldata delegation) private pure returns (bytes32) {
        if (delegation.caveats.length > 0) revert CaveatNotEnforceable(delegation.caveats[0].enforcer);
        return
            keccak256(
                abi.encode(
                    DELEGATION_TYPEHASH,
                    delegation.delegate,
                    delegation.delegator,
                    delegation.authority,
                    keccak256(""),
                    delegation.salt
                )
            );
    }
}
