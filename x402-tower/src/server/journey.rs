//! A priced request, from the payment to the receipt.

use std::{fmt, future::Future, ops::Deref, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, Response};
use tower_service::Service;
use x402_core::{
    PaymentPayload,
    claim::ClaimStore,
    facilitator::Facilitator,
    server::{Admission, Offers, Refusal, RefusalKind, protect},
};

use super::{
    Order,
    delivered::is_delivered,
    observe,
    replay::{Named, Naming, binding, copy},
    settle::{SettledOf, Settler},
    stop::{Answer, Stop},
    work::Work,
};
use crate::body::ResponseBody;

/// How long a response is kept for a payment that was named.
const KEEP_FOR: Duration = Duration::from_secs(3600);

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
    let mut response = response.map(ResponseBody::ours);
    if refusal.kind() != RefusalKind::Unpaid {
        response.extensions_mut().insert(Refused(Arc::new(refusal)));
    }
    response
}

/// A request that is paid for, on its way.
///
/// Settling takes seconds, and many settle at once. So what is needed only before, to admit and to do the work, is
/// boxed and freed by then; an `async fn` keeps its arguments as long as it lives.
pub(super) struct Journey<F, C> {
    pub(super) settler: Settler<F, C>,
    pub(super) offers: Offers,
    pub(super) order: Order,
    /// Whether it is the paywall page that asks.
    #[cfg(feature = "paywall")]
    pub(super) by_page: bool,
}

/// What comes of asking the gate.
type Admitted<F, C> = Result<Admission<Arc<F>, Arc<C>>, Refusal>;

impl<F, C> Journey<F, C>
where
    F: Facilitator + 'static,
    C: ClaimStore + 'static,
{
    /// Admits the payment, calls the service, settles, and hands the response over, in the route's order.
    pub(super) async fn serve<S, ReqBody, ResBody>(
        self,
        payment: Box<PaymentPayload>,
        work: Box<Work<S, ReqBody>>,
    ) -> Result<Response<ResponseBody<ResBody>>, S::Error>
    where
        S: Service<Request<ReqBody>, Response = Response<ResBody>>,
        ResBody: http_body::Body<Data = Bytes> + Send + 'static,
    {
        match self.named(payment, work).await {
            #[cfg(feature = "paywall")]
            Ok(mut response) if self.by_page => {
                crate::paywall::Served::tell_redirect(&mut response);
                Ok(response)
            }
            Ok(response) => Ok(response),
            Err(Stop::Refused(refusal)) => Ok(refused(&self.offers, refusal)),
            Err(Stop::Failed(error)) => Err(error),
        }
    }

    /// Looks first whether the payment was named, and its response is still there.
    async fn named<S, ReqBody, ResBody>(
        &self,
        payment: Box<PaymentPayload>,
        work: Box<Work<S, ReqBody>>,
    ) -> Answer<ResBody, S::Error>
    where
        S: Service<Request<ReqBody>, Response = Response<ResBody>>,
        ResBody: http_body::Body<Data = Bytes> + Send + 'static,
    {
        let naming = match self.offers.identifier(&payment)? {
            None => None,
            Some(identifier) => {
                let now = self.settler.gate.now();
                let binding = binding(work.request.method(), work.request.uri());
                let until = now.saturating_add(KEEP_FOR);
                match self.settler.settlements.replays().name(&identifier, &binding, until, now) {
                    Named::New(naming) => Some(naming),
                    Named::UnderWay => None,
                    Named::Kept(response) => return Ok(response.map(ResponseBody::ours)),
                    Named::Conflict => return Err(Refusal::conflict().into()),
                }
            }
        };
        let admission = observe::admit(self.admitting(payment)).await?;
        self.admitted(admission, naming, work).await
    }

    /// Not a part of the caller, which would keep the payment's empty box.
    fn admitting(&self, payment: Box<PaymentPayload>) -> impl Future<Output = Admitted<F, C>> {
        Box::pin(self.settler.gate.admit(&self.offers, *payment))
    }

    async fn admitted<S, ReqBody, ResBody>(
        &self,
        admission: Admission<Arc<F>, Arc<C>>,
        naming: Option<Naming>,
        work: Box<Work<S, ReqBody>>,
    ) -> Answer<ResBody, S::Error>
    where
        S: Service<Request<ReqBody>, Response = Response<ResBody>>,
        ResBody: http_body::Body<Data = Bytes> + Send + 'static,
    {
        let settler = &self.settler;
        let is_settled = admission.payment().receipt.is_some();
        // Paid for earlier, and never handed over.
        let parked = is_settled.then(|| settler.settlements.parking().take(admission.key())).flatten();
        if let Some(response) = parked {
            let (response, settled) = settler.for_response(admission, *response).await?;
            return Ok(self.hand_over(response, settled, naming));
        }
        let mut payment = admission.payment().clone();
        if self.order == Order::Before || is_settled {
            let settled = settler.up_front(admission).await?;
            payment.receipt = Some(settled.receipt().clone());
            // An error or a panic drops what is settled: the payment can be presented again.
            let mut response = Box::pin(work.done(payment, naming.is_some())).await?;
            if is_delivered(&response) {
                return Ok(self.hand_over(response, settled, naming));
            }
            settled.paid().write_headers(response.headers_mut());
            return Ok(response);
        }
        // An error, a panic or a client that leaves drops the admission, which releases the payment.
        let mut response = Box::pin(work.done(payment, naming.is_some())).await?;
        if !is_delivered(&response) {
            admission.release().await;
            return Ok(response);
        }
        if self.order == Order::Background {
            settler.in_background(admission).await;
            protect(response.headers_mut());
            return Ok(response);
        }
        let (response, settled) = settler.for_response(admission, response).await?;
        Ok(self.hand_over(response, settled, naming))
    }

    fn hand_over<B>(
        &self,
        mut response: Response<ResponseBody<B>>,
        settled: SettledOf<C>,
        naming: Option<Naming>,
    ) -> Response<ResponseBody<B>> {
        let paid = self.settler.delivered(settled);
        observe::paid(&paid);
        paid.write_headers(response.headers_mut());
        if let (Some(naming), Some(body)) = (naming, response.body().as_bytes()) {
            let kept = copy(&response, body);
            naming.keep(kept);
        }
        response
    }
}
