//! The facilitator.

use std::sync::Arc;
use std::{fmt, time::Duration};

use alloy_primitives::B256;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use tokio::time::{Instant, timeout_at};
use x402_core::{
    Facilitator, FacilitatorRequest, Reason, SettleResponse, SupportedResponse, VerifyResponse,
    facilitator::{FacilitatorError, FacilitatorErrorKind, Reach},
    reason::ReasonKind,
    wire,
};

#[cfg(feature = "reqwest")]
use super::RemoteError;
use super::{AuthHeaders, Endpoint, RemoteBuilder, kinds::Kinds, verdict};
use crate::{
    BaseUrl, ConfigError,
    call::Call,
    client::after,
    facilitator::doubt::doubted,
    transport::{Transport, TransportError, TransportErrorKind},
};

/// Any x402 facilitator at a URL: `/verify`, `/settle` and `/supported`, in the payment's own version.
///
/// The verdict is read from the body, whatever the status: some facilitators refuse with 400, 412 or 500. A status
/// that contradicts it is no verdict. What the facilitator says in free text is read by nobody and kept nowhere.
///
/// A settlement is sent once. Only if the answer is `settlement_pending` and names the transaction, the same request
/// is sent once more, as the protocol's reference servers do, and again each time that it is
/// [asked about](Facilitator::reconcile). A settlement that named none and whose answer was lost cannot be asked about:
/// the protocol has no question for that, and its outcome stays unknown. To verify the payment again would not answer
/// it: a payer who cancels an authorization spends its nonce too, and pays nothing. Redirects are not followed, and
/// `/supported` is asked only for [`Facilitator::supported`]. Cheap to clone.
///
/// # Security
///
/// The URL is yours to choose. Never take it from a request, whose sender could then say which payments are good.
#[derive(Clone)]
pub struct Remote(Arc<Inner>);

struct Inner {
    base: BaseUrl,
    transport: Box<dyn Transport>,
    auth: Option<Box<dyn AuthHeaders>>,
    settle_timeout: Duration,
    supported_timeout: Duration,
    verify_timeout: Duration,
    kinds: Kinds,
}

impl Remote {
    /// The facilitator at this URL, over reqwest: no headers, 90 s for a settlement, 10 s for anything else.
    ///
    /// `https` is required, unless the host is this machine; a slash at the end is dropped. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// If the URL breaks a rule of [`BaseUrl`], or the platform has no certificates for `https`.
    #[cfg(feature = "reqwest")]
    pub fn new(url: &str) -> Result<Self, RemoteError> {
        let builder = Self::builder(url).map_err(RemoteError::Config)?;
        builder.build().map_err(RemoteError::Transport)
    }

    /// Sets up the facilitator at this URL another way.
    ///
    /// # Errors
    ///
    /// [`ConfigError::BaseUrl`] if it breaks a rule of [`BaseUrl`].
    pub fn builder(url: &str) -> Result<RemoteBuilder, ConfigError> {
        RemoteBuilder::new(url)
    }

    pub(super) fn assemble(builder: RemoteBuilder, transport: Box<dyn Transport>) -> Self {
        let RemoteBuilder { base, auth, settle_timeout, supported_timeout, verify_timeout, supported_ttl } = builder;
        let kinds = Kinds::new(supported_ttl);
        Self(Arc::new(Inner { base, transport, auth, settle_timeout, supported_timeout, verify_timeout, kinds }))
    }

    /// Where the facilitator is.
    #[must_use]
    pub fn url(&self) -> &BaseUrl {
        &self.0.base
    }

    /// Makes one call, and brings back whatever is answered.
    async fn call(&self, endpoint: Endpoint, body: Option<Bytes>) -> Result<Response<Bytes>, FacilitatorError> {
        let answer = self.exchange(endpoint, body);
        #[cfg(feature = "tracing")]
        let answer = {
            let span = tracing::debug_span!("facilitator", path = endpoint.path());
            tracing::Instrument::instrument(answer, span)
        };
        answer.await
    }

    async fn exchange(&self, endpoint: Endpoint, body: Option<Bytes>) -> Result<Response<Bytes>, FacilitatorError> {
        let inner = &*self.0;
        let limit = after(match endpoint {
            Endpoint::Settle => inner.settle_timeout,
            Endpoint::Supported => inner.supported_timeout,
            Endpoint::Verify => inner.verify_timeout,
        });
        let method = if body.is_some() { Method::POST } else { Method::GET };
        let call = Call::read(method, endpoint.path());
        let call = body.into_iter().fold(call, Call::json_text);
        let mut request = call.request(&inner.base).map_err(|error| {
            FacilitatorError::new(FacilitatorErrorKind::Configuration, Reach::NotSent).with_source(error)
        })?;
        self.authorize(endpoint, &mut request, limit).await?;
        timeout_at(limit, inner.transport.send(request))
            .await
            .map_err(|_| FacilitatorError::new(FacilitatorErrorKind::Timeout, Reach::MaybeSent))?
            .map_err(unanswered)
    }

