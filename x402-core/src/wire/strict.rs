//! The strictness that serde does not have: no member may stand twice.

use std::{borrow::Cow, fmt};

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::error::Excerpt;

/// Any JSON value in which no object has a member twice.
///
/// serde takes the last of two unknown members and other readers take the first, so that a payment could be one thing
/// to the server and another to the facilitator (attack 19).
pub(super) struct NoDuplicates;

impl<'de> Deserialize<'de> for NoDuplicates {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Walk)
    }
}

struct Walk;

impl<'de> Visitor<'de> for Walk {
    type Value = NoDuplicates;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<NoDuplicates, E> {
        Ok(NoDuplicates)
    }

    fn visit_i64<E>(self, _: i64) -> Result<NoDuplicates, E> {
        Ok(NoDuplicates)
    }

    fn visit_u64<E>(self, _: u64) -> Result<NoDuplicates, E> {
        Ok(NoDuplicates)
    }

    fn visit_f64<E>(self, _: f64) -> Result<NoDuplicates, E> {
        Ok(NoDuplicates)
    }

    fn visit_str<E>(self, _: &str) -> Result<NoDuplicates, E> {
        Ok(NoDuplicates)
    }

    fn visit_unit<E>(self) -> Result<NoDuplicates, E> {
        Ok(NoDuplicates)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<NoDuplicates, A::Error> {
        while items.next_element::<NoDuplicates>()?.is_some() {}
        Ok(NoDuplicates)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<NoDuplicates, A::Error> {
        let mut keys: Vec<Cow<'de, str>> = Vec::new();
        while let Some((Key(key), NoDuplicates)) = members.next_entry()? {
            keys.push(key);
        }
        keys.sort_unstable();
        match keys.windows(2).find(|pair| matches!(pair, [a, b] if a == b)) {
            Some(pair) => {
                let key = pair.first().map_or("", |key| key);
                Err(A::Error::custom(format_args!("duplicate member {}", Excerpt::of(key))))
            }
            None => Ok(NoDuplicates),
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
        serde_json::from_str::<NoDuplicates>(json).map(drop).map_err(|error| error.to_string())
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
