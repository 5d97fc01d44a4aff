//! The one text of a document that is signed, whatever its white space and order of members.
//!
//! 1Shot signs what JavaScript's `safe-stable-stringify` prints. Numbers are kept as text until they
//! are printed, for the two forms read them differently.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::{self, Write as _};

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::webhook::number;

/// How deep arrays and objects may nest. Logs of structs in structs come to a dozen.
const MAX_DEPTH: u32 = 32;

/// Which of two texts of a document a signature is over.
///
/// They are the same for plain ASCII with ordinary numbers; a memo with an accent tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CanonicalForm {
    /// What 1Shot signs: members in order of their UTF-16 code units, texts raw, numbers as ECMAScript.
    EcmaScript,
    /// What Python's `json.dumps(sort_keys=True)` prints: order of code points, texts in ASCII, exact
    /// integers.
    Python,
}

/// A document, read as far as both forms agree.
#[derive(Debug)]
pub(super) enum Node<'a> {
    Array(Vec<Self>),
    /// `true`, `false` or `null`.
    Literal(&'a str),
    Number(&'a str),
    Object(Vec<(Cow<'a, str>, Self)>),
    Text(Cow<'a, str>),
}

impl<'a> Node<'a> {
    /// Reads a document; of members of one name the last one counts, as it does in both languages.
    ///
    /// A text with half a surrogate pair is an error: there is no UTF-8 for it.
    pub(super) fn parse(text: &'a str) -> serde_json::Result<Self> {
        Self::read(serde_json::from_str(text)?, MAX_DEPTH)
    }

    fn read(raw: &'a RawValue, depth: u32) -> serde_json::Result<Self> {
        let text = raw.get();
        let inner = || depth.checked_sub(1).ok_or_else(|| serde_json::Error::custom("nested too deep"));
        Ok(match text.as_bytes().first() {
            Some(b'{') => {
                let depth = inner()?;
                let Members(members) = serde_json::from_str(text)?;
                let read = |(name, raw)| Ok((name, Self::read(raw, depth)?));
                Self::Object(members.into_iter().map(read).collect::<serde_json::Result<_>>()?)
            }
            Some(b'[') => {
                let depth = inner()?;
                let items: Vec<&RawValue> = serde_json::from_str(text)?;
                Self::Array(items.into_iter().map(|raw| Self::read(raw, depth)).collect::<serde_json::Result<_>>()?)
            }
            Some(b'"') => Self::Text(serde_json::from_str::<Text<'a>>(text)?.0),
            Some(b't' | b'f' | b'n') => Self::Literal(text),
            _ => Self::Number(text),
        })
    }

    /// Takes a member out of an object, all of that name, and returns the last.
    pub(super) fn take(&mut self, name: &str) -> Option<Self> {
        let Self::Object(members) = self else { return None };
        members.extract_if(.., |(key, _)| key == name).last().map(|(_, value)| value)
    }

    /// The text of the document in one of the forms.
    pub(super) fn write(&mut self, form: CanonicalForm) -> String {
        let mut out = String::new();
        self.write_to(form, &mut out);
        out
    }

    fn write_to(&mut self, form: CanonicalForm, out: &mut String) {
        match self {
            Self::Array(items) => {
                out.push('[');
                for (i, item) in items.iter_mut().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    item.write_to(form, out);
                }
                out.push(']');
            }
            Self::Literal(text) => out.push_str(text),
            Self::Number(text) => match form {
                CanonicalForm::EcmaScript => number::ecma_script(text, out),
                CanonicalForm::Python => number::python(text, out),
            },
            Self::Object(members) => {
                // The sort is stable, so that of members of one name the last one stays last.
                members.sort_by(|(a, _), (b, _)| order(form, a, b));
                let mut members = members.iter_mut().peekable();
                let mut separator = '{';
                while let Some((name, value)) = members.next() {
                    if members.peek().is_some_and(|(next, _)| next == name) {
                        continue;
                    }
                    out.push(separator);
                    separator = ',';
                    write_text(form, name, out);
                    out.push(':');
                    value.write_to(form, out);
                }
                out.push_str(if separator == '{' { "{}" } else { "}" });
            }
            Self::Text(text) => write_text(form, text, out),
        }
    }
}

fn order(form: CanonicalForm, a: &str, b: &str) -> Ordering {
    match form {
        CanonicalForm::EcmaScript => a.encode_utf16().cmp(b.encode_utf16()),
        CanonicalForm::Python => a.cmp(b),
    }
}

fn write_text(form: CanonicalForm, text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            ' '..='~' => out.push(c),
            '\u{7f}'.. if form == CanonicalForm::EcmaScript => out.push(c),
            _ => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| {
                write!(out, "\\u{unit:04x}").expect("a String takes all text");
            }),
        }
    }
    out.push('"');
}

/// A text that borrows from the document unless it has escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// The members of an object in the document's order, those of one name all of them.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct All;

        impl<'de> Visitor<'de> for All {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((Text(name), value)) = map.next_entry()? {
                    members.push((name, value));
                }
                Ok(Members(members))
            }
        }

        from.deserialize_map(All)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn print(text: &str, form: CanonicalForm) -> String {
        Node::parse(text).unwrap().write(form)
    }

    #[test]
    fn every_vector_prints_in_both_forms_as_the_other_implementations_print_it() {
        let vectors: Value = serde_json::from_str(include_str!("../../tests/vectors/webhook.json")).unwrap();
        let vectors = vectors["vectors"].as_array().unwrap();
        assert_eq!(vectors.len(), 9);
        for vector in vectors {
            let body = vector["body_without_signature"].as_str().unwrap();
            assert_eq!(print(body, CanonicalForm::EcmaScript), vector["canonical_sss"], "{}", vector["name"]);
            assert_eq!(print(body, CanonicalForm::Python), vector["canonical_py"], "{}", vector["name"]);
        }
    }

    #[test]
    fn of_members_of_one_name_the_last_counts_wherever_they_are() {
        let text = r#"{"b":1,"a":[{"c":1,"c":2}],"b":{"d":3},"\u0062":4}"#;
        assert_eq!(print(text, CanonicalForm::EcmaScript), r#"{"a":[{"c":2}],"b":4}"#);
        let mut node = Node::parse(r#"{"signature":1,"a":2,"signature":3}"#).unwrap();
        assert!(matches!(node.take("signature"), Some(Node::Number("3"))));
        assert_eq!(node.write(CanonicalForm::Python), r#"{"a":2}"#);
    }

    #[test]
    fn half_a_surrogate_pair_and_a_broken_document_are_errors() {
        for text in [r#"{"a":"\ud800"}"#, r#"{"\udc00":1}"#, "", "{", "{} {}", "[1,]", "01", "+1", "NaN", "'a'"] {
            assert!(Node::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn nesting_has_an_end() {
        let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(print(&nested(32), CanonicalForm::EcmaScript), nested(32));
        assert!(Node::parse(&nested(33)).is_err());
        assert!(Node::parse(&"[".repeat(100_000)).is_err());
    }

    fn document() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((".{0,4}", inner), 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    /// The same document with the members of every object in reverse, and white space about.
    fn reversed(value: &Value) -> String {
        match value {
            Value::Object(members) => {
                let members =
                    members.iter().rev().map(|(name, value)| format!(" {} :{}\n", json!(name), reversed(value)));
                format!("{{{}}}", members.collect::<Vec<_>>().join(","))
            }
            Value::Array(items) => format!("[\t{} ]", items.iter().map(reversed).collect::<Vec<_>>().join(" , ")),
            leaf => leaf.to_string(),
        }
    }

    proptest! {
        #[test]
        fn the_order_of_members_and_white_space_do_not_matter(value in document()) {
            for form in [CanonicalForm::EcmaScript, CanonicalForm::Python] {
                prop_assert_eq!(print(&value.to_string(), form), print(&reversed(&value), form));
            }
        }

        #[test]
        fn a_canonical_text_is_a_document_whose_canonical_text_it_is(value in document()) {
            for form in [CanonicalForm::EcmaScript, CanonicalForm::Python] {
                let text = print(&value.to_string(), form);
                prop_assert!(serde_json::from_str::<Value>(&text).is_ok());
                prop_assert_eq!(print(&text, form), text);
            }
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in r#"[\[\]{}",:0-9eE.+\-tfn\\u d8]{0,60}"#) {
            if let Ok(mut node) = Node::parse(&text) {
                prop_assert!(serde_json::from_str::<Value>(&node.write(CanonicalForm::EcmaScript)).is_ok());
            }
        }
    }
}
