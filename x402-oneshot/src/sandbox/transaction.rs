//! Transactions and the life they lead: pending, submitted, then completed or failed.

use alloy_dyn_abi::EventExt;
use alloy_primitives::{Address, B256, Log, U256};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::account::Account;
use super::chain::{Call, Chain, Done, MAX_FEE, Order, PRIORITY_FEE};
use super::revert::Reason;
use super::{token, value};

/// Where a transaction of the sandbox stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub enum SandboxStatus {
    /// Queued; no hash yet.
    Pending,
    /// Broadcast; waits for its block.
    Submitted,
    /// Mined, and did what it was asked.
    Completed,
    /// Mined, and did nothing.
    Failed,
    /// Sent once more. The sandbox's transactions never are, but lists can be filtered by it.
    Retrying,
}

impl SandboxStatus {
    pub(super) const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed)
    }
}

/// A transaction of the sandbox as it stood when asked.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SandboxTransaction {
    /// The id the API gave it.
    pub id: Uuid,
    /// The chain it is on.
    pub chain_id: u64,
    /// The wallet that pays for it.
    pub wallet_id: Uuid,
    /// The contract methods it executes: one, several in a batch, none if it only sends native currency.
    pub method_ids: Vec<Uuid>,
    /// Where it stands.
    pub status: SandboxStatus,
    /// Its hash, once it is submitted.
    pub hash: Option<B256>,
    /// The text its sender gave it.
    pub memo: Option<String>,
    /// The decoded revert, if it failed.
    pub failure_reason: Option<String>,
}

/// What a transaction is called.
pub(super) struct Label {
    pub(super) method_ids: Vec<Uuid>,
    pub(super) name: String,
    pub(super) function_name: String,
}

/// A transaction as the server keeps it.
pub(super) struct Transaction {
    pub(super) view: SandboxTransaction,
    call: Call,
    name: String,
    function_name: String,
    gas_used: Option<u64>,
    logs: Option<Value>,
    pub(super) created: u64,
    updated: u64,
    completed: Option<u64>,
}

impl Transaction {
    pub(super) fn new(id: Uuid, label: Label, order: Order, memo: Option<String>, now: u64) -> Self {
        Self {
            view: SandboxTransaction {
                id,
                chain_id: order.chain_id,
                wallet_id: order.wallet_id,
                method_ids: label.method_ids,
                status: SandboxStatus::Pending,
                hash: None,
                memo,
                failure_reason: None,
            },
            call: order.call,
            name: label.name,
            function_name: label.function_name,
            gas_used: None,
            logs: None,
            created: now,
            updated: now,
            completed: None,
        }
    }

    /// Who pays for it, and how much at most, in wei.
    pub(super) fn most_it_costs(&self) -> (Address, U256) {
        let gas = U256::from(self.call.gas_limit) * U256::from(MAX_FEE);
        (self.call.from, self.call.value.saturating_add(gas))
    }

    pub(super) fn is_submitted(&self) -> bool {
        self.view.status == SandboxStatus::Submitted
    }

    /// The native currency that it moved, if any: from whom, to whom, how much.
    pub(super) fn moved(&self) -> Option<(Address, Address, U256)> {
        let Call { from, to, value, .. } = self.call;
        (self.view.status == SandboxStatus::Completed && !value.is_zero()).then_some((from, to, value))
    }

    /// Broadcasts it, if that was not done before.
    pub(super) fn submit(&mut self, chain: &mut Chain, now: u64) {
        if self.view.status == SandboxStatus::Pending {
            self.view.status = SandboxStatus::Submitted;
            self.view.hash = Some(chain.next_hash(&self.call));
            self.updated = now;
        }
    }

    /// Executes it in the chain's present block.
    pub(super) fn execute(&mut self, chain: &mut Chain, now: u64) {
        let execution = chain.transact(&self.call);
        self.gas_used = Some(execution.gas_used);
        match execution.result {
            Ok(Done { logs, .. }) => {
                self.view.status = SandboxStatus::Completed;
                self.logs = Some(logs.iter().filter_map(describe).collect());
            }
            Err(fault) => {
                self.view.status = SandboxStatus::Failed;
                self.view.failure_reason = Some(Reason::from(fault).message);
            }
        }
        self.updated = now;
        self.completed = Some(now);
    }

    /// The API's `Transaction`, with the method's id in both forms: clients disagree on which they require. Without a
    /// method, the single form is the nil UUID, because they all want one.
    pub(super) fn to_json(&self, account: &Account) -> Value {
        let Self { view, call, .. } = self;
        json!({
            "id": view.id,
            "contractMethodId": view.method_ids.first().copied().unwrap_or_default(),
            "contractMethodIds": view.method_ids,
            "apiCredentialId": account.credentials.id,
            "apiKey": account.credentials.key,
            "userId": null,
            "status": view.status,
            "transactionHash": view.hash,
            "contractAddress": call.to.to_string(),
            "name": self.name,
            "functionName": self.function_name,
            "chainId": view.chain_id,
            "memo": view.memo,
            "completed": self.completed,
            "walletId": view.wallet_id,
            "failureReason": view.failure_reason,
            "from": call.from.to_string(),
            "to": call.to.to_string(),
            "gasPrice": null,
            "gasLimit": call.gas_limit.to_string(),
            "maxFeePerGas": MAX_FEE.to_string(),
            "maxPriorityFeePerGas": PRIORITY_FEE.to_string(),
            "gasUsed": self.gas_used.map(|gas| gas.to_string()),
            "logs": self.logs,
            "updated": self.updated,
            "created": self.created,
            "deleted": false,
        })
    }
}

/// The API's `LogDescription`; `None` for an event that the token does not declare.
fn describe(log: &Log) -> Option<Value> {
    let topic = log.topics().first()?;
    let event = token::ARTIFACT.abi.events().find(|event| event.selector() == *topic)?;
    let decoded = event.decode_log(log).ok()?;
    // The decoder sorts the arguments apart; here they are wanted in the order of the declaration.
    let (mut indexed, mut body) = (decoded.indexed.iter(), decoded.body.iter());
    let in_order = |input: &alloy_json_abi::EventParam| {
        if input.indexed { indexed.next() } else { body.next() }
    };
    let args = event.inputs.iter().map(in_order).map(|argument| argument.map(value::to_strings));
    Some(json!({
        "name": event.name,
        "signature": event.signature(),
        "topic": topic,
        "args": args.collect::<Option<Vec<Value>>>()?,
    }))
}
