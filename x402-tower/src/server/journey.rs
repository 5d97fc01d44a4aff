//! A priced request, from the payment to the receipt.

use std::{fmt, ops::Deref, sync::Arc};

use bytes::Bytes;
use http::{Request, Response};
use tower_service::Service;
use x402_core::{
    PaymentPayload,
    claim::ClaimStore,
    facilitator::Facilitator,
    server::{Offers, Refusal, RefusalKind, protect},
};

use super::{Order, delivered::is_delivered, observe, settle::Settler};
use crate::body::ResponseBody;

/// Why a request was refused: in the extensions of the response, for layers further out that log or count.
///
/// A request without any payment has none: that is the price list being read, not a refusal.
#[derive(Clone, Debug)]
pub struct Refused(Arc<Refusal>);

impl Deref for Refused {
    type Target = Refusal;

    fn deref(&self) -> &Refusal {
        &self.0
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

pub(super) fn refused<B>(offers: &Offers, refusal: Refusal) -> Response<ResponseBody<B>> {
    let response = offers.refuse(&refusal);
    explained(response, refusal)
}

pub(super) fn refused_without_offers<B>(refusal: Refusal) -> Response<ResponseBody<B>> {
    let response = refusal.without_offers();
    explained(response, refusal)
}

fn explained<B>(response: Response<Bytes>, refusal: Refusal) -> Response<ResponseBody<B>> {
    observe::refused(&refusal);
    let mut response = response.map(ResponseBody::refusal);
    if refusal.kind() != RefusalKind::Unpaid {
        response.extensions_mut().insert(Refused(Arc::new(refusal)));
    }
    response
}

/// A request that is paid for, on its way.
pub(super) struct Journey<F, C> {
    pub(super) settler: Settler<F, C>,
    pub(super) offers: Offers,
    pub(super) order: Order,
}

impl<F, C> Journey<F, C>
where
    F: Facilitator + 'static,
    C: ClaimStore + 'static,
{
    /// Admits the payment, calls the service, settles, and hands the response over, in the route's order.
    pub(super) async fn serve<S, ReqBody, ResBody>(
        self,
        payment: PaymentPayload,
        mut inner: S,
        mut request: Request<ReqBody>,
    ) -> Result<Response<ResponseBody<ResBody>>, S::Error>
    where
        S: Service<Request<ReqBody>, Response = Response<ResBody>>,
        ResBody: http_body::Body<Data = Bytes> + Send + 'static,
    {
        let settler = &self.settler;
        let admission = match observe::admit(settler.gate.admit(&self.offers, payment)).await {
            Ok(admission) => admission,
            Err(refusal) => return Ok(refused(&self.offers, refusal)),
        };
        // Paid for earlier, and never handed over.
        if admission.payment().receipt.is_some() {
            if let Some(response) = settler.settlements.parking().take::<ResBody>(admission.key()) {
                return Ok(match settler.for_response(admission, response).await {
                    Ok((response, settled)) => self.hand_over(response, settled),
                    Err(refusal) => refused(&self.offers, refusal),
                });
            }
        }
        if self.order == Order::Before || admission.payment().receipt.is_some() {
            let mut payment = admission.payment().clone();
            let settled = match settler.up_front(admission).await {
                Ok(settled) => settled,
                Err(refusal) => return Ok(refused(&self.offers, refusal)),
            };
            payment.receipt = Some(settled.receipt().clone());
            request.extensions_mut().insert(payment);
            // An error or a panic drops what is settled: the payment can be presented again.
            let response = observe::handler(inner.call(request)).await?;
            if is_delivered(&response) {
                return Ok(self.hand_over(response, settled));
            }
            let mut response = response.map(ResponseBody::handler);
            settled.paid().write_headers(response.headers_mut());
            return Ok(response);
        }
        request.extensions_mut().insert(admission.payment().clone());
        // An error, a panic or a client that leaves drops the admission, which releases the payment.
        let mut response = observe::handler(inner.call(request)).await?;
        if !is_delivered(&response) {
            admission.release().await;
            return Ok(response.map(ResponseBody::handler));
        }
        if self.order == Order::Background {
            settler.in_background(admission).await;
            protect(response.headers_mut());
            return Ok(response.map(ResponseBody::handler));
        }
        Ok(match settler.for_response(admission, response).await {
            Ok((response, settled)) => self.hand_over(response, settled),
            Err(refusal) => refused(&self.offers, refusal),
        })
    }

    fn hand_over<B>(&self, response: Response<B>, settled: super::settle::SettledOf<C>) -> Response<ResponseBody<B>> {
        let paid = self.settler.delivered(settled);
        observe::paid(&paid);
        let mut response = response.map(ResponseBody::handler);
        paid.write_headers(response.headers_mut());
        response
    }
}
