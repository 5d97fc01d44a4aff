//! What an event says of a transaction, in one shape for all generations of the API.

use std::str::FromStr;

use alloy_primitives::B256;
use serde::Deserialize;
use serde_json::Value;

use crate::api::outcome::readable;
use crate::api::{EventName, LogDescription};
use crate::codec::to_integer;
use crate::id::{MethodId, TransactionId};

/// A transaction as an event tells of it.
///
/// The first generation called a contract method a "transaction" and a transaction an "execution",
/// so that its `transactionId` is the method's; a `transactionExecutionId` without a `contractMethodId` gives it away.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Execution {
    /// The transaction.
    pub transaction_id: TransactionId,
    /// The contract methods it executes: mostly one, several in a batch, none if the event does not
    /// say; then [`Transactions::get`](crate::api::Transactions::get) knows.
    pub method_ids: Vec<MethodId>,
    /// The chain it is on.
    pub chain_id: Option<u64>,
    /// The memo it was executed with.
    pub memo: Option<String>,
    /// Its hash on the chain.
    pub transaction_hash: Option<B256>,
    /// The decoded events, once mined.
    pub logs: Vec<LogDescription>,
    /// What came of it.
    pub outcome: ExecutionOutcome,
}

/// What came of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExecutionOutcome {
    /// It reverted or was given up.
    Failed {
        /// Why, in words of the chain or of 1Shot, if they are given.
        reason: Option<String>,
    },
    /// It was sent to the chain and may still go either way.
    Submitted,
    /// It was mined and did what it should.
    Succeeded,
}

impl ExecutionOutcome {
    /// Whether it will not change any more.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        !matches!(self, Self::Submitted)
    }
}

/// Which transaction an event is about, and of which methods.
pub(super) struct Subject {
    pub(super) transaction_id: TransactionId,
    pub(super) method_ids: Vec<MethodId>,
}

impl Subject {
    pub(super) fn of(name: &EventName, data: &Value) -> Option<Self> {
        let is_about_one = matches!(
            name,
            EventName::TransactionExecutionFailure
                | EventName::TransactionExecutionSubmitted
                | EventName::TransactionExecutionSuccess
        );
        if !is_about_one {
            return None;
        }
        let named = methods(data);
        Some(match parsed(data, "transactionExecutionId") {
            Some(transaction_id) if named.is_empty() => {
                Self { transaction_id, method_ids: parsed(data, "transactionId").into_iter().collect() }
            }
            // It has the names of both generations.
            Some(transaction_id) => Self { transaction_id, method_ids: named },
            None => Self { transaction_id: parsed(data, "transactionId")?, method_ids: named },
        })
    }
}

impl Execution {
    pub(super) fn of(name: &EventName, data: &Value) -> Option<Self> {
        let Subject { transaction_id, method_ids } = Subject::of(name, data)?;
        let told = match name {
            EventName::TransactionExecutionSuccess => ExecutionOutcome::Succeeded,
            EventName::TransactionExecutionSubmitted => ExecutionOutcome::Submitted,
            _ => ExecutionOutcome::Failed { reason: reason(data) },
        };
        let receipt = data.get("transactionReceipt").unwrap_or(&Value::Null);
        // The chain has the last word: a receipt that says "reverted" is no success, whatever the event is called.
        let reverted = receipt.get("status").and_then(to_integer) == Some(0);
        let outcome = if reverted { ExecutionOutcome::Failed { reason: reason(data) } } else { told };
        Some(Self {
            transaction_id,
            method_ids,
            chain_id: first(data, &["chainId", "chain"]).and_then(to_integer),
            memo: first(data, &["transactionMemo", "transactionExecutionMemo"])
                .and_then(Value::as_str)
                .map(str::to_owned),
            transaction_hash: parsed(receipt, "hash")
                .or_else(|| parsed(receipt, "transactionHash"))
                .or_else(|| parsed(data, "transactionHash")),
            logs: data.get("logs").and_then(|logs| Vec::deserialize(logs).ok()).unwrap_or_default(),
            outcome,
        })
    }
}

/// `contractMethodIds` of a batch, with `contractMethodId` if only that is given.
fn methods(data: &Value) -> Vec<MethodId> {
    let several = data.get("contractMethodIds").and_then(Value::as_array).into_iter().flatten();
    let mut methods: Vec<_> = several.filter_map(|id| id.as_str()?.parse().ok()).collect();
    methods.extend(parsed::<MethodId>(data, "contractMethodId").filter(|id| !methods.contains(id)));
    methods
}

/// The error's own words, then the decoded revert, whose last text is the message.
fn reason(data: &Value) -> Option<String> {
    let decoded = || data.get("decodedData").and_then(Value::as_array)?.iter().rev().find_map(Value::as_str);
    let plain = first(data, &["error", "failureReason"]).and_then(readable);
    plain.or_else(decoded).or_else(|| data.get("errorCode").and_then(Value::as_str)).map(str::to_owned)
}

/// The first of these members that is there and not null.
fn first<'a>(data: &'a Value, names: &[&str]) -> Option<&'a Value> {
    names.iter().filter_map(|name| data.get(*name)).find(|value| !value.is_null())
}

