//! What goes over the wire: refusals as responses, and the headers of a paid response.

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Response,
    header::{ACCESS_CONTROL_EXPOSE_HEADERS, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, VARY},
};
use serde::Serialize;

use super::{Offers, Refusal, RefusalKind};
use crate::{
    header::{PAYMENT_REQUIRED, encode_payment_required, encode_receipt, receipt_header},
    settlement::Receipt,
    version::X402Version,
    wire,
};

/// Answers depend on the payment, and on whether a browser asks.
const VARY_ON: HeaderValue = HeaderValue::from_static("payment-signature, x-payment, accept");
/// Scripts of other origins see these only if they are exposed.
const EXPOSED: HeaderValue = HeaderValue::from_static("payment-required, payment-response, x-payment-response");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

impl Offers {
    /// The response to a refused request.
    ///
    /// A request without payment gets one that was written beforehand: the v2 offer as `PAYMENT-REQUIRED`, the v1
    /// offer as its body. Others carry the protocol's code as `error`, never more: no text of the facilitator's.
    #[must_use]
    pub fn refuse(&self, refusal: &Refusal) -> Response<Bytes> {
        let (offer, body) = match (refusal.kind(), refusal.reason()) {
            (RefusalKind::Unpaid, _) => {
                let (header, body) = self.unpaid();
                (Some(header), body)
            }
            (kind, Some(reason)) if kind.carries_offer() => {
                let required = self.required().clone().with_error(reason.as_str());
                let body = wire::encode_payment_required(&required, X402Version::V1);
                (Some(encode_payment_required(&required)), body.into())
            }
            _ => (None, error_body(refusal)),
        };
        respond(refusal, offer, body)
    }
}

impl Refusal {
    /// The response to a request that was refused before its offers were known: because its price could not be had.
    #[must_use]
    pub fn without_offers(&self) -> Response<Bytes> {
        respond(self, None, error_body(self))
    }
}

fn respond(refusal: &Refusal, offer: Option<HeaderValue>, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = refusal.status();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, JSON);
    headers.insert(CACHE_CONTROL, NO_STORE);
    headers.insert(VARY, VARY_ON);
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    if let Some(offer) = offer {
        headers.insert(PAYMENT_REQUIRED, offer);
    }
    if let Some(retry_after) = refusal.retry_after() {
        headers.insert(RETRY_AFTER, HeaderValue::from(retry_after.as_secs().max(1)));
    }
    if let Some((version, answer)) = refusal.settlement() {
        headers.insert(receipt_header(version), encode_receipt(answer, version));
    }
    response
}

/// The body of a refusal that is no invitation to pay: no `accepts`, so that no client takes it for one.
fn error_body(refusal: &Refusal) -> Bytes {
    #[derive(Serialize)]
    struct Body<'a> {
        error: &'a str,
    }

    let error = match (refusal.reason(), refusal.kind()) {
        (Some(reason), _) => reason.as_str(),
        (None, RefusalKind::InFlight) => "payment_in_flight",
        (None, _) => "payment_unavailable",
    };
    serde_json::to_vec(&Body { error }).unwrap_or_default().into()
}

/// A payment whose content may be handed over: the receipt, and the version that the payer speaks.
#[derive(Clone, Debug)]
pub struct Paid {
    pub(super) receipt: Receipt,
    pub(super) version: X402Version,
}

impl Paid {
    /// The receipt.
    #[must_use]
    pub const fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// Adds the receipt to a response, and [protects](protect) it from shared caches.
    pub fn write_headers(&self, headers: &mut HeaderMap) {
        headers.insert(receipt_header(self.version), encode_receipt(&self.receipt.to_response(), self.version));
        protect(headers);
    }
}

/// Keeps shared caches from handing what was paid for to others: `private` where nothing stricter is said, never
/// `public` or `s-maxage`, no header that is for such caches only, and `Vary`. And lets scripts of other origins see the
/// payment headers.
pub fn protect(headers: &mut HeaderMap) {
    let for_shared_caches: Vec<_> = headers.keys().filter(|name| is_for_shared_caches(name)).cloned().collect();
    for name in for_shared_caches {
        headers.remove(name);
    }
    headers.insert(CACHE_CONTROL, private(headers));
    headers.append(VARY, VARY_ON);
    headers.append(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
}

/// Whether a header tells shared caches what to do, whatever `Cache-Control` says: `CDN-Cache-Control`
/// ([RFC 9213](https://www.rfc-editor.org/rfc/rfc9213)) and its namesakes of single vendors, and what came before it.
fn is_for_shared_caches(name: &HeaderName) -> bool {
    name.as_str().ends_with("cdn-cache-control") || ["surrogate-control", "x-accel-expires"].contains(&name.as_str())
}

/// The handler's `Cache-Control`, made private.
fn private(headers: &HeaderMap) -> HeaderValue {
    let directives: Vec<&str> = headers
        .get_all(CACHE_CONTROL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|directive| {
            let name = directive.split('=').next().unwrap_or_default();
            !directive.is_empty() && !["public", "s-maxage"].iter().any(|shared| name.eq_ignore_ascii_case(shared))
        })
        .collect();
    let strict = |directive: &&str| ["private", "no-store"].iter().any(|word| directive.eq_ignore_ascii_case(word));
    let value = match (directives.iter().any(strict), directives.is_empty()) {
        (true, _) => directives.join(", "),
        (false, true) => return HeaderValue::from_static("private"),
        (false, false) => format!("{}, private", directives.join(", ")),
    };
    HeaderValue::try_from(value).unwrap_or(NO_STORE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cached(values: &[&'static str]) -> HeaderValue {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(CACHE_CONTROL, HeaderValue::from_static(value));
        }
        private(&headers)
    }

    #[test]
    fn attack_8_paid_content_is_never_left_to_shared_caches() {
        assert_eq!(cached(&[]), "private");
        assert_eq!(cached(&["public, max-age=60"]), "max-age=60, private");
        assert_eq!(cached(&["max-age=60", "s-maxage=600, PUBLIC"]), "max-age=60, private");
        assert_eq!(cached(&["no-store"]), "no-store");
        assert_eq!(cached(&["Private, max-age=1"]), "Private, max-age=1");
        assert_eq!(cached(&["public,", ""]), "private", "what is left is no empty directive");
    }

    #[test]
    fn attack_8_nor_to_those_that_obey_a_header_of_their_own() {
        let mut headers = HeaderMap::new();
        for name in ["cdn-cache-control", "cloudflare-cdn-cache-control", "surrogate-control", "x-accel-expires"] {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static("max-age=60"));
            headers.append(HeaderName::from_static(name), HeaderValue::from_static("max-age=600"));
        }
        headers.insert(CONTENT_TYPE, JSON);
        protect(&mut headers);
        let left: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
        assert_eq!(left.len(), 4, "{left:?}");
        assert_eq!((&headers[CONTENT_TYPE], &headers[CACHE_CONTROL]), (&JSON, &HeaderValue::from_static("private")));
    }
}
