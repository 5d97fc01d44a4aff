// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title What the server wallets of the x402 sandbox are upgraded to
/// @notice Code that an account takes for its own by EIP-7702, so that it can do several things in one transaction.
/// It obeys nobody but the account itself.
contract SandboxAccount {
    /// @param target Who is called.
    /// @param value The native currency that goes along, in wei.
    /// @param data What is said.
    struct Execution {
        address target;
        uint256 value;
        bytes data;
    }

    /// @notice An execution failed, and those after it were not tried.
    event ExecutionFailed(uint256 index, bytes reason);

    /// @notice Somebody else than the account called.
    error NotTheAccount(address caller);

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
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
    }
}
