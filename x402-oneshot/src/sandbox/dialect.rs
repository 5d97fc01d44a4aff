//! Which generation of the API the sandbox speaks.

/// Where clients and specification disagree, whom the sandbox follows.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Dialect {
    /// Everybody at once.
    #[default]
    Both,
    /// The servers of 2025: a transaction has `contractMethodId` only.
    Legacy,
    /// The specification of 2026 to the letter.
    Strict,
}
