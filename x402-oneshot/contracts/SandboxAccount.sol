// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IDelegator} from "./SandboxDelegations.sol";

/// @title What the server wallets of the x402 sandbox are upgraded to
/// @notice Code that an account takes for its own by EIP-7702, so that it can do several things in one transaction.
/// It obeys the account itself and those to whom the account has delegated, and signs with the account's own key
/// ([ERC-1271](https://eips.ethereum.org/EIPS/eip-1271)), as it did before.
contract SandboxAccount is IDelegator, IERC1271 {
    /// @param target Who is called.
    /// @param value The native currency that goes along, in wei.
    /// @param data What is said.
    struct Execution {
        address target;
        uint256 value;
        bytes data;
    }

    /// @notice Where {SandboxDelegations} is.
    address private constant DELEGATIONS = 0xdb9B1e94B5b69Df7e401DDbedE43491141047dB3;

    /// @notice An execution failed, and those after it were not tried.
    event ExecutionFailed(uint256 index, bytes reason);

    /// @notice Somebody else than the account called.
    error NotTheAccount(address caller);

    /// @notice Somebody called in the name of a delegate.
    error NotOfADelegate(address caller);

    /// @notice Native currency is welcome, as it is in an account without code.
    receive() external payable {}

    /// @notice Does one thing after the other.
    /// @param atomic Whether a failure undoes everything. Otherwise what was done before it stays.
    function executeBatch(Execution[] calldata executions, bool atomic) external {
        require(msg.sender == address(this), NotTheAccount(msg.sender));
        for (uint256 index = 0; index < executions.length; ++index) {
            Execution calldata execution = executions[index];
            (bool done, bytes memory answer) = execution.target.call{value: execution.value}(execution.data);
            if (done) continue;
            if (!atomic) {
                emit ExecutionFailed(index, answer);
                return;
            }
            fail(answer);
        }
    }

    /// @inheritdoc IDelegator
    function executeForDelegate(address target, uint256 value, bytes calldata data) external returns (bytes memory) {
        require(msg.sender == DELEGATIONS, NotOfADelegate(msg.sender));
        (bool done, bytes memory answer) = target.call{value: value}(data);
        if (!done) fail(answer);
        return answer;
    }

    /// @inheritdoc IERC1271
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        (address signer, ECDSA.RecoverError problem, ) = ECDSA.tryRecoverCalldata(hash, signature);
        bool isOurs = problem == ECDSA.RecoverError.NoError && signer == address(this);
        return isOurs ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }

    /// @dev Reverts with what another contract reverted with.
    function fail(bytes memory answer) private pure {
        assembly ("memory-safe") {
            revert(add(answer, 32), mload(answer))
        }
    }
}
