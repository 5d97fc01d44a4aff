//! A JSON document whose numbers are still text.
//!
//! `serde_json` reads a number into a double or 64 bits, and the two forms that are signed need it as it was written.
//! So the structure is read here, in one pass; texts with escapes and numbers are judged by `serde_json`.

use std::borrow::Cow;

use serde_json::value::RawValue;

/// How deep arrays and objects may nest. Logs of structs in structs come to a dozen.
const MAX_DEPTH: u32 = 32;

/// A document, read as far as both forms agree.
#[derive(Debug)]
pub(super) enum Node<'a> {
    Array(Vec<Self>),
    /// `true`, `false` or `null`.
    Literal(&'a str),
    Number(&'a str),
    /// Members in the document's order, those of one name all of them.
    Object(Vec<(Cow<'a, str>, Self)>),
    Text(Cow<'a, str>),
}

impl<'a> Node<'a> {
    /// Reads a document; `None` if it is none, or nests too deep.
    ///
    /// A text with half a surrogate pair is none: there is no UTF-8 for it.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let mut reader = Reader { rest: text };
        let node = reader.value(MAX_DEPTH)?;
        reader.skip_space();
        reader.rest.is_empty().then_some(node)
    }

    /// Takes a member out of an object, all of that name, and returns the last.
    pub(super) fn take(&mut self, name: &str) -> Option<Self> {
        let Self::Object(members) = self else { return None };
        members.extract_if(.., |(key, _)| key == name).last().map(|(_, value)| value)
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: u32) -> Option<Node<'a>> {
        self.skip_space();
        if self.eat('{') {
            let depth = depth.checked_sub(1)?;
            let mut members = Vec::new();
            while self.more('}', members.is_empty())? {
                self.skip_space();
                let name = self.text()?;
                self.skip_space();
                self.eat(':').then_some(())?;
                members.push((name, self.value(depth)?));
            }
            Some(Node::Object(members))
        } else if self.eat('[') {
            let depth = depth.checked_sub(1)?;
            let mut items = Vec::new();
            while self.more(']', items.is_empty())? {
                items.push(self.value(depth)?);
            }
            Some(Node::Array(items))
        } else if self.rest.starts_with('"') {
            self.text().map(Node::Text)
        } else {
            self.literal().map(Node::Literal).or_else(|| self.number().map(Node::Number))
        }
    }

    /// Whether another item follows, after a comma unless it is the first; `None` if neither it nor the end does.
    fn more(&mut self, end: char, is_first: bool) -> Option<bool> {
        self.skip_space();
        if self.eat(end) {
            return Some(false);
        }
        (is_first || self.eat(',')).then_some(true)
    }

    fn text(&mut self) -> Option<Cow<'a, str>> {
        let quoted = self.rest;
        let inner = quoted.strip_prefix('"')?;
        let (mut is_escaped, mut is_plain) = (false, true);
        let end = inner.bytes().position(|byte| {
            let closes = byte == b'"' && !is_escaped;
            is_escaped = byte == b'\\' && !is_escaped;
            is_plain &= byte >= b' ' && byte != b'\\';
            closes
        })?;
        self.rest = inner.get(end + 1..)?;
        if is_plain {
            return inner.get(..end).map(Cow::Borrowed);
        }
        serde_json::from_str(quoted.get(..end + 2)?).ok().map(Cow::Owned)
    }

    fn literal(&mut self) -> Option<&'static str> {
        ["true", "false", "null"].into_iter().find(|word| {
            let rest = self.rest.strip_prefix(word);
            self.rest = rest.unwrap_or(self.rest);
            rest.is_some()
        })
    }

    fn number(&mut self) -> Option<&'a str> {
        let is_part = |c: char| matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E');
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        serde_json::from_str(text).ok().map(RawValue::get)
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\n', '\r', '\t']);
    }

    fn eat(&mut self, c: char) -> bool {
        let rest = self.rest.strip_prefix(c);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    #[test]
    fn what_is_no_json_or_not_quite_is_refused() {
        for text in [
            "",
            " ",
            "{",
            "}",
            "{} {}",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[1",
            "{,}",
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            r#"{"a" 1}"#,
            "{a:1}",
            "{1:1}",
            "01",
            "+1",
            "1.",
            ".5",
            "1e",
            "-",
            "1-2",
            "--1",
            "NaN",
            "Infinity",
            "0x1",
            "truex",
            "tru",
            "True",
            "nul",
            "'a'",
            "\"a",
            "\"a\\\"",
            "\"\u{1}\"",
            "\"\n\"",
            r#""\x""#,
            r#""\u12""#,
            r#"{"a":"\ud800"}"#,
            r#"{"\udc00":1}"#,
            "\u{feff}{}",
            "[\u{a0}1]",
            "/**/1",
        ] {
            assert!(Node::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn nesting_has_an_end() {
        let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        assert!(Node::parse(&nested(32)).is_some());
        assert!(Node::parse(&nested(33)).is_none());
        assert!(Node::parse(&"[".repeat(100_000)).is_none());
        assert!(Node::parse(&r#"{"a":"#.repeat(100_000)).is_none());
    }

    #[test]
    fn all_members_of_a_name_are_taken_and_the_last_counts() {
        let mut node = Node::parse(r#"{"signature":1,"a":{"signature":4},"\u0073ignature":3}"#).unwrap();
        assert!(matches!(node.take("signature"), Some(Node::Number("3"))));
        assert!(node.take("signature").is_none());
        assert!(Node::parse("[]").unwrap().take("signature").is_none());
    }

    proptest! {
        #[test]
        fn it_reads_what_serde_json_reads_and_nothing_else(
            text in r#"([\[\]{},: ]|"([a-z\\"/é😀]|\\[nu"\\x]|\\u[0-9d]{4})?"|-?[0-9.eE+\-]{1,4}|true|null){1,12}"#,
        ) {
            let theirs = serde_json::from_str::<Value>(&text);
            // Here a number may be larger than any double.
            let is_too_large = matches!(&theirs, Err(error) if error.to_string().contains("out of range"));
            if !is_too_large {
                prop_assert_eq!(Node::parse(&text).is_some(), theirs.is_ok(), "{}", text);
            }
        }
    }
}
