//! The one text of a document that is signed, whatever its white space and order of members.
//!
//! 1Shot signs what JavaScript's `safe-stable-stringify` prints. Numbers are kept as text until they
//! are printed, for the two forms read them differently.

use std::cmp::Ordering;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::webhook::document::Node;
use crate::webhook::number;

/// Which of two texts of a document a signature is over.
///
/// They are the same for plain ASCII with ordinary numbers; a memo with an accent tells them apart.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum CanonicalForm {
    /// What 1Shot signs: members in order of their UTF-16 code units, texts raw, numbers as ECMAScript.
    EcmaScript,
    /// What Python's `json.dumps(sort_keys=True)` prints: order of code points, texts in ASCII, exact
    /// integers.
    Python,
}

impl Node<'_> {
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
    let is_raw = |c: char| match c {
        '"' | '\\' => false,
        ' '..='~' => true,
        _ => c > '~' && form == CanonicalForm::EcmaScript,
    };
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(|c| !is_raw(c)) {
        let (raw, tail) = rest.split_at(at);
        out.push_str(raw);
        let mut tail = tail.chars();
        tail.next().into_iter().for_each(|c| escape(c, out));
        rest = tail.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

fn escape(c: char, out: &mut String) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\u{8}' => out.push_str("\\b"),
        '\t' => out.push_str("\\t"),
        '\n' => out.push_str("\\n"),
        '\u{c}' => out.push_str("\\f"),
        '\r' => out.push_str("\\r"),
        _ => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| {
            write!(out, "\\u{unit:04x}").expect("a String takes all text");
        }),
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
    }

    #[test]
    fn space_around_everything_is_no_part_of_the_form() {
        let text = "\r\n\t { \"a\" : [ 1 , { } , [ ] ] , \"b\" : null }\n";
        assert_eq!(print(text, CanonicalForm::EcmaScript), r#"{"a":[1,{},[]],"b":null}"#);
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
            if let Some(mut node) = Node::parse(&text) {
                prop_assert!(serde_json::from_str::<Value>(&node.write(CanonicalForm::EcmaScript)).is_ok());
            }
        }
    }
}
