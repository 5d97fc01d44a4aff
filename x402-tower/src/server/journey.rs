//! A paid request, from the payment to the receipt.

use std::{fmt, ops::Deref, sync::Arc};

use bytes::Bytes;
use http::{Request, Response};
use tokio::runtime::Handle;
use tower_service::Service;
use x402_core::{
    PaymentPayload,
    claim::ClaimStore,
    facilitator::Facilitator,
    server::{Admission, Gate, Offers, Refusal, RefusalKind, Settled},
};

use super::delivered::is_delivered;
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
    let mut response = offers.refuse(&refusal).map(ResponseBody::refusal);
    if refusal.kind() != RefusalKind::Unpaid {
        log_refusal(&refusal);
        response.extensions_mut().insert(Refused(Arc::new(refusal)));
    }
    response
}

#[cfg_attr(not(feature = "tracing"), expect(unused_variables, clippy::missing_const_for_fn))]
fn log_refusal(refusal: &Refusal) {
    #[cfg(feature = "tracing")]
    {
        use std::error::Error;

        let cause = refusal.source().map(|cause| cause as &(dyn Error + 'static));
        match refusal.kind() {
            RefusalKind::Unavailable | RefusalKind::SettlementUnknown => {
                tracing::warn!(status = refusal.status().as_u16(), cause, "{refusal}");
            }
            _ => tracing::debug!(status = refusal.status().as_u16(), cause, "{refusal}"),
        }
    }
}

/// Admits the payment, calls the service, settles, and hands the response over.
pub(super) async fn serve<S, F, C, ReqBody, ResBody>(
    gate: Gate<F, C>,
    offers: Offers,
    payment: PaymentPayload,
    mut inner: S,
    mut request: Request<ReqBody>,
) -> Result<Response<ResponseBody<ResBody>>, S::Error>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    F: Facilitator + 'static,
    C: ClaimStore + 'static,
    ResBody: http_body::Body<Data = Bytes>,
{
    let admission = match gate.admit(&offers, payment).await {
        Ok(admission) => admission,
        Err(refusal) => return Ok(refused(&offers, refusal)),
    };
    request.extensions_mut().insert(admission.payment().clone());
    // An error, a panic or a client that leaves drops the admission, which releases the payment.
    let response = inner.call(request).await?;
    if !is_delivered(&response) {
        admission.release().await;
        return Ok(response.map(ResponseBody::handler));
    }
    match settle(admission).await {
        Ok(settled) => {
            let paid = settled.deliver().await;
            #[cfg(feature = "tracing")]
            tracing::info!(
                payer = %paid.receipt().payer,
                network = %paid.receipt().network,
                transaction = %paid.receipt().transaction,
                "paid"
            );
            let mut response = response.map(ResponseBody::handler);
            paid.write_headers(response.headers_mut());
            Ok(response)
        }
        Err(refusal) => Ok(refused(&offers, refusal)),
    }
}

/// Settles in a task of its own: once the facilitator is asked, a client that hangs up must not stop it. If the client
/// is gone when the task ends, the claim stays settled and the payment can be presented again for its content.
async fn settle<F, C>(admission: Admission<Arc<F>, Arc<C>>) -> Result<Settled<Arc<C>>, Refusal>
where
    F: Facilitator + 'static,
    C: ClaimStore + 'static,
{
    let Ok(runtime) = Handle::try_current() else {
        // Not on tokio: settled here, and a client that hangs up leaves the claim unknown.
        return admission.settle().await;
    };
    let payment = admission.payment().clone();
    match runtime.spawn(admission.settle()).await {
        Ok(outcome) => outcome,
        // The task panicked, or the runtime shut down under it: the claim is unknown, and so is the outcome.
        Err(_) => Err(Refusal::pending(&payment, None)),
    }
}
