//! Searching the chain for the logs of a contract event.

use alloy_primitives::B256;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::codec::{integer, maybe, maybe_integer, or_default, parsed, whole_list};

/// Which logs of a contract event to search for.
///
/// ```
/// use x402_oneshot::api::EventSearch;
///
/// let search = EventSearch::new().from_block(12_345_678).topic("from", "0x857b06519E91e3A54538791bDbb0E22373e36b66");
/// assert_eq!(
///     serde_json::to_string(&search)?,
///     r#"{"startBlock":12345678,"topics":{"from":"0x857b06519E91e3A54538791bDbb0E22373e36b66"}}"#,
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventSearch {
    #[serde(skip_serializing_if = "Option::is_none")]
    start_block: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_block: Option<u64>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    topics: Map<String, Value>,
}

impl EventSearch {
    /// All logs, within the blocks that the API looks at of its own accord.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Only those in this block or after it.
    #[must_use]
    pub const fn from_block(mut self, block: u64) -> Self {
        self.start_block = Some(block);
        self
    }

    /// Only those in this block or before it.
    #[must_use]
    pub const fn to_block(mut self, block: u64) -> Self {
        self.end_block = Some(block);
        self
    }

    /// Only those whose argument of this name, which must be an indexed one, has this value.
    #[must_use]
    pub fn topic(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.topics.insert(name.into(), Value::String(value.into()));
        self
    }
}

/// The logs that were found, or why there are none.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[must_use = "a search that failed says so here, with an empty list of logs"]
#[non_exhaustive]
pub struct FoundEvents {
    /// The logs. None is left out: a log that cannot be read is an error of the call.
    #[serde(default, deserialize_with = "whole_list")]
    pub logs: Vec<ContractEventLog>,
    /// Why the search failed or fell short, too many logs for one answer for example. Text of the other side.
    #[serde(default, deserialize_with = "maybe")]
    pub error: Option<String>,
    /// How many logs one answer can have.
    #[serde(default, deserialize_with = "maybe_integer")]
    pub max_results: Option<u64>,
    /// The first block to try instead, if there were too many logs.
    #[serde(default, deserialize_with = "maybe_integer")]
    pub start_block: Option<u64>,
    /// The last block to try instead, if there were too many logs.
    #[serde(default, deserialize_with = "maybe_integer")]
    pub end_block: Option<u64>,
}

impl FoundEvents {
    /// Whether these are all the logs there are.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.error.as_ref().is_none_or(String::is_empty)
    }
}

/// One log of a contract event.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ContractEventLog {
    /// The event's name.
    #[serde(default, deserialize_with = "or_default")]
    pub event_name: String,
    /// The block it is in.
    #[serde(deserialize_with = "integer")]
    pub block_number: u64,
    /// That block's time.
    #[serde(default, rename = "blockTimestamp", deserialize_with = "maybe_integer")]
    pub block_seconds: Option<u64>,
    /// The transaction that wrote it.
    #[serde(deserialize_with = "parsed")]
    pub transaction_hash: B256,
    /// Its place among the logs.
    #[serde(deserialize_with = "integer")]
    pub log_index: u64,
    /// Whether the chain took it back, as it does when blocks are replaced.
    #[serde(default)]
    pub removed: bool,
    /// Its arguments by name, decoded.
    #[serde(default, deserialize_with = "or_default")]
    pub topics: Map<String, Value>,
}
