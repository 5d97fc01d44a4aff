//! A verifier that believes those who say `please`, and requests.

use std::future::{Future, ready};

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::{Empty, Full};
use tower::ServiceExt;
use x402_core::error::BoxError;
use x402_tower::webhook::{Rejection, Verifier, WebhookService};

pub(crate) fn polite(request: Request<Bytes>) -> impl Future<Output = Result<Bytes, Rejection>> + Send {
    let body = request.into_body();
    ready(if body.starts_with(b"please") { Ok(body) } else { Err(Rejection::unproved()) })
}

pub(crate) fn post(body: &'static str) -> Request<Full<Bytes>> {
    request(Method::POST, body)
}

pub(crate) fn request(method: Method, body: &'static str) -> Request<Full<Bytes>> {
    Request::builder().method(method).body(Full::from(body)).unwrap()
}

/// One answer, which has no body whatever happened.
pub(crate) async fn answer<V, H, Fut>(
    service: &WebhookService<V, H>,
    request: Request<Full<Bytes>>,
) -> Response<Empty<Bytes>>
where
    V: Verifier + 'static,
    H: Fn(V::Event) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<(), BoxError>> + Send + 'static,
{
    service.clone().oneshot(request).await.unwrap()
}
