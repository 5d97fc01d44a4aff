//! The service.

use std::{
    mem,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};
use tower_service::Service;
use x402_core::{
    PaymentPayload,
    claim::{ClaimStore, MemoryClaims},
    facilitator::Facilitator,
    header::{PAYMENT_SIGNATURE, X_PAYMENT},
    server::{Offers, Refusal},
};

use super::{
    PaymentLayer, Pricing, Quote, ResponseFuture,
    journey::{self, Journey},
    layer::PricedRoute,
    observe::Watched,
    settle::Settler,
    work::Work,
};
use crate::body::ResponseBody;

/// Serves requests that are paid for. Made by [`PaymentLayer`].
#[derive(Debug)]
pub struct PaymentService<S, F, C = MemoryClaims, P = Offers> {
    pub(super) inner: S,
    pub(super) layer: PaymentLayer<F, C, P>,
}

impl<S, F, C, P> PaymentService<S, F, C, P> {
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
}

impl<F, C, P> PricedRoute<F, C, P> {
    /// The response to a refused request; for a browser without payment, a page.
    fn refuse<B>(
        &self,
        offers: &Offers,
        refusal: Refusal,
        method: &Method,
        headers: &HeaderMap,
    ) -> Response<ResponseBody<B>> {
        #[cfg(feature = "paywall")]
        if let (x402_core::server::RefusalKind::Unpaid, Some(paywall)) = (refusal.kind(), &self.paywall) {
            if let Some(page) = paywall.response(method, headers, offers, || offers.refuse(&refusal)) {
                super::observe::refused(&refusal);
                return page.map(ResponseBody::ours);
            }
        }
        #[cfg(not(feature = "paywall"))]
        let _ = (method, headers);
        journey::refused(offers, refusal)
    }

    /// The service is not shown the payment, or shown it as what it is: whoever sees it can spend it.
    fn hide_payment(&self, headers: &mut HeaderMap) {
        for name in [PAYMENT_SIGNATURE, X_PAYMENT] {
            if !self.keeps_payment_headers {
                headers.remove(name);
            } else if let Some(value) = headers.get_mut(name) {
                value.set_sensitive(true);
            }
        }
    }

    #[cfg_attr(not(feature = "paywall"), expect(unused_variables, reason = "there is no page that asks"))]
    fn journey(&self, offers: Offers, headers: &HeaderMap) -> Journey<Watched<Arc<F>>, C> {
        Journey {
            settler: Settler { gate: self.gate.clone(), settlements: self.settlements.clone() },
            offers,
            order: self.order,
            #[cfg(feature = "paywall")]
            by_page: self.paywall.is_some() && crate::paywall::Served::is_presenting(headers),
        }
    }
}

impl<S: Clone, F, C, P> Clone for PaymentService<S, F, C, P> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), layer: self.layer.clone() }
    }
}

impl<S, F, C, P, ReqBody, ResBody> Service<Request<ReqBody>> for PaymentService<S, F, C, P>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
    F: Facilitator + 'static,
    C: ClaimStore + 'static,
    P: Pricing + 'static,
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
        let route = &self.layer.route;
        let Some(offers) = route.pricing.fixed() else {
            let route = Arc::clone(route);
            return ResponseFuture::paid(quoted(route, self.take_ready(), request));
        };
        // Nothing borrows the request beyond this line, so that its body need not be `Sync`.
        let payment = match route.gate.read_payment(request.headers()) {
            Ok(payment) => payment,
            Err(refusal) => {
                return ResponseFuture::refused(route.refuse(offers, refusal, request.method(), request.headers()));
            }
        };
        route.hide_payment(request.headers_mut());
        let journey = route.journey(offers.clone(), request.headers());
        let work = Work { inner: self.take_ready(), request };
        ResponseFuture::paid(journey.serve(Box::new(payment), Box::new(work)))
    }
}

impl<S: Clone, F, C, P> PaymentService<S, F, C, P> {
    /// The service that was polled ready is the one to call; a clone takes its place.
    fn take_ready(&mut self) -> S {
        let clone = self.inner.clone();
        mem::replace(&mut self.inner, clone)
    }
}

/// Serves a request whose price has to be asked.
async fn quoted<S, F, C, P, ReqBody, ResBody>(
    route: Arc<PricedRoute<F, C, P>>,
    mut inner: S,
    request: Request<ReqBody>,
) -> Result<Response<ResponseBody<ResBody>>, S::Error>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    F: Facilitator + 'static,
    C: ClaimStore + 'static,
    P: Pricing,
    ResBody: http_body::Body<Data = Bytes> + Send + 'static,
{
    // Only the head is borrowed while the price is asked: the body need not be `Sync`.
    let (mut head, body) = request.into_parts();
    let offers = match route.pricing.quote(&head).await {
        Ok(Quote::Free) => {
            let response = inner.call(Request::from_parts(head, body)).await?;
            return Ok(response.map(ResponseBody::handler));
        }
        Ok(Quote::Priced(offers)) => offers,
        Err(error) => return Ok(journey::refused_without_offers(Refusal::unavailable(error))),
    };
    let payment: PaymentPayload = match route.gate.read_payment(&head.headers) {
        Ok(payment) => payment,
        Err(refusal) => return Ok(route.refuse(&offers, refusal, &head.method, &head.headers)),
    };
    route.hide_payment(&mut head.headers);
    let journey = route.journey(offers, &head.headers);
    let work = Work { inner, request: Request::from_parts(head, body) };
    Box::pin(journey.serve(Box::new(payment), Box::new(work))).await
}
