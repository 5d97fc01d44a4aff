//! What the errors of this crate have in common.

use std::fmt;

/// Any error, as trait objects pass it on.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// An error and its causes, on one line: for logs, and for people at a terminal.
///
/// An error's `Display` says only what is its own, so that whoever prints it decides how much is told.
///
/// ```
/// use x402_core::{error::chain, wire};
///
/// let error = wire::decode_payment_payload(b"{").unwrap_err();
/// assert!(chain(&error).starts_with(&error.to_string()));
/// ```
#[must_use]
pub fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |line, cause| format!("{line}: {cause}"))
}

/// How much of an offending text an error message shows.
const SHOWN: usize = 40;

/// Untrusted text in an error message: escaped, and cut after 40 characters.
///
/// Messages end up in logs and in answers, so that control characters and whole documents must not.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Excerpt(String);

impl Excerpt {
    pub(crate) fn of(text: &str) -> Self {
        let mut shown: String = text.chars().take(SHOWN).flat_map(char::escape_debug).collect();
        if text.chars().nth(SHOWN).is_some() {
            shown.push('…');
        }
        Self(shown)
    }
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_short_and_holds_no_control_character() {
        let shown = Excerpt::of(&"a\u{0}\n".repeat(100)).to_string();
        assert!(shown.chars().all(|c| !c.is_control()), "{shown}");
        assert!(shown.chars().count() < 150, "{shown}");
    }
}
