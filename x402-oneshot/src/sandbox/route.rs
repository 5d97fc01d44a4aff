//! Where the API is, and the bounds that hold on all of its routes.

use axum::extract::MatchedPath;

/// Where the API begins.
pub(super) const BASE_PATH: &str = "/v0";

/// Bytes of the longest body that is read.
pub(super) const MAX_BODY: usize = 64 * 1024;

/// The endpoint that a request is for, as the API's description writes it: `/methods/{id}`.
pub(super) fn of(path: &MatchedPath) -> Option<&str> {
    path.as_str().strip_prefix(BASE_PATH)
}
