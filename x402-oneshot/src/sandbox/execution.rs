//! What comes of a call to a chain.

use alloy_primitives::{Bytes, Log};
use revm::context::result::ExecutionResult;

/// What came of a call.
#[derive(Debug)]
pub(super) struct Execution {
    pub(super) gas_used: u64,
    pub(super) result: Result<Done, Fault>,
}

/// A call that did what it was asked.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) output: Bytes,
    pub(super) logs: Vec<Log>,
}

/// Why a call did nothing.
#[derive(Debug)]
pub(super) enum Fault {
    /// The contract said no, with this data.
    Reverted(Bytes),
    /// The EVM stopped it: out of gas, an invalid opcode and so on.
    Halted(String),
    /// It never ran: it could not pay, or asked for more gas than there is.
    Refused(String),
}

impl From<ExecutionResult> for Execution {
    fn from(result: ExecutionResult) -> Self {
        let gas_used = result.tx_gas_used();
        let result = match result {
            ExecutionResult::Success { output, logs, .. } => Ok(Done { output: output.into_data(), logs }),
            ExecutionResult::Revert { output, .. } => Err(Fault::Reverted(output)),
            ExecutionResult::Halt { reason, .. } => Err(Fault::Halted(format!("{reason:?}"))),
        };
        Self { gas_used, result }
    }
}
