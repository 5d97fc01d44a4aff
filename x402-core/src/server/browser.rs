//! Telling browsers from API clients.

use http::{
    HeaderMap, HeaderName,
    header::{ACCEPT, USER_AGENT},
};

/// Whether a browser asks, and a person would see the answer: `Accept` names `text/html`, and the user agent calls
/// itself `Mozilla`. It is the rule of the reference servers, so that one client gets one kind of answer everywhere.
#[must_use]
pub fn is_browser(headers: &HeaderMap) -> bool {
    let contains = |name: HeaderName, needle: &[u8]| {
        headers.get_all(name).iter().any(|value| value.as_bytes().windows(needle.len()).any(|part| part == needle))
    };
    contains(ACCEPT, b"text/html") && contains(USER_AGENT, b"Mozilla")
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn both_headers_are_needed_and_neither_has_to_be_text() {
        let mut headers = HeaderMap::new();
        assert!(!is_browser(&headers));
        headers.insert(ACCEPT, HeaderValue::from_static("text/html,application/xhtml+xml,*/*;q=0.8"));
        assert!(!is_browser(&headers), "the demo answered 500 here");
        headers.insert(USER_AGENT, HeaderValue::from_bytes(b"Mozilla/5.0 \xff").unwrap());
        assert!(is_browser(&headers));
        for accept in ["*/*", "application/json, text/plain, */*"] {
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
            assert!(!is_browser(&headers), "{accept}");
        }
        headers.insert(ACCEPT, HeaderValue::from_static("text/html"));
        headers.insert(USER_AGENT, HeaderValue::from_static("curl/8.14.1 (x86_64-pc-linux-gnu)"));
        assert!(!is_browser(&headers));
    }
}
