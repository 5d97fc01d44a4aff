//! Typed data ([EIP-712](https://eips.ethereum.org/EIPS/eip-712)) as callers send it, judged before it is hashed.

use std::collections::BTreeMap;

use alloy_dyn_abi::TypedData;
use alloy_primitives::B256;
use serde::Deserialize;
use serde_json::{Value, json};

use super::failure::Failure;

/// Fields that a message may have, those of structs in structs included.
///
/// Types can refer to each other so that a few lines stand for more fields than there is memory.
const MAX_FIELDS: usize = 1024;

/// Longer names of types have more brackets than anybody needs.
const MAX_TYPE_NAME: usize = 128;

/// The struct definitions by name.
type Types = BTreeMap<String, Vec<Field>>;

#[derive(Deserialize)]
struct Field {
    #[serde(rename = "type")]
    kind: String,
}

/// The typed-data root that is signed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    primary_type: String,
    message: Value,
}

/// Reads the three members of a request, each an object or JSON in a string; gives what is signed and its hash.
pub(super) fn read(domain: Value, types: Value, message: Value) -> Result<(Value, B256), Failure> {
    let domain = unwrapped(domain, "domain")?;
    let mut types = unwrapped(types, "types")?;
    if let Some(types) = types.as_object_mut() {
        // It follows from the domain.
        types.remove("EIP712Domain");
    }
    let envelope: Envelope = serde_json::from_value(unwrapped(message, "message")?)
        .map_err(|_| Failure::invalid("body", "message", "message is not an object of primaryType and message"))?;
    let definitions = Types::deserialize(&types)
        .map_err(|_| Failure::invalid("body", "types", "types are not lists of name and type"))?;
    let mut left = MAX_FIELDS;
    if !fits(&definitions, &envelope.primary_type, &mut left) {
        let message = "types are recursive, or too many in one another";
        return Err(Failure::invalid("body", "types", message));
    }
    let whole = json!({
        "domain": domain,
        "types": types,
        "primaryType": envelope.primary_type,
        "message": envelope.message,
    });
    let typed = TypedData::deserialize(&whole);
    let hash = typed
        .map_err(|error| error.to_string())
        .and_then(|typed| typed.eip712_signing_hash().map_err(|error| error.to_string()));
    let hash = hash.map_err(|error| Failure::invalid("body", "message", format!("no typed data: {error}")))?;
    Ok((whole, hash))
}

/// Whether a type has no more fields than are left, and only short names of types.
fn fits(types: &Types, name: &str, left: &mut usize) -> bool {
    let root = name.split('[').next().unwrap_or(name);
    let Some(rest) = left.checked_sub(1).filter(|_| name.len() <= MAX_TYPE_NAME) else {
        return false;
    };
    *left = rest;
    types.get(root).is_none_or(|fields| fields.iter().all(|field| fits(types, &field.kind, left)))
}

/// JSON in a string is taken out of it.
fn unwrapped(value: Value, name: &str) -> Result<Value, Failure> {
    match value {
        Value::String(text) => serde_json::from_str(&text)
            .map_err(|_| Failure::invalid("body", name, format!("{name} is a string without JSON in it"))),
        value => Ok(value),
    }
}
