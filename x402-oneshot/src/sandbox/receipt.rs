//! Where in its chain a transaction is, and what it left there.

use alloy_primitives::{Address, B256, Log, keccak256, logs_bloom};
use serde_json::{Value, json};

use super::execution::{Execution, Fault};
use super::fees::{BASE_FEE, PRIORITY_FEE};

/// What a block holds so far.
pub(super) struct Block {
    chain_id: u64,
    pub(super) number: u64,
    transactions: usize,
    gas_used: u64,
    logs: usize,
}

impl Block {
    /// A chain's first block.
    pub(super) const fn first(chain_id: u64) -> Self {
        Self { chain_id, number: 1, transactions: 0, gas_used: 0, logs: 0 }
    }

    /// The block after this one, empty.
    pub(super) const fn next(&self) -> Self {
        Self { number: self.number + 1, ..Self::first(self.chain_id) }
    }

    /// Adds a transaction; one that was refused is in no block.
    pub(super) fn add(&mut self, execution: &Execution, timestamp: u64) -> Option<Receipt> {
        let logs = match &execution.result {
            Ok(done) => done.logs.clone(),
            Err(Fault::Refused(_)) => return None,
            Err(Fault::Halted(_) | Fault::Reverted(_)) => Vec::new(),
        };
        self.gas_used = self.gas_used.saturating_add(execution.gas_used);
        let receipt = Receipt {
            block_number: self.number,
            block_hash: self.hash(),
            timestamp,
            index: self.transactions,
            success: execution.result.is_ok(),
            gas_used: execution.gas_used,
            cumulative_gas_used: self.gas_used,
            first_log: self.logs,
            logs,
        };
        self.transactions += 1;
        self.logs += receipt.logs.len();
        Some(receipt)
    }

    /// No other block of any of the chains has it.
    fn hash(&self) -> B256 {
        let mut preimage = *b"block\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
        let (_, numbers) = preimage.split_at_mut(5);
        let (chain_id, number) = numbers.split_at_mut(8);
        chain_id.copy_from_slice(&self.chain_id.to_be_bytes());
        number.copy_from_slice(&self.number.to_be_bytes());
        keccak256(preimage)
    }
}

/// What a node would say of a transaction in a block.
pub(super) struct Receipt {
    pub(super) block_number: u64,
    block_hash: B256,
    pub(super) timestamp: u64,
    index: usize,
    success: bool,
    gas_used: u64,
    cumulative_gas_used: u64,
    first_log: usize,
    pub(super) logs: Vec<Log>,
}

impl Receipt {
    /// As [ethers](https://docs.ethers.org/v6/api/providers/#TransactionReceipt) writes it, which is how 1Shot sends it.
    pub(super) fn to_json(&self, hash: Option<B256>, from: Address, to: Address) -> Value {
        let log = |(position, log): (usize, &Log)| {
            json!({
                "_type": "log",
                "address": log.address.to_string(),
                "blockHash": self.block_hash,
                "blockNumber": self.block_number,
                "data": log.data.data,
                "index": self.first_log + position,
                "topics": log.topics(),
                "transactionHash": hash,
                "transactionIndex": self.index,
            })
        };
        json!({
            "_type": "TransactionReceipt",
            "blobGasPrice": null,
            "blobGasUsed": null,
            "blockHash": self.block_hash,
            "blockNumber": self.block_number,
            "contractAddress": null,
            "cumulativeGasUsed": self.cumulative_gas_used.to_string(),
            "from": from.to_string(),
            "gasPrice": (BASE_FEE + PRIORITY_FEE).to_string(),
            "gasUsed": self.gas_used.to_string(),
            "hash": hash,
            "index": self.index,
            "logs": self.logs.iter().enumerate().map(log).collect::<Value>(),
            "logsBloom": logs_bloom(&self.logs),
            "status": u8::from(self.success),
            "to": to.to_string(),
        })
    }
}
