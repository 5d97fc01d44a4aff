//! Text with holes in it.

/// Fills each `{{name}}` in one pass: what is filled in is never looked at again, whatever it holds.
pub(super) fn fill(template: &str, value: impl Fn(&str) -> String) -> String {
    let mut page = String::with_capacity(template.len() * 2);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        page.push_str(before);
        let (name, after) = after.split_once("}}").unwrap_or((after, ""));
        page.push_str(&value(name));
        rest = after;
    }
    page.push_str(rest);
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_not_filled_again() {
        let page = fill("<{{a}}|{{b}}>", |name| format!("{name}{{{{b}}}}"));
        assert_eq!(page, "<a{{b}}|b{{b}}>");
        assert_eq!(fill("no holes", |_| unreachable!()), "no holes");
    }
}
