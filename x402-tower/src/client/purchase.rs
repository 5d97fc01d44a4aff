//! One request, and the payment for it.

use std::{future::poll_fn, sync::Arc};

use bytes::{Bytes, BytesMut};
use http::{Request, Response, StatusCode, request::Parts, response};
use http_body::Body;
use http_body_util::BodyExt;
use tokio::time::{Instant, sleep, timeout};
use tower_service::Service;
use x402_core::{
    PaymentSigner, X402Version,
    client::{Offered, Origin, Patience, Presentation, SignedPayment, Step, read_offer},
    error::{BoxError, chain},
    header::{PAYMENT_REQUIRED, PAYMENT_SIGNATURE, X_PAYMENT},
};

use super::{ClientError, Progress, Quote, Replay, layer::Purse};
use crate::body::ResponseBody;

/// The most of a 402's body that is read: 64 KiB.
const MAX_OFFER: usize = 64 * 1024;

/// Asks what a request costs.
pub(super) async fn ask<I, B, R, S>(
    purse: &Purse<S>,
    inner: &mut I,
    request: Request<B>,
) -> Result<Option<Quote>, ClientError>
where
    I: Service<Request<B>, Response = Response<R>>,
    I::Error: Into<BoxError>,
    R: Body<Data = Bytes>,
    S: PaymentSigner,
{
    let origin = Origin::of(request.uri());
    let response = send(inner, request).await.map_err(ClientError::Inner)?;
    match Answer::read(response, purse).await? {
        Answer::Response(_) => Ok(None),
        Answer::Offer(offered) => {
            let offered = offered.asked(origin.ok_or(ClientError::NoOrigin)?);
            let choice = purse.payer.choose(&offered).map_err(ClientError::NoChoice)?;
            Ok(Some(Quote { offered, choice }))
        }
    }
}

/// A request on its way, with whoever pays for it.
pub(super) struct Purchase<I, S> {
    purse: Arc<Purse<S>>,
    inner: I,
}

impl<I, S: PaymentSigner> Purchase<I, S> {
    pub(super) const fn new(purse: Arc<Purse<S>>, inner: I) -> Self {
        Self { purse, inner }
    }

    pub(super) async fn run<B, R>(mut self, request: Request<B>) -> Result<Response<ResponseBody<R>>, ClientError>
    where
        I: Service<Request<B>, Response = Response<R>>,
        I::Error: Into<BoxError>,
        B: Replay,
        R: Body<Data = Bytes>,
    {
        let (mut head, body) = request.into_parts();
        let is_paid = head.headers.contains_key(PAYMENT_SIGNATURE) || head.headers.contains_key(X_PAYMENT);
        let origin = Origin::of(&head.uri);
        // A quote is good for the server that made it, and for who has not paid yet.
        let quote = head.extensions.remove::<Quote>().filter(|quote| !is_paid && quote.offered.asked == origin);
        let (quote, body) = match quote {
            Some(quote) => (quote, Spare { next: body.replay(), body: Some(body) }),
            None => {
                let spare = body.replay();
                let request = Request::from_parts(head.clone(), body);
                let response = send(&mut self.inner, request).await.map_err(ClientError::Inner)?;
                // A payment of the caller's own is not paid for a second time.
                if is_paid {
                    return Ok(response.map(ResponseBody::handler));
                }
                let offered = match Answer::read(response, &self.purse).await? {
                    Answer::Response(response) => return Ok(response),
                    Answer::Offer(offered) => offered.asked(origin.ok_or(ClientError::NoOrigin)?),
                };
                let choice = self.purse.payer.choose(&offered).map_err(ClientError::NoChoice)?;
                let body = spare.ok_or(ClientError::NotReplayable)?;
                (Quote { offered, choice }, Spare { next: body.replay(), body: Some(body) })
            }
        };
        let payment = sign(&self.purse, &quote).await?;
        self.present(head, body, quote.offered, payment).await
    }

    /// Presents the payment until its outcome is known: always the same one.
    async fn present<B, R>(
        mut self,
        head: Parts,
        mut body: Spare<B>,
        offered: Offered,
        payment: SignedPayment,
    ) -> Result<Response<ResponseBody<R>>, ClientError>
    where
        I: Service<Request<B>, Response = Response<R>>,
        I::Error: Into<BoxError>,
        B: Replay,
        R: Body<Data = Bytes>,
    {
        let (name, value) = payment.header();
        let patience = if body.next.is_some() { self.purse.patience.clone() } else { Patience::none() };
        let mut presentation = Presentation::new(offered, payment, patience);
        let started = Instant::now();
        loop {
            let Some(attempt) = body.take() else { return Err(ClientError::NotReplayable) };
            let mut request = Request::from_parts(head.clone(), attempt);
            request.headers_mut().insert(name.clone(), value.clone());
            // A body that the protocol may have put words into is part of the answer.
            let answer = async { Ok(Held::read(send(&mut self.inner, request).await?).await) };
            let answer: Result<Result<_, BoxError>, _> = timeout(self.purse.attempt, answer).await;
            let (now, waited) = (self.purse.payer.now(), started.elapsed());
            let (why, pause) = match answer {
                Ok(Ok((parts, body))) => {
                    match presentation.answered(parts.status, &parts.headers, body.seen(), now, waited) {
                        Step::Again(pause) => (format!("the server answered {}", parts.status), Ok(pause)),
                        Step::Failed(failure) => return Err(ClientError::Payment(failure)),
                        Step::Served(served) => {
                            let mut response = Response::from_parts(parts, body.into_body());
                            response.extensions_mut().insert(*served);
                            return Ok(response);
                        }
                    }
                }
                Ok(Err(error)) => {
                    let (why, was_sent) = (chain(&*error), !(self.purse.unsent)(&*error));
                    let pause = presentation.failed(&why, was_sent, now, waited);
                    (why, pause)
                }
                Err(_) => {
                    let why = format!("no answer within {} s", self.purse.attempt.as_secs());
                    let pause = presentation.failed(&why, true, now, waited);
                    (why, pause)
                }
            };
            let pause = pause.map_err(ClientError::Payment)?;
            (self.purse.watch)(&Progress::Waiting { why: &why, pause });
            sleep(pause).await;
        }
    }
}