    /// Adds the headers that the owner wants; ours win.
    async fn authorize(
        &self,
        endpoint: Endpoint,
        request: &mut Request<Bytes>,
        limit: Instant,
    ) -> Result<(), FacilitatorError> {
        let Some(auth) = &self.0.auth else { return Ok(()) };
        let unsent = |kind| FacilitatorError::new(kind, Reach::NotSent);
        let mut headers: HeaderMap = timeout_at(limit, auth.headers(endpoint))
            .await
            .map_err(|_| unsent(FacilitatorErrorKind::Timeout))?
            .map_err(|error| unsent(FacilitatorErrorKind::Unavailable).with_source(error))?;
        for value in headers.values_mut() {
            value.set_sensitive(true);
        }
        let ours = std::mem::take(request.headers_mut());
        headers.extend(ours);
        *request.headers_mut() = headers;
        Ok(())
    }

    async fn settle_once(&self, body: Bytes) -> Result<(StatusCode, SettleResponse), FacilitatorError> {
        let answer = self.call(Endpoint::Settle, Some(body)).await?;
        Ok((answer.status(), verdict::settlement(answer.status(), answer.body())?))
    }
}

impl Facilitator for Remote {
    async fn verify(&self, request: &FacilitatorRequest) -> Result<VerifyResponse, FacilitatorError> {
        let body = wire::encode_facilitator_request(request).into();
        let answer = self.call(Endpoint::Verify, Some(body)).await?;
        verdict::verification(answer.status(), answer.body())
    }

    async fn settle(&self, request: &FacilitatorRequest) -> Result<SettleResponse, FacilitatorError> {
        let body: Bytes = wire::encode_facilitator_request(request).into();
        let (status, first) = self.settle_once(body.clone()).await?;
        if !is_under_way(&first) {
            return Ok(doubted(first, status.is_server_error()));
        }
        match self.settle_once(body).await {
            Ok((_, second)) if speaks_of(&first.transaction, &second) => Ok(second),
            Ok(_) | Err(_) => Ok(first),
        }
    }

    /// Sends the identical request again if a transaction was named: it is on its way already, so that no money moves
    /// that would not have moved anyway. Without one nothing is sent, since the first request may never have arrived.
    async fn reconcile(
        &self,
        request: &FacilitatorRequest,
        transaction: Option<B256>,
    ) -> Result<SettleResponse, FacilitatorError> {
        let network = request.requirements().network.clone();
        let mut pending = SettleResponse::failed(Reason::SETTLEMENT_PENDING, network, None);
        let Some(transaction) = transaction else { return Ok(pending) };
        pending.transaction = transaction.to_string();
        let (_, answer) = self.settle_once(wire::encode_facilitator_request(request).into()).await?;
        Ok(if speaks_of(&pending.transaction, &answer) { answer } else { pending })
    }

    async fn supported(&self) -> Result<SupportedResponse, FacilitatorError> {
        let ask = async || {
            let answer = self.call(Endpoint::Supported, None).await?;
            verdict::supported(answer.status(), answer.body())
        };
        self.0.kinds.get(ask).await
    }
}

fn is(answer: &SettleResponse, kind: ReasonKind) -> bool {
    !answer.success && answer.error_reason.as_ref().is_some_and(|reason| reason.kind() == kind)
}

/// Whether an answer says what became of a transaction that was named as pending.
///
/// That one may be on its way: only what speaks about a transaction replaces what is known, and a revert only if it is
/// that one's own. A refusal does not, since the payer's balance may be gone, and a second transaction revert, because
/// the first was mined.
fn speaks_of(transaction: &str, answer: &SettleResponse) -> bool {
    let is_its_revert = is(answer, ReasonKind::Reverted) && answer.transaction.eq_ignore_ascii_case(transaction);
    answer.success || is_under_way(answer) || is_its_revert
}

/// Whether it is said that a transaction, named, is pending.
fn is_under_way(answer: &SettleResponse) -> bool {
    is(answer, ReasonKind::Pending) && !answer.transaction.is_empty()
}

fn unanswered(error: TransportError) -> FacilitatorError {
    let kind = match error.kind() {
        TransportErrorKind::BodyTooLarge => FacilitatorErrorKind::BadAnswer,
        TransportErrorKind::Setup => FacilitatorErrorKind::Configuration,
        TransportErrorKind::Timeout => FacilitatorErrorKind::Timeout,
        TransportErrorKind::Connect | TransportErrorKind::Io => FacilitatorErrorKind::Unavailable,
    };
    FacilitatorError::new(kind, error.reach()).with_source(error)
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").field("url", &self.0.base).finish_non_exhaustive()
    }
}
