//! The documents of both versions: they decode into the model and encode back, nothing that is echoed or forwarded
//! loses anything, and nothing panics.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics is a test that fails")]

#[path = "../support/mod.rs"]
mod support;

mod answers;
mod arbitrary;
mod echo;
mod hostile;
mod nulls;
mod offers;
mod payments;

use serde_json::Value;

/// Every member of every object, and every item of every array, with its path.
fn walk(json: &Value, path: &str, visit: &mut impl FnMut(&str, &Value)) {
    visit(path, json);
    match json {
        Value::Object(members) => members.iter().for_each(|(key, value)| walk(value, &format!("{path}/{key}"), visit)),
        Value::Array(items) => items.iter().enumerate().for_each(|(i, item)| walk(item, &format!("{path}/{i}"), visit)),
        _ => {}
    }
}
