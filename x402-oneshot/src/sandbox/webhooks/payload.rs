//! What webhooks say of a transaction: the `data` in both of its shapes.

use alloy_json_abi::EventParam;
use alloy_primitives::Log;
use serde_json::{Map, Value, json};

use super::shape::WebhookShape;
use crate::sandbox::account::Account;
use crate::sandbox::log;
use crate::sandbox::revert::Reason;
use crate::sandbox::transaction::{SandboxStatus, Transaction, describe};

/// The code that [ethers](https://docs.ethers.org/v6/api/utils/errors/#CallExceptionError) gives a call that failed.
const CALL_EXCEPTION: &str = "CALL_EXCEPTION";

/// The `data` of a transaction that is final.
pub(super) fn data(shape: WebhookShape, transaction: &Transaction, account: &Account) -> Value {
    let mut data = match shape {
        WebhookShape::Legacy => legacy(transaction, account),
        WebhookShape::Relayer => relayer(transaction, account),
    };
    if transaction.view.status != SandboxStatus::Completed {
        let fault = transaction.fault.as_ref();
        data.extend(object([
            ("error", json!(transaction.view.failure_reason)),
            ("errorCode", json!(fault.map(|_| CALL_EXCEPTION))),
            ("revertData", json!(fault.and_then(Reason::data))),
            ("decodedData", json!(fault.and_then(Reason::decoded))),
        ]));
    }
    Value::Object(data)
}

/// Of a failure, no sample of this shape is known: it has the members of a success and, beside them, those that the
/// other shape has for a failure.
fn legacy(transaction: &Transaction, account: &Account) -> Map<String, Value> {
    let view = &transaction.view;
    object([
        ("businessId", json!(account.business_id)),
        ("chain", json!(view.chain_id)),
        ("logs", logs(transaction)),
        ("transactionExecutionId", json!(view.id)),
        ("transactionExecutionMemo", json!(view.memo)),
        ("transactionId", json!(view.method_ids.first())),
        ("transactionReceipt", receipt(transaction)),
        ("userId", Value::Null),
    ])
}

fn relayer(transaction: &Transaction, account: &Account) -> Map<String, Value> {
    let view = &transaction.view;
    let mut members = vec![
        ("businessId", json!(account.business_id)),
        ("chainId", json!(view.chain_id)),
        ("transactionId", json!(view.id)),
        ("transactionMemo", json!(view.memo)),
    ];
    match view.method_ids.as_slice() {
        [method] => members.push(("contractMethodId", json!(method))),
        several => members.extend([("contractMethodId", Value::Null), ("contractMethodIds", json!(several))]),
    }
    if view.status == SandboxStatus::Completed {
        members.extend([("logs", logs(transaction)), ("transactionReceipt", receipt(transaction))]);
    } else {
        members.push(("userId", Value::Null));
    }
    object(members)
}

pub(super) fn object<'a>(members: impl IntoIterator<Item = (&'a str, Value)>) -> Map<String, Value> {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn receipt(transaction: &Transaction) -> Value {
    let Transaction { view, call, .. } = transaction;
    transaction.receipt.as_ref().map_or(Value::Null, |receipt| receipt.to_json(view.hash, call.from, call.to))
}

/// The logs as the API describes them, with the fragment of the ABI that each was read with.
fn logs(transaction: &Transaction) -> Value {
    transaction.receipt.iter().flat_map(|receipt| &receipt.logs).filter_map(described).collect()
}

fn described(log: &Log) -> Option<Value> {
    let mut description = describe(log)?;
    let event = log::event(*log.topics().first()?)?;
    let input = |input: &EventParam| {
        json!({
            "arrayChildren": null,
            "arrayLength": null,
            "baseType": input.ty,
            "components": null,
            "indexed": input.indexed,
            "name": input.name,
            "type": input.ty,
        })
    };
    let fragment = json!({
        "anonymous": event.anonymous,
        "inputs": event.inputs.iter().map(input).collect::<Value>(),
        "name": event.name,
        "type": "event",
    });
    description.as_object_mut()?.insert("fragment".to_owned(), fragment);
    Some(description)
}
