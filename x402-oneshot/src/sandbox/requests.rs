//! How often each endpoint was asked.

use std::collections::BTreeMap;

/// How many requests each endpoint of a [`Sandbox`](super::Sandbox) has had, refused ones included.
///
/// Endpoints are named by method and path template, relative to the base URL: `("POST", "/methods/{id}/execute")`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RequestCounts(BTreeMap<(String, String), u64>);

impl RequestCounts {
    pub(super) fn add(&mut self, method: &str, route: &str) {
        *self.0.entry((method.to_owned(), route.to_owned())).or_default() += 1;
    }

    /// Requests to one endpoint.
    #[must_use]
    pub fn of(&self, method: &str, route: &str) -> u64 {
        self.0.get(&(method.to_owned(), route.to_owned())).copied().unwrap_or_default()
    }

    /// Requests to all endpoints together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// Each endpoint that was asked, as method, path template and count.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, u64)> {
        self.0.iter().map(|((method, route), count)| (method.as_str(), route.as_str(), *count))
    }
}
