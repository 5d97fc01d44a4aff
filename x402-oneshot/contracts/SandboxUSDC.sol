// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title The tokens of the x402 sandbox
/// @notice Behaves as Circle's USDC does towards x402: both overloads of `transferWithAuthorization`, in the EIP-712
/// domain that it is given, so that it can stand for the USDC of any chain. It lives in simulated chains only and is
/// worth nothing.
///
/// OpenZeppelin's `ERC20TransferAuthorization` has the bytes overload too, but counts nonces in sequence; x402 draws
/// them at random, as EIP-3009 says, so this contract extends the plain `ERC3009`.
contract SandboxUSDC is ERC3009 {
    uint8 private immutable _decimals;

    /// @param name_ The token's name, in ERC-20 and in the EIP-712 domain.
    /// @param symbol_ The ticker.
    /// @param version_ The version in the EIP-712 domain.
    /// @param decimals_ The decimal places of one token: USDC has 6.
    constructor(
        string memory name_,
        string memory symbol_,
        string memory version_,
        uint8 decimals_
    ) ERC20(name_, symbol_) EIP712(name_, version_) {
        _decimals = decimals_;
    }

    /// @notice Makes tokens out of nothing. Only the sandbox itself can call from the zero address: nobody has its key.
    function mint(address to, uint256 value) external {
        require(msg.sender == address(0), ERC20InvalidSender(msg.sender));
        _mint(to, value);
    }

    /// @notice The decimal places of one token.
    function decimals() public view override returns (uint8) {
        return _decimals;
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
