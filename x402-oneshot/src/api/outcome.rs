//! What a test run of a contract method came to.

use serde::Deserialize;
use serde_json::Value;

/// How deep a message is looked for.
const MAX_DEPTH: u32 = 8;

/// The members that hold a message or something that does, the most telling first.
const MEMBERS: [&str; 8] =
    ["reason", "shortMessage", "message", "failureReason", "error", "cause", "details", "errors"];

/// The outcome of a static call: whether it would succeed, and what it would return.
///
/// ```
/// use x402_oneshot::api::TestOutcome;
///
/// let outcome: TestOutcome = serde_json::from_str(
///     r#"{"success":false,"result":null,"error":{"error":{"message":"execution reverted"}}}"#,
/// )?;
/// assert_eq!(outcome.error_message(), Some("execution reverted"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct TestOutcome {
    /// Whether the call would succeed.
    pub success: bool,
    /// What it would return.
    #[serde(default)]
    pub result: Option<Value>,
    /// Why it would not succeed, in a shape that the API does not document.
    #[serde(default)]
    pub error: Option<Value>,
}

impl TestOutcome {
    /// A readable message out of `error`, whatever its shape.
    #[must_use]
    pub fn error_message(&self) -> Option<&str> {
        readable(self.error.as_ref()?)
    }
}

/// The most telling text in a value of unknown shape.
pub(crate) fn readable(value: &Value) -> Option<&str> {
    dig(value, MAX_DEPTH)
}

fn dig(value: &Value, depth: u32) -> Option<&str> {
    let depth = depth.checked_sub(1)?;
    match value {
        Value::String(text) => Some(text.trim()).filter(|text| !text.is_empty()),
        Value::Array(items) => items.iter().find_map(|item| dig(item, depth)),
        Value::Object(members) => {
            MEMBERS.iter().filter_map(|name| members.get(*name)).find_map(|member| dig(member, depth))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_message_is_found_in_any_shape() {
        for (error, expected) in [
            (json!(" execution reverted "), Some("execution reverted")),
            (json!({"message": "m"}), Some("m")),
            (json!({"reason": "r", "message": "m"}), Some("r")),
            (json!({"reason": null, "message": "m"}), Some("m")),
            (json!({"reason": "", "shortMessage": "s"}), Some("s")),
            (json!({"error": {"message": "m"}}), Some("m")),
            (json!({"cause": {"error": {"reason": "r"}}}), Some("r")),
            (json!([{}, 7, {"message": "m"}]), Some("m")),
            (json!({"errors": [{"details": ["d"]}]}), Some("d")),
            (json!({"code": "CALL_EXCEPTION"}), None),
            (json!({}), None),
            (json!(null), None),
            (json!(true), None),
        ] {
            assert_eq!(readable(&error), expected, "{error}");
        }
    }

    #[test]
    fn nesting_without_end_is_given_up() {
        let deep = (0..100).fold(json!("m"), |inner, _| json!({ "error": inner }));
        assert_eq!(readable(&deep), None);
    }
}
