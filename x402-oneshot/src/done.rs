//! The answer of a call that has nothing to say but that it was done.

use serde_json::Value;

use crate::decode::{DecodeError, from_json};

/// Whether it was done, by an answer whose status was a success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Done {
    Yes,
    No,
}

impl Done {
    /// Reads an answer: nothing at all, or JSON in which `success` is not false.
    ///
    /// Some operations have no schema for it, others promise `{"success": true}`. A page of HTML is neither: it does
    /// not come from the API.
    pub(crate) fn read(body: &[u8]) -> Result<Self, DecodeError> {
        if body.trim_ascii().is_empty() {
            return Ok(Self::Yes);
        }
        let said: Value = from_json(body)?;
        Ok(match said.get("success") {
            Some(Value::Bool(false)) => Self::No,
            _ => Self::Yes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_and_any_json_but_an_explicit_no_mean_done() {
        for body in ["", " \r\n", "{}", "null", r#"{"success":true}"#, r#"{"id":"x"}"#, "[]", r#"{"success":null}"#] {
            assert_eq!(Done::read(body.as_bytes()), Ok(Done::Yes), "{body}");
        }
        assert_eq!(Done::read(br#"{"success":false}"#), Ok(Done::No));
        assert!(Done::read(b"<html>").is_err());
    }
}