async fn sign<S: PaymentSigner>(purse: &Purse<S>, quote: &Quote) -> Result<SignedPayment, ClientError> {
    (purse.watch)(&Progress::Chosen(&quote.choice));
    let payment = purse.payer.sign(&quote.offered, quote.choice.clone()).await.map_err(ClientError::Sign)?;
    (purse.watch)(&Progress::Signed(&payment));
    Ok(payment)
}

/// The body for the next attempt, and the one after.
struct Spare<B> {
    body: Option<B>,
    next: Option<B>,
}

impl<B: Replay> Spare<B> {
    fn take(&mut self) -> Option<B> {
        let body = self.body.take();
        self.body = self.next.take();
        self.next = self.body.as_ref().and_then(Replay::replay);
        body
    }
}

/// What the first request came back with.
enum Answer<R> {
    Offer(Offered),
    Response(Response<ResponseBody<R>>),
}

impl<R: Body<Data = Bytes>> Answer<R> {
    async fn read<S>(response: Response<R>, purse: &Purse<S>) -> Result<Self, ClientError> {
        let only = purse.only;
        if response.status() != StatusCode::PAYMENT_REQUIRED {
            return Ok(Self::Response(response.map(ResponseBody::handler)));
        }
        let (parts, body) = response.into_parts();
        // Beside the header, the body says nothing that matters.
        if only != Some(X402Version::V1) && parts.headers.contains_key(PAYMENT_REQUIRED) {
            return read_offer(&parts.headers, b"").map(Self::Offer).map_err(ClientError::Offer);
        }
        let body = match timeout(purse.attempt, collect(body)).await {
            Ok(Ok(body)) => body,
            Ok(Err(Cut::TooLong)) => return Err(ClientError::OfferTooLong { most: MAX_OFFER }),
            Ok(Err(Cut::BrokeOff)) | Err(_) => return Err(ClientError::OfferIncomplete),
        };
        match Offered::from_v1_body(&body) {
            Ok(offered) if only == Some(X402Version::V2) => Err(ClientError::Version { offered: offered.version }),
            Ok(offered) => Ok(Self::Offer(offered)),
            Err(error) if is_x402(&body) => Err(ClientError::Offer(error)),
            Err(_) if parts.headers.contains_key(PAYMENT_REQUIRED) => {
                Err(ClientError::Version { offered: X402Version::V2 })
            }
            // 402 is older than x402.
            Err(_) => Ok(Self::Response(Response::from_parts(parts, ResponseBody::ours(body)))),
        }
    }
}

/// Whether a body that is no offer was meant to be one.
fn is_x402(body: &[u8]) -> bool {
    let member = b"\"x402Version\"";
    body.windows(member.len()).any(|window| window == member)
}

/// A response's body, read if the protocol may have put words into it.
enum Held<R> {
    Read(Bytes),
    Streaming(R),
}

impl<R: Body<Data = Bytes>> Held<R> {
    async fn read(response: Response<R>) -> (response::Parts, Self) {
        let (parts, body) = response.into_parts();
        let held = match parts.status {
            StatusCode::PAYMENT_REQUIRED => Self::Read(collect(body).await.unwrap_or_default()),
            _ => Self::Streaming(body),
        };
        (parts, held)
    }

    fn seen(&self) -> &[u8] {
        match self {
            Self::Read(bytes) => bytes,
            Self::Streaming(_) => b"",
        }
    }

    fn into_body(self) -> ResponseBody<R> {
        match self {
            Self::Read(bytes) => ResponseBody::ours(bytes),
            Self::Streaming(body) => ResponseBody::handler(body),
        }
    }
}

async fn send<I, B>(inner: &mut I, request: Request<B>) -> Result<I::Response, BoxError>
where
    I: Service<Request<B>>,
    I::Error: Into<BoxError>,
{
    poll_fn(|cx| inner.poll_ready(cx)).await.map_err(Into::into)?;
    inner.call(request).await.map_err(Into::into)
}

/// Why there is no whole body.
enum Cut {
    BrokeOff,
    TooLong,
}

/// The whole of a short body.
async fn collect<R: Body<Data = Bytes>>(body: R) -> Result<Bytes, Cut> {
    let mut body = std::pin::pin!(body);
    let mut all = BytesMut::new();
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.map_err(|_| Cut::BrokeOff)?.into_data() {
            all.extend_from_slice(&data);
        }
        if all.len() > MAX_OFFER {
            return Err(Cut::TooLong);
        }
    }
    Ok(all.freeze())
}
