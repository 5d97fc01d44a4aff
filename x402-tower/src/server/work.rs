//! The work that is paid for.

use std::fmt;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Limited};
use tower_service::Service;
use x402_core::server::{Payment, Refusal};

use super::{
    delivered::is_portable,
    observe,
    replay::MAX_BODY,
    stop::{Answer, Stop},
};
use crate::body::ResponseBody;

/// A request, and the service that serves it once it is paid for.
pub(super) struct Work<S, ReqBody> {
    pub(super) inner: S,
    pub(super) request: Request<ReqBody>,
}

impl<S, ReqBody, ResBody> Work<S, ReqBody>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    ResBody: http_body::Body<Data = Bytes> + Send + 'static,
{
    /// Calls the service. A response that is to be kept is read whole, if it says that it is short.
    pub(super) async fn done(self: Box<Self>, payment: Payment, keeps: bool) -> Answer<ResBody, S::Error> {
        let Self { mut inner, mut request } = *self;
        request.extensions_mut().insert(payment);
        let response = observe::handler(inner.call(request)).await.map_err(Stop::Failed)?;
        let is_short = response.body().size_hint().upper().is_some_and(|upper| upper <= MAX_BODY as u64);
        if !keeps || !is_short || !is_portable(&response) {
            return Ok(response.map(ResponseBody::handler));
        }
        let (head, body) = response.into_parts();
        match Limited::new(body.map_err(|_| Unreadable), MAX_BODY).collect().await {
            Ok(body) => Ok(Response::from_parts(head, ResponseBody::ours(body.to_bytes()))),
            Err(error) => Err(Refusal::unavailable(error).into()),
        }
    }
}

/// The service's body failed. Its error may be of any type, and none is known of it but that.
#[derive(Debug)]
struct Unreadable;

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the response's body could not be read")
    }
}

impl std::error::Error for Unreadable {}
