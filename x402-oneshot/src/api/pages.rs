//! The pages of a list, one after another.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use futures_core::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use x402_core::facilitator::Reach;

use crate::call::Call;
use crate::client::Client;
use crate::decode::DecodeError;
use crate::error::{Error, ErrorKind};
use crate::page::Page;

type Raw = Page<Box<RawValue>>;

/// A page came that had come before.
#[derive(Debug, thiserror::Error)]
#[error("a page came for the second time")]
struct Repeated;

/// A reader of pages: where it is, and what it has seen.
pub(super) struct Pages {
    client: Client,
    call: Call,
    next: Option<u64>,
    /// How many rows came before the next page; not known before the first page.
    seen: Option<u64>,
    /// Hashes of the pages so far.
    pages: HashSet<u64>,
}

impl Pages {
    pub(super) fn new(client: Client, call: Call, first: u64) -> Self {
        Self { client, call, next: Some(first), seen: None, pages: HashSet::new() }
    }

    /// All rows, those that cannot be read as errors.
    pub(super) fn rows<T: DeserializeOwned + Send + 'static>(self) -> BoxStream<'static, Result<T, Error>> {
        stream::try_unfold(self, Self::turn).map_ok(stream::iter).try_flatten().boxed()
    }

    async fn turn<T: DeserializeOwned>(mut self) -> Result<Option<(Vec<Result<T, Error>>, Self)>, Error> {
        let Some(number) = self.next else { return Ok(None) };
        let page: Raw = self.client.send(self.call.clone().query("page", Some(number))).await?;
        self.next = self.after(number, &page)?;
        let rows = page
            .response
            .iter()
            .enumerate()
            .map(|(index, row)| DecodeError::row(index, row).map_err(|error| self.call.undecodable(error)));
        let rows = rows.collect();
        Ok(Some((rows, self)))
    }

    /// The number of the page after this one, if there is one.
    fn after(&mut self, number: u64, page: &Raw) -> Result<Option<u64>, Error> {
        if page.response.is_empty() {
            return Ok(None);
        }
        if !self.pages.insert(hash(page)) {
            let error = Error::new(ErrorKind::Decode, Reach::Answered).with_source(Repeated);
            return Err(self.call.blame(error));
        }
        // Rows are counted, because a server may hand out smaller pages than it was asked for.
        let before = self.seen.unwrap_or_else(|| number.saturating_sub(1).saturating_mul(page.page_size));
        let seen = before.saturating_add(u64::try_from(page.response.len()).unwrap_or(u64::MAX));
        self.seen = Some(seen);
        // A total below what was seen is wrong, and no reason to stop.
        Ok(if seen == page.total_results { None } else { number.checked_add(1) })
    }
}

fn hash(page: &Raw) -> u64 {
    let mut hasher = DefaultHasher::new();
    for row in &page.response {
        row.get().hash(&mut hasher);
    }
    hasher.finish()
}
