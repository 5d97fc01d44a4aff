// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title A smart-contract wallet of the x402 sandbox
/// @notice An account without a key of its own: whoever holds the owner's key signs for it
/// ([ERC-1271](https://eips.ethereum.org/EIPS/eip-1271)). It can hold tokens and pay with them, and nothing else.
///
/// The hash is taken as it comes, so that the owner's signature is good for every wallet of the same owner that the
/// signed message fits. An authorization names its payer; other messages may not, and real wallets guard against that.
contract SandboxWallet is IERC1271 {
    address private immutable _owner;

    /// @param owner_ The account whose signatures are the wallet's.
    constructor(address owner_) {
        _owner = owner_;
    }

    /// @inheritdoc IERC1271
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        (address signer, ECDSA.RecoverError problem, ) = ECDSA.tryRecoverCalldata(hash, signature);
        bool isOwners = problem == ECDSA.RecoverError.NoError && signer == _owner;
        return isOwners ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}
