//! Transactions and the life they lead: pending, submitted, then completed or failed.

use alloy_primitives::{Address, B256, Log, U256};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::account::Account;
use super::chain::{Call, Chain, Order};
use super::delegation::Delegations;
use super::dialect::Dialect;
use super::faults::{End, Playing};
use super::fees::{MAX_FEE, PRIORITY_FEE};
use super::receipt::Receipt;
use super::revert::Reason;
use super::{log, value};

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
    /// Sent once more, which only happens to a [scripted](super::faults::Lifecycle) one.
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
    /// The decoded revert, if it failed and was not scripted to do so.
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
    pub(super) call: Call,
    delegations: Delegations,
    name: String,
    function_name: String,
    /// The script it follows.
    life: Playing,
    /// Whether an endpoint waits for its end, so that nobody asks what became of it.
    awaited: bool,
    /// What the script has it say instead of its status.
    said: Option<String>,
    gas_used: Option<u64>,
    /// Where it ended up in its chain.
    pub(super) receipt: Option<Receipt>,
    /// Why it failed on the chain.
    pub(super) fault: Option<Reason>,
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
            delegations: Delegations::default(),
            name: label.name,
            function_name: label.function_name,
            life: Playing::default(),
            awaited: false,
            said: None,
            gas_used: None,
            receipt: None,
            fault: None,
            created: now,
            updated: now,
            completed: None,
        }
    }

    /// Lets accounts take code with it.
    pub(super) fn with_delegations(self, delegations: Delegations) -> Self {
        Self { delegations, ..self }
    }

    /// Has its script go by blocks and not by questions: the endpoint that made it answers when it is final.
    pub(super) fn awaited(self) -> Self {
        Self { awaited: true, ..self }
    }

    pub(super) const fn is_awaited(&self) -> bool {
        self.awaited
    }

    /// Who pays for it, and how much at most, in wei.
    pub(super) fn most_it_costs(&self) -> (Address, U256) {
        let gas = U256::from(self.call.gas_limit) * U256::from(MAX_FEE);
        (self.call.from, self.call.value.saturating_add(gas))
    }

    pub(super) fn is_submitted(&self) -> bool {
        self.view.status == SandboxStatus::Submitted && self.life.is_released()
    }

    /// The native currency that it moved, if any: from whom, to whom, how much.
    pub(super) fn moved(&self) -> Option<(Address, Address, U256)> {
        let Call { from, to, value, .. } = self.call;
        (self.view.status == SandboxStatus::Completed && !value.is_zero()).then_some((from, to, value))
    }

    /// Broadcasts it, if that was not done before.
    pub(super) fn submit(&mut self, chain: &mut Chain, now: u64) {
        if self.awaited {
            self.resume(chain, now);
        }
        if self.view.status == SandboxStatus::Pending && self.life.is_released() {
            self.view.status = SandboxStatus::Submitted;
            self.view.hash = Some(chain.next_hash(&self.call));
            self.updated = now;
        }
    }

    /// Executes it in the chain's present block.
    pub(super) fn execute(&mut self, chain: &mut Chain, now: u64) {
        self.updated = now;
        self.completed = Some(now);
        match self.life.end() {
            End::Failed { reason } => {
                self.view.status = SandboxStatus::Failed;
                self.view.failure_reason = reason.clone();
                return;
            }
            End::Raced => chain.front_run(&self.call),
            End::Forever | End::Mined => {}
        }
        let (execution, receipt) = chain.transact(&self.call, &self.delegations);
        self.receipt = receipt;
        self.gas_used = Some(execution.gas_used);
        match execution.result {
            Ok(_) => self.view.status = SandboxStatus::Completed,
            Err(fault) => {
                self.view.status = SandboxStatus::Failed;
                let reason = Reason::from(fault);
                self.view.failure_reason = Some(reason.message.clone());
                self.fault = Some(reason);
            }
        }
    }

    /// What it logged, once it is completed.
    pub(super) fn logs(&self) -> Option<&[Log]> {
        let receipt = self.receipt.as_ref().filter(|_| self.view.status == SandboxStatus::Completed);
        receipt.map(|receipt| receipt.logs.as_slice())
    }

    /// Gives it a script to follow.
    pub(super) fn live(&mut self, life: Playing) {
        self.life = life;
    }

    /// Takes what the script has it say next; tells whether something comes after that.
    pub(super) fn speak(&mut self, chain: &mut Chain, now: u64) -> bool {
        let is_last = self.life.is_stuck();
        let Some(status) = self.life.next_status() else {
            return false;
        };
        self.show(&status, chain, now);
        !is_last
    }

    /// Goes back to the usual way, if the script has nothing more to say; tells whether it did.
    pub(super) fn resume(&mut self, chain: &mut Chain, now: u64) -> bool {
        if self.view.status.is_final() || !self.life.is_released() {
            return false;
        }
        if self.view.status != SandboxStatus::Pending {
            self.show("Submitted", chain, now);
        }
        true
    }

    /// Changes the status. What was sent once more comes out of that with another hash.
    fn show(&mut self, status: &str, chain: &mut Chain, now: u64) {
        let (known, said) = match status {
            "Pending" => (SandboxStatus::Pending, None),
            "Retrying" => (SandboxStatus::Retrying, None),
            "Submitted" => (SandboxStatus::Submitted, None),
            unknown => (SandboxStatus::Submitted, Some(unknown.to_owned())),
        };
        let resent = self.view.status == SandboxStatus::Retrying && known != SandboxStatus::Retrying;
        if known == SandboxStatus::Pending {
            self.view.hash = None;
        } else if resent || self.view.hash.is_none() {
            self.view.hash = Some(chain.next_hash(&self.call));
        }
        if (known, &said) != (self.view.status, &self.said) {
            self.updated = now;
        }
        self.view.status = known;
        self.said = said;
    }

    /// The API's `Transaction`, with the method's id in both forms: clients disagree on which they require. Without a
    /// method, the single form is the nil UUID, because they all want one.
    pub(super) fn to_json(&self, account: &Account) -> Value {
        let Self { view, call, said, .. } = self;
        let logs = self.logs().map(|logs| logs.iter().filter_map(describe).collect::<Vec<_>>());
        let mut json = json!({
            "id": view.id,
            "contractMethodId": view.method_ids.first().copied().unwrap_or_default(),
            "contractMethodIds": view.method_ids,
            "apiCredentialId": account.credentials.id,
            "apiKey": account.credentials.key,
            "userId": null,
            "status": said.as_ref().map_or_else(|| json!(view.status), |said| json!(said)),
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
            "logs": logs,
            "updated": self.updated,
            "created": self.created,
            "deleted": false,
        });
        let left_out = match account.dialect {
            Dialect::Both => None,
            Dialect::Legacy => Some("contractMethodIds"),
            Dialect::Strict => Some("contractMethodId"),
        };
        if let (Some(name), Some(members)) = (left_out, json.as_object_mut()) {
            members.remove(name);
        }
        json
    }
}

/// The API's `LogDescription`; `None` for an event that no contract of the sandbox declares.
pub(super) fn describe(log: &Log) -> Option<Value> {
    let event = log::event(*log.topics().first()?)?;
    let args = log::arguments(event, log)?;
    Some(json!({
        "name": event.name,
        "signature": event.signature(),
        "topic": event.selector(),
        "args": args.iter().map(value::to_strings).collect::<Vec<_>>(),
    }))
}
