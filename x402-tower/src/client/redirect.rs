//! Where a request goes on to.

use http::{
    Extensions, HeaderMap, HeaderName, Method, Request, StatusCode, Version,
    header::{
        AUTHORIZATION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_LOCATION, CONTENT_TYPE, COOKIE,
        EXPECT, HOST, LOCATION, PROXY_AUTHORIZATION, TRANSFER_ENCODING, WWW_AUTHENTICATE,
    },
};
use reqwest::{Body, Url};
use x402_core::header::{PAYMENT_SIGNATURE, X_PAYMENT};

use super::{Quote, Replay};

/// What is about the body, and goes with it.
const OF_THE_BODY: [HeaderName; 7] =
    [CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_LOCATION, CONTENT_TYPE, EXPECT, TRANSFER_ENCODING];

/// What is meant for one origin only.
const OF_THE_ORIGIN: [HeaderName; 5] = [AUTHORIZATION, COOKIE, HOST, PROXY_AUTHORIZATION, WWW_AUTHENTICATE];

/// A request's method, URL and headers.
#[derive(Clone)]
pub(super) struct Hop {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    /// Whether the body is sent.
    pub(super) with_body: bool,
}

impl Hop {
    pub(super) fn of(request: &reqwest::Request) -> Self {
        let (method, url, headers) = (request.method().clone(), request.url().clone(), request.headers().clone());
        Self { method, url, headers, with_body: true }
    }

    /// The request that an answer redirects this one to; `None` if it redirects nowhere, or where nobody should follow.
    ///
    /// The method is that of the [Fetch standard](https://fetch.spec.whatwg.org/#http-redirect-fetch): 303 makes a GET of
    /// all but GET and HEAD, 301 and 302 of POST, and 307 and 308 of nothing. What carries a payment is for whom it was
    /// made, and goes nowhere else.
    pub(super) fn next(&self, status: StatusCode, headers: &HeaderMap) -> Option<Self> {
        let becomes_get = match status {
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => self.method == Method::POST,
            StatusCode::SEE_OTHER => self.method != Method::GET && self.method != Method::HEAD,
            StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => false,
            _ => return None,
        };
        if self.headers.contains_key(PAYMENT_SIGNATURE) || self.headers.contains_key(X_PAYMENT) {
            return None;
        }
        let mut locations = headers.get_all(LOCATION).iter();
        let location = match (locations.next(), locations.next()) {
            (Some(location), None) => std::str::from_utf8(location.as_bytes()).ok()?,
            // None, or a choice of two.
            _ => return None,
        };
        let url = self.url.join(location).ok()?;
        let is_downgrade = self.url.scheme() == "https" && url.scheme() != "https";
        if is_downgrade || !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        let mut next = Self { url, ..self.clone() };
        if becomes_get {
            next.method = Method::GET;
            next.with_body = false;
            OF_THE_BODY.iter().for_each(|name| drop(next.headers.remove(name)));
        }
        if next.url.origin() != self.url.origin() {
            OF_THE_ORIGIN.iter().for_each(|name| drop(next.headers.remove(name)));
        }
        Some(next)
    }
}

/// What else a request is sent again with.
pub(super) struct Again {
    /// `None` if there is no second one.
    body: Option<Body>,
    extensions: Extensions,
    version: Version,
}

impl Again {
    pub(super) fn of(request: &Request<Body>) -> Self {
        let mut extensions = request.extensions().clone();
        // A quote is for the request that it was asked for.
        extensions.remove::<Quote>();
        Self { body: request.body().replay(), extensions, version: request.version() }
    }

