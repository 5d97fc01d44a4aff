//! Lists, a page at a time.

use axum::Json;
use serde::Deserialize;
use serde_json::{Value, json};

use super::failure::Failure;

/// As many as the API gives when nothing is said.
const DEFAULT_SIZE: usize = 25;

/// More than anyone needs at once.
const MAX_SIZE: usize = 1000;

/// The part of a list's query that every list has.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Page {
    page: Option<usize>,
    page_size: Option<usize>,
}

impl Page {
    /// Cuts the page out of all that matched and puts it in the API's envelope.
    pub(super) fn of<T>(&self, matching: &[T], to_json: impl Fn(&T) -> Value) -> Result<Json<Value>, Failure> {
        let page = self.page.unwrap_or(1);
        if page == 0 {
            return Err(Failure::invalid("query", "page", "page is counted from 1"));
        }
        let size = self.page_size.unwrap_or(DEFAULT_SIZE);
        if !(1..=MAX_SIZE).contains(&size) {
            let message = format!("pageSize is not between 1 and {MAX_SIZE}");
            return Err(Failure::invalid("query", "pageSize", message));
        }
        let skipped = (page - 1).saturating_mul(size);
        let response: Vec<Value> = matching.iter().skip(skipped).take(size).map(to_json).collect();
        Ok(Json(json!({
            "response": response,
            "page": page,
            "pageSize": size,
            "totalResults": matching.len(),
        })))
    }
}
