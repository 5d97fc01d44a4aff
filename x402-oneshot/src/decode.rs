//! JSON from the other side into types, with errors that say where and never what.

use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_json::value::RawValue;

/// The longest path an error shows.
const MAX_PATH: usize = 120;

/// JSON that could not be read, by place and category.
///
/// serde's own messages quote the value they stumbled over; this one names only the place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem} at `{path}` (line {line}, column {column})")]
pub struct DecodeError {
    problem: &'static str,
    path: String,
    line: usize,
    column: usize,
}

impl DecodeError {
    /// The place in the document, for example `response[3].chainId`, or `.` for its root.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Reads one row that was cut out of the `response` of a page. Line and column count within the row.
    pub(crate) fn row<T: DeserializeOwned>(index: usize, row: &RawValue) -> Result<T, Self> {
        from_json(row.get().as_bytes()).map_err(|mut error: Self| {
            error.path = match error.path.as_str() {
                "." => format!("response[{index}]"),
                inner => format!("response[{index}].{inner}"),
            };
            error
        })
    }

    fn new(path: &str, error: &serde_json::Error) -> Self {
        let problem = match error.classify() {
            Category::Data => "wrong or missing member",
            Category::Eof => "document ends too early",
            Category::Io => "unreadable document",
            Category::Syntax => "not JSON",
        };
        Self { problem, path: harmless(path), line: error.line(), column: error.column() }
    }
}

/// Member names can come from the other side too; only the characters of ordinary ones are shown.
fn harmless(path: &str) -> String {
    path.chars()
        .take(MAX_PATH)
        .map(|c| match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '[' | ']' | '_' => c,
            _ => '?',
        })
        .collect()
}

/// Reads one whole document.
pub(crate) fn from_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| DecodeError::new(&error.path().to_string(), error.inner()))?;
    reader.end().map_err(|error| DecodeError::new(".", &error))?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn an_error_names_the_place_and_not_the_value() {
        let error = from_json::<BTreeMap<String, Vec<u8>>>(br#"{"a":[1,"hunter2"]}"#).unwrap_err();
        assert_eq!(error.path(), "a[1]");
        assert_eq!(error.to_string(), "wrong or missing member at `a[1]` (line 1, column 17)");
    }

    #[test]
    fn member_names_from_the_other_side_are_masked_and_cut() {
        let json = format!("{{\"<b>{}\": \"x\"}}", "n".repeat(500));
        let error = from_json::<BTreeMap<String, u8>>(json.as_bytes()).unwrap_err();
        assert!(error.path().starts_with("?b?nnn"));
        assert_eq!(error.path().len(), MAX_PATH);
    }

    #[test]
    fn html_empty_and_trailing_text_are_refused() {
        for (body, problem) in [("<html>", "not JSON"), ("", "document ends too early"), ("1 2", "not JSON")] {
            let error = from_json::<u8>(body.as_bytes()).unwrap_err();
            assert!(error.to_string().starts_with(problem), "{body}: {error}");
        }
    }
}