    /// The request, sent there; `None` if it cannot be.
    pub(super) fn to(self, hop: &Hop) -> Option<Request<Body>> {
        let body = if hop.with_body { self.body? } else { Body::default() };
        let mut request = Request::new(body);
        *request.method_mut() = hop.method.clone();
        *request.uri_mut() = hop.url.as_str().parse().ok()?;
        *request.headers_mut() = hop.headers.clone();
        *request.extensions_mut() = self.extensions;
        *request.version_mut() = self.version;
        Some(request)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn hop(method: Method, url: &str) -> Hop {
        let mut headers = HeaderMap::new();
        for name in OF_THE_BODY.iter().chain(&OF_THE_ORIGIN).chain(&[http::header::ACCEPT]) {
            headers.insert(name, HeaderValue::from_static("x"));
        }
        Hop { method, url: url.parse().unwrap(), headers, with_body: true }
    }

    fn next(from: &Hop, status: u16, location: &str) -> Option<Hop> {
        let headers = HeaderMap::from_iter([(LOCATION, HeaderValue::try_from(location).unwrap())]);
        from.next(StatusCode::from_u16(status).unwrap(), &headers)
    }

    #[test]
    fn the_method_is_the_one_of_the_fetch_standard_and_the_body_goes_with_it() {
        let (get, head, post, put) = (Method::GET, Method::HEAD, Method::POST, Method::PUT);
        for (status, before, after, with_body) in [
            (301, &post, &get, false),
            (302, &post, &get, false),
            (302, &put, &put, true),
            (303, &put, &get, false),
            (303, &head, &head, true),
            (307, &post, &post, true),
            (308, &put, &put, true),
        ] {
            let next = next(&hop(before.clone(), "https://a.example/x"), status, "/y").unwrap();
            assert_eq!((&next.method, next.with_body), (after, with_body), "{status} {before}");
            assert_eq!(next.headers.contains_key(CONTENT_TYPE), with_body, "{status} {before}");
            assert_eq!(next.headers.contains_key(CONTENT_LENGTH), with_body, "{status} {before}");
            assert_eq!(next.url.as_str(), "https://a.example/y");
        }
        for status in [200, 300, 304, 305, 306, 402] {
            assert!(next(&hop(get.clone(), "https://a.example/x"), status, "/y").is_none(), "{status}");
        }
    }

    #[test]
    fn attack_28_credentials_stay_with_their_origin() {
        let from = hop(Method::GET, "https://a.example/x");
        for (location, is_elsewhere) in [
            ("/y", false),
            ("https://a.example:443/y", false),
            ("https://A.example/y", false),
            ("https://b.example/y", true),
            ("//b.example/y", true),
            ("https://a.example:444/y", true),
            ("https://a.example@b.example/y", true),
        ] {
            let next = next(&from, 302, location).unwrap();
            for name in [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION, HOST] {
                assert_eq!(next.headers.contains_key(&name), !is_elsewhere, "{location} {name}");
            }
            assert!(next.headers.contains_key("accept"), "{location}");
        }
        // From http to https is another origin too.
        let next = next(&hop(Method::GET, "http://a.example/x"), 302, "https://a.example/x").unwrap();
        assert!(!next.headers.contains_key(AUTHORIZATION));
    }

    #[test]
    fn attack_28_nothing_goes_from_https_to_http_or_to_what_is_neither() {
        let from = hop(Method::GET, "https://a.example/x");
        for location in ["http://a.example/x", "ftp://a.example/x", "file:///etc/passwd", "data:,x", "https://"] {
            assert!(next(&from, 302, location).is_none(), "{location}");
        }
        assert!(next(&hop(Method::GET, "http://a.example/x"), 302, "file:///etc/passwd").is_none());
        let see_other = StatusCode::SEE_OTHER;
        assert!(from.next(see_other, &HeaderMap::new()).is_none(), "no location");
        let mut both = HeaderMap::new();
        for to in ["/a", "/b"] {
            both.append(LOCATION, HeaderValue::from_static(to));
        }
        assert!(from.next(see_other, &both).is_none(), "two locations");
    }

    #[test]
    fn attack_28_what_carries_a_payment_goes_nowhere_else() {
        for name in [PAYMENT_SIGNATURE, X_PAYMENT] {
            let mut paid = hop(Method::GET, "https://a.example/x");
            paid.headers.insert(name, HeaderValue::from_static("x"));
            assert!(next(&paid, 302, "/y").is_none());
        }
    }
}
