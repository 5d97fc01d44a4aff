//! What the Solidity compiler made of the sandbox's contracts.

use alloy_json_abi::JsonAbi;
use alloy_primitives::Bytes;
use serde::Deserialize;

/// A compiled contract.
#[derive(Deserialize)]
pub(super) struct Artifact {
    pub(super) abi: JsonAbi,
    bytecode: Bytes,
}

impl Artifact {
    /// Reads a committed artifact.
    pub(super) fn committed(json: &str) -> Self {
        serde_json::from_str(json).expect("the committed artifact is an ABI and its bytecode")
    }

    /// Code that constructs the contract with these encoded arguments.
    pub(super) fn init_code(&self, arguments: &[u8]) -> Bytes {
        [&self.bytecode, arguments].concat().into()
    }
}
