//! Text that is somebody else's, made inert for the place it is put in.

use std::fmt::Write as _;

/// For HTML text, and for attributes in double or single quotes.
pub(super) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '`' => out.push_str("&#96;"),
            c => out.push(c),
        }
    }
    out
}

/// For JSON inside a `<script>` element. It is the same JSON after this: the characters that could end the element,
/// open a comment, or end a line of script occur in strings only, where each has an escaped form.
pub(super) fn json_in_script(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    /// What a browser makes of our escapes.
    fn unescaped(html: &str) -> String {
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#96;", "`"), ("&amp;", "&")]
            .iter()
            .fold(html.to_owned(), |text, (escape, c)| text.replace(escape, c))
    }

    proptest! {
        #[test]
        fn attack_11_html_text_stays_text_and_is_the_same_text(text in "(\\PC|[<>&\"'`{}\u{2028}]){0,80}") {
            let escaped = html(&text);
            prop_assert!(!escaped.contains(['<', '>', '"', '\'', '`']), "{escaped}");
            prop_assert_eq!(unescaped(&escaped), text);
        }

        #[test]
        fn attack_11_json_stays_in_its_script_and_is_the_same_json(text in "(\\PC|[<>&\"\\\\/!\u{2028}\u{2029}]|</script>|<!--){0,40}") {
            let value = Value::from(text);
            let escaped = json_in_script(&value.to_string());
            prop_assert!(!escaped.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{escaped}");
            prop_assert_eq!(serde_json::from_str::<Value>(&escaped).unwrap(), value);
        }
    }
}