fn parsed<T: FromStr>(data: &Value, name: &str) -> Option<T> {
    data.get(name)?.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const METHOD: &str = "8a6e0804-2bd0-4672-b79d-d97027f90720";
    const TRANSACTION: &str = "4b4bab2d-673d-4b91-8e09-f1402962cd3e";
    const HASH: &str = "0x2222222222222222222222222222222222222222222222222222222222222222";

    fn success(data: &Value) -> Option<Execution> {
        Execution::of(&EventName::TransactionExecutionSuccess, data)
    }

    #[test]
    fn only_what_was_submitted_may_change() {
        assert!(!ExecutionOutcome::Submitted.is_final());
        assert!(ExecutionOutcome::Succeeded.is_final() && ExecutionOutcome::Failed { reason: None }.is_final());
    }

    #[test]
    fn both_generations_read_the_same() {
        let legacy = json!({
            "transactionExecutionId": TRANSACTION, "transactionId": METHOD, "chain": 84532,
            "transactionExecutionMemo": "m", "transactionReceipt": { "hash": HASH, "status": 1 }
        });
        let current = json!({
            "transactionId": TRANSACTION, "contractMethodId": METHOD, "chainId": "84532",
            "transactionMemo": "m", "transactionReceipt": { "hash": HASH, "status": 1 }
        });
        let expected = Execution {
            transaction_id: TRANSACTION.parse().unwrap(),
            method_ids: vec![METHOD.parse().unwrap()],
            chain_id: Some(84532),
            memo: Some("m".to_owned()),
            transaction_hash: Some(HASH.parse().unwrap()),
            logs: Vec::new(),
            outcome: ExecutionOutcome::Succeeded,
        };
        assert_eq!(success(&legacy).as_ref(), Some(&expected));
        assert_eq!(success(&current).as_ref(), Some(&expected));
    }

    #[test]
    fn an_event_with_the_names_of_both_generations_is_about_the_method_that_it_names() {
        let data = json!({
            "transactionExecutionId": TRANSACTION, "transactionId": TRANSACTION, "contractMethodId": METHOD
        });
        let execution = success(&data).unwrap();
        assert_eq!(execution.transaction_id, TRANSACTION.parse().unwrap());
        assert_eq!(execution.method_ids, [METHOD.parse().unwrap()]);
    }

    #[test]
    fn events_are_told_and_those_of_a_shape_never_seen_are_left_out() {
        let with = |logs| success(&json!({ "transactionId": TRANSACTION, "logs": logs })).unwrap().logs;
        let logs = with(json!([{ "name": "Transfer", "args": [HASH, ["nested"]], "fragment": {} }]));
        assert_eq!((logs.len(), logs[0].name.as_str(), logs[0].args.len()), (1, "Transfer", 2));
        for odd in [json!(null), json!("x"), json!([7]), json!({})] {
            assert!(with(odd).is_empty());
        }
    }

    #[test]
    fn several_methods_of_a_batch_are_told_once_each() {
        let other = "7d53b3b8-2f0e-4b8a-9c64-6a3c2e0f1a55";
        let data =
            json!({ "transactionId": TRANSACTION, "contractMethodIds": [METHOD, other], "contractMethodId": METHOD });
        let submitted = Execution::of(&EventName::TransactionExecutionSubmitted, &data).unwrap();
        assert_eq!(submitted.method_ids, [METHOD.parse().unwrap(), other.parse().unwrap()]);
        assert!(!submitted.outcome.is_final());
    }

    #[test]
    fn without_any_method_the_id_is_the_transactions() {
        let execution = success(&json!({ "transactionId": TRANSACTION })).unwrap();
        assert_eq!(execution.transaction_id, TRANSACTION.parse().unwrap());
        assert!(execution.method_ids.is_empty());
    }

    #[test]
    fn a_failure_tells_why_in_the_plainest_words_there_are() {
        for (data, expected) in [
            (json!({ "error": "reverted", "decodedData": ["Error", "Error(string)", "why"] }), Some("reverted")),
            (json!({ "error": null, "decodedData": ["Error", "Error(string)", "why"] }), Some("why")),
            (json!({ "error": { "message": "m" } }), Some("m")),
            (json!({ "errorCode": "CALL_EXCEPTION" }), Some("CALL_EXCEPTION")),
            (json!({}), None),
        ] {
            let mut data = data;
            data["transactionId"] = TRANSACTION.into();
            let failed = Execution::of(&EventName::TransactionExecutionFailure, &data).unwrap();
            assert_eq!(failed.outcome, ExecutionOutcome::Failed { reason: expected.map(str::to_owned) });
        }
    }

    #[test]
    fn a_success_whose_receipt_says_reverted_is_a_failure() {
        let data = json!({ "transactionId": TRANSACTION, "transactionReceipt": { "status": 0 } });
        assert_eq!(success(&data).unwrap().outcome, ExecutionOutcome::Failed { reason: None });
    }

    #[test]
    fn data_without_a_readable_transaction_is_no_execution() {
        for data in [
            json!({}),
            json!(null),
            json!([]),
            json!("x"),
            json!({ "transactionId": 7 }),
            json!({ "transactionId": "x" }),
        ] {
            assert_eq!(success(&data), None, "{data}");
        }
        let wallet = json!({ "transactionId": TRANSACTION });
        assert_eq!(Execution::of(&EventName::EscrowWalletLowBalanceDetected, &wallet), None);
    }
}
