//! `POST /prompts/search`.

use std::cmp::Reverse;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;

use super::extract::Body;
use super::failure::Failure;
use super::prompt::Prompt;
use super::shared::Shared;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Search {
    query: String,
    // One client writes this name with an underscore.
    #[serde(alias = "chain_id")]
    chain_id: Option<u64>,
}

/// The prompts that have a word of the query, those with most of them first; a bare list, not a page.
pub(super) async fn search(
    State(shared): State<Arc<Shared>>,
    Body(search): Body<Search>,
) -> Result<Json<Value>, Failure> {
    let query = search.query.to_lowercase();
    let words = query.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<String> = words.map(str::to_owned).collect();
    let mut found = Prompt::catalogue(&shared.state());
    found.retain(|prompt| search.chain_id.is_none_or(|chain| chain == prompt.chain_id));
    found.retain(|prompt| prompt.relevance(&words) > 0);
    found.sort_by_key(|prompt| Reverse(prompt.relevance(&words)));
    let created = shared.account.created;
    Ok(Json(found.iter().map(|prompt| prompt.to_json(created)).collect()))
}
