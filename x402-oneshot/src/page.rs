//! One page of a list.

use serde::Deserialize;

use crate::codec::integer;

/// One page of a list, with what is needed to ask for the next.
///
/// ```
/// use x402_oneshot::Page;
///
/// let page: Page<u8> =
///     serde_json::from_str(r#"{"response":[1,2],"page":1,"pageSize":2,"totalResults":3}"#)?;
/// assert_eq!(page.next_page(), Some(2));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Page<T> {
    /// The rows of this page.
    pub response: Vec<T>,
    /// The number of this page; the first is 1.
    #[serde(deserialize_with = "integer")]
    pub page: u64,
    /// How many rows a full page has.
    #[serde(deserialize_with = "integer")]
    pub page_size: u64,
    /// How many rows there are on all pages.
    #[serde(deserialize_with = "integer")]
    pub total_results: u64,
}

impl<T> Page<T> {
    /// The number of the next page, or `None` after the last.
    #[must_use]
    pub fn next_page(&self) -> Option<u64> {
        let seen = self.page.saturating_mul(self.page_size);
        // An empty page ends the list whatever the total says: rows may vanish while one reads.
        (!self.response.is_empty() && seen < self.total_results).then(|| self.page.saturating_add(1))
    }

    /// The same page with each row, of which its place is given, turned into something else.
    pub(crate) fn map<U>(self, row: impl FnMut((usize, T)) -> U) -> Page<U> {
        Page {
            response: self.response.into_iter().enumerate().map(row).collect(),
            page: self.page,
            page_size: self.page_size,
            total_results: self.total_results,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_page_and_an_empty_page_have_no_next() {
        let page = |rows: Vec<u8>, page, total_results| Page { response: rows, page, page_size: 2, total_results };
        assert_eq!(page(vec![1, 2], 1, 3).next_page(), Some(2));
        assert_eq!(page(vec![1, 2], 1, 2).next_page(), None);
        assert_eq!(page(vec![3], 2, 3).next_page(), None);
        assert_eq!(page(vec![], 1, 9).next_page(), None);
    }
}
