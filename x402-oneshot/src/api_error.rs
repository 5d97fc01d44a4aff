//! What 1Shot says about an error, in its own words.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use crate::decode::from_json;

/// The body of a 1Shot error answer: its type, its message, whether it thinks a retry helps.
///
/// # Security
///
/// All of it is text from the other side, and may repeat what was sent. `Debug` shows only the type
/// and the sizes; decide before you log or show the rest.
#[derive(Clone, PartialEq)]
pub struct ApiError {
    kind: String,
    message: Option<String>,
    data: Option<Value>,
    retryable: Option<bool>,
}

/// Every member may be missing or of another type: an error page must never become a second error.
#[derive(Deserialize)]
struct Wire {
    #[serde(default, rename = "type")]
    kind: Value,
    #[serde(default)]
    message: Value,
    #[serde(default)]
    data: Value,
    #[serde(default)]
    retryable: Value,
    #[serde(default)]
    error: Value,
    #[serde(default)]
    error_description: Value,
}

impl ApiError {
    /// The type, for example `InvalidApiParametersError`; empty where the answer has only a message.
    #[must_use]
    pub fn error_type(&self) -> &str {
        &self.kind
    }

    /// The sentence meant for people.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// Details, whose shape depends on the type.
    #[must_use]
    pub const fn data(&self) -> Option<&Value> {
        self.data.as_ref()
    }

    /// Whether the API thinks that the same call may succeed later.
    ///
    /// Not to be trusted alone: 1Shot marks wrong parameters retryable, and an unreachable chain not.
    #[must_use]
    pub const fn retryable(&self) -> Option<bool> {
        self.retryable
    }

    /// Reads an error body; `None` for HTML, nothing at all, or JSON that says nothing.
    ///
    /// Gateways before the API answer with a message only, and token endpoints with an `error`
    /// ([RFC 6749](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)).
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let wire: Wire = from_json(body).ok()?;
        let kind = text(wire.kind).or_else(|| text(wire.error));
        let message = text(wire.message).or_else(|| text(wire.error_description));
        if kind.is_none() && message.is_none() {
            return None;
        }
        Some(Self {
            kind: kind.unwrap_or_default(),
            message,
            data: Some(wire.data).filter(|data| !data.is_null()),
            retryable: wire.retryable.as_bool(),
        })
    }

    /// The type, if it is a plain identifier and so fit for a log line.
    pub(crate) fn plain_type(&self) -> Option<&str> {
        let plain =
            (1..=64).contains(&self.kind.len()) && self.kind.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_');
        plain.then_some(self.kind.as_str())
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError")
            .field("type", &self.plain_type().unwrap_or("(not shown)"))
            .field("message_bytes", &self.message.as_ref().map(String::len))
            .field("has_data", &self.data.is_some())
            .field("retryable", &self.retryable)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_documented_body_is_read_whole() {
        let body = br#"{"type":"InvalidApiParametersError","message":"Bad","retryable":true,
            "data":{"parameterName":"nonce"}}"#;
        let error = ApiError::read(body).unwrap();
        assert_eq!(error.error_type(), "InvalidApiParametersError");
        assert_eq!(error.message(), Some("Bad"));
        assert_eq!(error.data().unwrap()["parameterName"], "nonce");
        assert_eq!(error.retryable(), Some(true));
    }

    #[test]
    fn other_bodies_are_no_api_error_and_odd_members_are_left_out() {
        for body in ["", "<html>no</html>", "[]", "{}", r#"{"type":7}"#, "null"] {
            assert_eq!(ApiError::read(body.as_bytes()), None, "{body}");
        }
        let error = ApiError::read(br#"{"type":"X","message":5,"data":null,"retryable":"no"}"#);
        let error = error.unwrap();
        assert_eq!((error.message(), error.data(), error.retryable()), (None, None, None));
    }

    #[test]
    fn debug_shows_no_text_of_the_other_side() {
        let body = br#"{"type":"<script>","message":"hunter2","data":"hunter2"}"#;
        let debug = format!("{:?}", ApiError::read(body).unwrap());
        assert!(!debug.contains("hunter2") && !debug.contains("script"), "{debug}");
    }
}
