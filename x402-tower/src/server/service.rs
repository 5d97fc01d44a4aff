//! The service.

use std::{
    mem,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};
use tower_service::Service;
use x402_core::{
    claim::{ClaimStore, MemoryClaims},
    facilitator::Facilitator,
    header::{PAYMENT_SIGNATURE, X_PAYMENT},
    server::{Refusal, RefusalKind},
};

use super::{PaymentLayer, ResponseFuture, journey};
use crate::body::ResponseBody;

/// Serves requests that are paid for. Made by [`PaymentLayer`].
#[derive(Debug)]
pub struct PaymentService<S, F, C = MemoryClaims> {
    pub(super) inner: S,
    pub(super) layer: PaymentLayer<F, C>,
}

impl<S, F, C> PaymentService<S, F, C> {
    /// The service behind the payment.
    pub const fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The service behind the payment.
    pub const fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// The service behind the payment.
    pub fn into_inner(self) -> S {
        self.inner
    }

    /// The response to a refused request; for a browser without payment, a page.
    fn refuse<B>(&self, refusal: Refusal, headers: &HeaderMap) -> Response<ResponseBody<B>> {
        #[cfg(feature = "paywall")]
        if refusal.kind() == RefusalKind::Unpaid && x402_core::server::is_browser(headers) {
            return self.layer.route.page.response(self.layer.route.offers.refuse(&refusal)).map(ResponseBody::refusal);
        }
        #[cfg(not(feature = "paywall"))]
        let _ = headers;
        journey::refused(&self.layer.route.offers, refusal)
    }
}

impl<S: Clone, F, C> Clone for PaymentService<S, F, C> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), layer: self.layer.clone() }
    }
}

impl<S, F, C, ReqBody, ResBody> Service<Request<ReqBody>> for PaymentService<S, F, C>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
    F: Facilitator + 'static,
    C: ClaimStore + 'static,
    ReqBody: Send + 'static,
    ResBody: http_body::Body<Data = Bytes> + Send + 'static,
{
    type Response = Response<ResponseBody<ResBody>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, ResBody, S::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<ReqBody>) -> Self::Future {
        // A preflight carries no payment, and must be answered for the payment to be sent at all.
        if *request.method() == Method::OPTIONS {
            return ResponseFuture::free(self.inner.call(request));
        }
        // Nothing borrows the request beyond this line, so that its body need not be `Sync`.
        let payment = match self.layer.route.gate.read_payment(request.headers()) {
            Ok(payment) => payment,
            Err(refusal) => return ResponseFuture::refused(self.refuse(refusal, request.headers())),
        };
        if self.layer.route.keeps_payment_headers {
            for name in [PAYMENT_SIGNATURE, X_PAYMENT] {
                if let Some(value) = request.headers_mut().get_mut(name) {
                    value.set_sensitive(true);
                }
            }
        } else {
            request.headers_mut().remove(PAYMENT_SIGNATURE);
            request.headers_mut().remove(X_PAYMENT);
        }
        // The service that was polled ready is the one to call; the clone takes its place.
        let clone = self.inner.clone();
        let inner = mem::replace(&mut self.inner, clone);
        let (gate, offers) = (self.layer.route.gate.clone(), self.layer.route.offers.clone());
        ResponseFuture::paid(journey::serve(gate, offers, payment, inner, request))
    }
}
