//! What the errors of this crate have in common.

use std::fmt;

/// Any error, as trait objects pass it on.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

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
