//! Who may ask.

use std::{fmt, sync::Arc};

use alloy_primitives::{B256, keccak256};
use axum::http::{HeaderMap, header::AUTHORIZATION};
use subtle::{Choice, ConstantTimeEq as _};

/// The bearer tokens that are let in; without any, everybody is.
///
/// Only their hashes are kept, and compared: how long a comparison takes says nothing about a token.
#[derive(Clone, Default)]
pub(crate) struct Tokens(Arc<[B256]>);

impl Tokens {
    /// Reads tokens with commas between them. The error shows nothing of them.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let hash = |token: &str| {
            let is_token = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
            is_token
                .then(|| keccak256(token))
                .ok_or("it must be tokens of visible ASCII characters, with commas between")
        };
        text.split(',').map(|token| hash(token.trim())).collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether whoever sent these headers is let in.
    pub(crate) fn admit(&self, headers: &HeaderMap) -> bool {
        self.is_empty() || bearer(headers).is_some_and(|token| self.knows(token))
    }

    fn knows(&self, token: &str) -> bool {
        let shown = keccak256(token);
        let fits = |known: &B256| known.as_slice().ct_eq(shown.as_slice());
        self.0.iter().fold(Choice::from(0), |found, known| found | fits(known)).into()
    }
}

/// The token of the one `Authorization` header, of which two would be ambiguous.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (value, None) = (values.next()?, values.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tokens({} [redacted])", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn admits(tokens: &Tokens, values: &[&'static str]) -> bool {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_static(value));
        }
        tokens.admit(&headers)
    }

    #[test]
    fn only_a_known_token_is_let_in_if_there_are_any() {
        assert!(admits(&Tokens::default(), &[]) && admits(&Tokens::default(), &["Basic x"]));
        let tokens = Tokens::parse("s3cret, other").unwrap();
        for value in ["Bearer s3cret", "bearer other", "BEARER  s3cret"] {
            assert!(admits(&tokens, &[value]), "{value}");
        }
        for value in ["", "s3cret", "Bearer", "Bearer ", "Bearer s3cre", "Bearer s3cret,other", "Basic s3cret"] {
            assert!(!admits(&tokens, &[value]), "{value}");
        }
        assert!(!admits(&tokens, &[]));
        assert!(!admits(&tokens, &["Bearer s3cret", "Bearer s3cret"]), "which of the two is meant?");
        assert!(!format!("{tokens:?}").contains("s3cret"));
    }

    #[test]
    fn a_list_with_a_hole_or_with_spaces_in_it_is_refused() {
        for text in [",", "a,", ",a", "a b", "a,,b", "ä"] {
            assert!(Tokens::parse(text).is_err(), "{text}");
        }
    }
}
