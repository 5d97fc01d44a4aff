//! What a verifier takes.

use std::time::Duration;

/// The bounds of what a verifier takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) max_body: usize,
    pub(super) tolerance: Duration,
    pub(super) accept_python_form: bool,
}
