// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title The token of the x402 sandbox
/// @notice Behaves as Circle's USDC does towards x402: six decimals, the EIP-712 domain of Base Sepolia's USDC, and
/// both overloads of `transferWithAuthorization`. It lives in a simulated chain only and is worth nothing.
///
/// OpenZeppelin's `ERC20TransferAuthorization` has the bytes overload too, but counts nonces in sequence; x402 draws
/// them at random, as EIP-3009 says, so this contract extends the plain `ERC3009`.
contract SandboxUSDC is ERC3009 {
    /// @param holder The account that starts with the whole supply.
    /// @param supply The supply in atomic units; 1 USDC is 1000000 of them.
    constructor(address holder, uint256 supply) ERC20("USDC", "USDC") EIP712("USDC", "2") {
        _mint(holder, supply);
    }

    /// @notice USDC has six decimals, not ERC-20's usual eighteen.
    function decimals() public pure override returns (uint8) {
        return 6;
    }

    /// @notice The version in the EIP-712 domain.
    function version() external view returns (string memory) {
        return _EIP712Version();
    }

    /// @notice The EIP-712 domain separator.
    // solhint-disable-next-line func-name-mixedcase
    function DOMAIN_SEPARATOR() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    /// @notice The overload of {ERC3009-transferWithAuthorization} that takes the signature in one piece, so that
    /// contract wallets can pay too ([ERC-1271](https://eips.ethereum.org/EIPS/eip-1271)).
    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external {
        bytes32 digest = _hashTypedDataV4(
            keccak256(abi.encode(TRANSFER_WITH_AUTHORIZATION_TYPEHASH, from, to, value, validAfter, validBefore, nonce))
        );
        require(SignatureChecker.isValidSignatureNowCalldata(from, digest, signature), ERC3009InvalidSignature());
        _transferWithAuthorization(from, to, value, validAfter, validBefore, nonce);
    }

    /// @dev USDC compares with the block's timestamp only; OpenZeppelin would read some values as block numbers.
    function _checkValidity(uint256 validAfter, uint256 validBefore) internal view override {
        require(
            block.timestamp > validAfter && block.timestamp < validBefore,
            ERC3009InvalidAuthorizationTime(validAfter, validBefore)
        );
    }
}
