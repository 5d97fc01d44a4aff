//! The page as a response.

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode,
    header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
        X_FRAME_OPTIONS,
    },
};
use x402_core::server::{Offers, is_browser};

use super::{
    nonce::Nonce,
    options::{Paywall, Source},
    page::Page,
};

/// Serves what was bought to the browser as a document of its own; see the file.
const WORKER: &str = include_str!("script/worker.js");

/// Browsers send it with a request for such a script, and scripts cannot
/// ([Service Workers, fetch](https://www.w3.org/TR/service-workers/#service-worker-script-request)).
const SERVICE_WORKER: HeaderName = HeaderName::from_static("service-worker");

/// The page's script sends it with a payment.
const PAGE: HeaderName = HeaderName::from_static("x402-page");

/// Where a redirect leads that was bought, for the page's script.
const PAGE_LOCATION: HeaderName = HeaderName::from_static("x402-location");

/// A route's page: written beforehand, where the price is fixed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Served {
    paywall: Paywall,
    written: Option<Page>,
}

impl Served {
    pub(crate) fn new(paywall: Paywall, fixed: Option<&Offers>) -> Self {
        let written = match (&paywall.0, fixed) {
            (Source::Ours(options), Some(offers)) => Some(Page::write(options, offers)),
            _ => None,
        };
        Self { paywall, written }
    }

    /// What a browser without payment gets in place of this refusal; `None` if it is no browser that asks for a page.
    pub(crate) fn response(
        &self,
        method: &Method,
        headers: &HeaderMap,
        offers: &Offers,
        refusal: impl FnOnce() -> Response<Bytes>,
    ) -> Option<Response<Bytes>> {
        // The page pays by asking for the same URL again, with GET.
        if !matches!(*method, Method::GET | Method::HEAD) {
            return None;
        }
        if headers.get(SERVICE_WORKER).is_some_and(|value| value == "script") {
            return Some(worker());
        }
        is_browser(headers).then(|| self.page(offers, refusal()))
    }

    /// Whether it is the page that presents a payment.
    pub(crate) fn is_presenting(headers: &HeaderMap) -> bool {
        headers.contains_key(PAGE)
    }

    /// Says in other words where a redirect leads that was bought: to a script it has neither status nor headers, and
    /// followed by one it ends at the next origin.
    pub(crate) fn tell_redirect<B>(response: &mut Response<B>) {
        if !response.status().is_redirection() {
            return;
        }
        if let Some(location) = response.headers_mut().remove(LOCATION) {
            response.headers_mut().insert(PAGE_LOCATION, location);
            *response.status_mut() = StatusCode::OK;
        }
    }

    fn page(&self, offers: &Offers, refusal: Response<Bytes>) -> Response<Bytes> {
        let nonce = Nonce::fresh();
        let body = match (&self.written, &self.paywall.0) {
            (Some(page), _) => page.with(&nonce),
            (None, Source::Ours(options)) => Page::write(options, offers).with(&nonce),
            (None, Source::Custom(page)) => page(offers, nonce.as_str()).into(),
        };
        let mut response = refusal.map(|_| body);
        protect(&mut response, &policy(&nonce), "text/html; charset=utf-8");
        response
    }
}

fn worker() -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(WORKER.as_bytes()));
    protect(&mut response, "default-src 'none'", "text/javascript; charset=utf-8");
    response
}

/// Nothing from elsewhere, no script and no style but those with the nonce, and nobody may frame it.
fn policy(nonce: &Nonce) -> String {
    let nonce = nonce.as_str();
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; \
         worker-src 'self'; img-src data: blob: 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

fn protect(response: &mut Response<Bytes>, policy: &str, content_type: &'static str) {
    let policy = HeaderValue::try_from(policy).expect("hexadecimal digits and the text above");
    for (name, value) in [
        (CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (CONTENT_SECURITY_POLICY, policy),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    ] {
        response.headers_mut().insert(name, value);
    }
}
