//! The strictness that serde does not have: no member may stand twice.

use std::{borrow::Cow, cmp::Ordering, fmt};

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::error::Excerpt;

/// Reads any JSON value in which no object has a member twice.
///
/// serde takes the last of two unknown members and other readers take the first, so that a payment could be one thing
/// to the server and another to the facilitator (attack 19).
#[derive(Clone, Copy)]
pub(super) enum NoDuplicates {
    /// Names that differ in the case of a letter are two.
    Exact,
    /// They are one, as they are to readers in Go and C#: for documents that somebody else will read too.
    AnyCase,
}

impl NoDuplicates {
    fn compare(self, a: &str, b: &str) -> Ordering {
        match self {
            Self::Exact => a.cmp(b),
            Self::AnyCase => a.chars().map(folded).cmp(b.chars().map(folded)),
        }
    }
}

/// Only what becomes a letter of ASCII matters: the protocol's names have no others.
const fn folded(letter: char) -> char {
    match letter {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        letter => letter.to_ascii_lowercase(),
    }
}

impl<'de> DeserializeSeed<'de> for NoDuplicates {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for NoDuplicates {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut keys: Vec<Cow<'de, str>> = Vec::new();
        while let Some(Key(key)) = members.next_key()? {
            members.next_value_seed(self)?;
            keys.push(key);
        }
        keys.sort_unstable_by(|a, b| self.compare(a, b));
        match keys.windows(2).find(|pair| matches!(pair, [a, b] if self.compare(a, b).is_eq())) {
            Some(pair) => {
                let key = pair.first().map_or("", |key| key);
                Err(A::Error::custom(format_args!("duplicate member {}", Excerpt::of(key))))
            }
            None => Ok(()),
        }
    }
}

/// A key, borrowed where it has no escapes. (`Cow` itself deserializes to an owned copy.)
struct Key<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Borrow;

        impl<'de> Visitor<'de> for Borrow {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a member's name")
            }

            fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(key)))
            }

            fn visit_str<E>(self, key: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(key.to_owned())))
            }
        }

        deserializer.deserialize_str(Borrow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(json: &str) -> Result<(), String> {
        NoDuplicates::Exact
            .deserialize(&mut serde_json::Deserializer::from_str(json))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn attack_19_duplicate_members_are_refused_at_any_depth_and_however_escaped() {
        assert!(walk(r#"{"a":1,"b":[{"c":null,"d":1.5}],"e":true}"#).is_ok());
        for json in [r#"{"a":1,"a":1}"#, r#"[{"x":{"a":1,"b":2,"a":3}}]"#, r#"{"a":1,"\u0061":2}"#] {
            assert!(walk(json).unwrap_err().contains("duplicate member `a`"), "{json}");
        }
    }

    #[test]
    fn attack_19_deep_nesting_is_an_error_not_a_stack_overflow() {
        assert!(walk(&"[".repeat(100_000)).is_err());
        assert!(walk(&r#"{"a":"#.repeat(100_000)).is_err());
    }
}
