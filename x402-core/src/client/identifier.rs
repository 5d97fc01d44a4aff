//! Naming a payment, where the server wants it.

use std::collections::BTreeMap;

use serde_json::{
    Value, json,
    value::{RawValue, to_raw_value},
};

use crate::{requirements::Extra, server::identifier::KEY, verbatim::Verbatim, version::X402Version};

/// The extensions to send back: as they were declared, to the letter, with the payment's name in
/// [`payment-identifier`](crate::server::PaymentIdentifier) if that is among them.
pub(super) fn echo(declared: &Verbatim<Extra>, id: &str) -> Verbatim<Extra> {
    named(declared, id).unwrap_or_else(|| declared.clone())
}

fn named(declared: &Verbatim<Extra>, id: &str) -> Option<Verbatim<Extra>> {
    let mut extension = declared.get(KEY)?.clone();
    let info = extension.as_object_mut()?.entry("info").or_insert_with(|| json!({}));
    info.as_object_mut()?.insert("id".to_owned(), Value::from(id));
    let mut all = (**declared).clone();
    let named = to_raw_value(&extension).ok()?;
    all.insert(KEY.to_owned(), extension);
    // The others keep their text.
    let Some(text) = declared.raw() else { return Some(all.into()) };
    let mut texts: BTreeMap<&str, &RawValue> = serde_json::from_str(text).ok()?;
    texts.insert(KEY, &named);
    let raw = to_raw_value(&texts).ok()?;
    Some(Verbatim::received(all, X402Version::V2, &raw))
}
