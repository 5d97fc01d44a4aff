//! The client: a token, a deadline, retries where they are safe, and one place that knows the rules.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderValue, Request, Response, StatusCode};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep, timeout_at};
use x402_core::facilitator::Reach;

use crate::call::Call;
use crate::config::{Config, ConfigError, not_zero};
use crate::decode::from_json;
use crate::done::Done;
use crate::error::{Error, ErrorKind};
use crate::random::Random;
use crate::retry::retry_after;
use crate::token::{Grant, Token, TokenCache};
use crate::transport::{Transport, TransportError, TransportErrorKind};

/// A client of the 1Shot API.
///
/// Cheap to clone; clones share the token and the connections. Endpoints are grouped by what they
/// are about: [`chains`](Self::chains), [`wallets`](Self::wallets), [`methods`](Self::methods),
/// [`structs`](Self::structs), [`delegations`](Self::delegations), [`transactions`](Self::transactions),
/// [`contract_events`](Self::contract_events), [`webhooks`](Self::webhooks), [`prompts`](Self::prompts),
/// [`x402`](Self::x402).
///
/// Calls that change nothing are repeated as [`RetryPolicy`](crate::RetryPolicy) says. Calls that act
/// are sent once. The only exception is an answer of 401, which proves that nothing was done: then a
/// new token is fetched and the call is made once more.
///
/// ```no_run
/// use x402_oneshot::{BusinessId, Client, Config, Credentials};
///
/// # #[cfg(feature = "reqwest")]
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let client = Client::new(Config::new(Credentials::new("key", "secret")))?;
/// let business: BusinessId = "d5f4e3a1-85ad-42fa-8e21-75545145c7cb".parse()?;
/// for wallet in client.wallets().list(business).chain(84532).send().await?.response {
///     println!("{} {}", wallet.name, wallet.account_address);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
    /// What a call may take; of this clone only.
    deadline: Duration,
}

struct Inner {
    config: Config,
    transport: Box<dyn Transport>,
    tokens: TokenCache,
}

impl Client {
    /// A client over reqwest.
    ///
    /// Nothing is sent before the first call, so wrong credentials show there.
    ///
    /// # Errors
    ///
    /// [`TransportErrorKind::Setup`] if the platform has no certificates for `https`.
    #[cfg(feature = "reqwest")]
    pub fn new(config: Config) -> Result<Self, TransportError> {
        let transport = crate::transport::ReqwestTransport::new(config.base())?;
        Ok(Self::with_transport(config, transport))
    }

    /// A client over another transport.
    #[must_use]
    pub fn with_transport(config: Config, transport: impl Transport + 'static) -> Self {
        let deadline = config.call_deadline();
        let inner = Inner { config, transport: Box::new(transport), tokens: TokenCache::default() };
        Self { inner: Arc::new(inner), deadline }
    }

    /// The same client, with the same token and connections, whose calls may take another time than
    /// [`Config::deadline`].
    ///
    /// For one call or for many; of a list that is read as a stream, each page is a call. Waiting for a transaction has
    /// a [deadline of its own](crate::api::WaitPolicy::deadline).
    ///
    /// ```
    /// use std::time::Duration;
    /// # use x402_oneshot::{Client, MethodId, api::Params};
    ///
    /// # async fn run(client: Client, method: MethodId, params: Params) -> Result<(), Box<dyn std::error::Error>> {
    /// let patient = client.with_deadline(Duration::from_secs(120))?;
    /// let queued = patient.methods().execute(method, params).await?;
    /// # let _ = queued;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConfigError::ZeroDuration`] for zero, as is left of a time budget that is used up: nothing should be sent then.
    pub fn with_deadline(&self, deadline: Duration) -> Result<Self, ConfigError> {
        let deadline = not_zero(deadline, "deadline")?;
        Ok(Self { inner: Arc::clone(&self.inner), deadline })
    }

    /// Makes a call and reads its answer.
    pub(crate) async fn send<T: DeserializeOwned>(&self, call: Call) -> Result<T, Error> {
        Ok(self.send_for_status(&call).await?.1)
    }

    /// The same, with the status of the answer for those who go on reading in it.
    pub(crate) async fn send_for_status<T: DeserializeOwned>(&self, call: &Call) -> Result<(StatusCode, T), Error> {
        let answer = self.answer(call).await?;
        let status = answer.status();
        let read = from_json(answer.body()).map_err(|error| call.undecodable(status, error))?;
        Ok((status, read))
    }

    /// Makes a call whose answer says no more than that it was done.
    pub(crate) async fn perform(&self, call: Call) -> Result<(), Error> {
        let answer = self.answer(&call).await?;
        let status = answer.status();
        match Done::read(answer.body()).map_err(|error| call.undecodable(status, error))? {
            Done::Yes => Ok(()),
            Done::No => Err(call.blame(Error::new(ErrorKind::Declined, Reach::Answered).with_status(status))),
        }
    }

    async fn answer(&self, call: &Call) -> Result<Response<Bytes>, Error> {
        let answer = self.authorized(call);
        #[cfg(feature = "tracing")]
        let answer = {
            let (method, path) = call.name();
            tracing::Instrument::instrument(answer, tracing::debug_span!("oneshot", %method, path))
        };
        answer.await.map_err(|error| named(call, error))
    }

    /// Where jitter comes from.
    pub(crate) fn random(&self) -> &dyn Random {
        self.inner.config.randomness()
    }

    async fn authorized(&self, call: &Call) -> Result<Response<Bytes>, Error> {
        let deadline = after(self.deadline);
        let request = call.request(self.inner.config.base())?;
        let token = self.token(None, deadline).await?;
        let outcome = self.repeated(call, with_token(&request, &token), deadline).await;
        match outcome {
            Err(error) if error.is_unauthenticated() => {
                let token = self.token(Some(&token), deadline).await?;
                self.repeated(call, with_token(&request, &token), deadline).await
            }
            outcome => outcome,
        }
    }

    /// A token. Its failure is one of the call that needs it, which therefore was not sent.
    async fn token(&self, refused: Option<&Token>, deadline: Instant) -> Result<Token, Error> {
        let call = Call::token(self.inner.config.credentials());
        let fetch = async || {
            let request = call.request(self.inner.config.base())?;
            let answer = self.repeated(&call, request, deadline).await?;
            Grant::read(answer.body()).map_err(|error| error.with_status(answer.status()))
        };
        let waiting = self.inner.tokens.get(refused, fetch);
        timeout_at(deadline, waiting)
            .await
            .unwrap_or_else(|_| Err(Error::new(ErrorKind::Timeout, Reach::NotSent)))
            .map_err(|error| call.blame(error).with_reach(Reach::NotSent))
    }

    /// Tries until there is an answer, an error that another try would not help, or no time.
    async fn repeated(
        &self,
        call: &Call,
        request: Request<Bytes>,
        deadline: Instant,
    ) -> Result<Response<Bytes>, Error> {
        let config = &self.inner.config;
        let mut retries = 0;
        loop {
            let limit = if call.acts() { deadline } else { deadline.min(after(config.try_timeout())) };
            let error = match self.once(request.clone(), limit).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            #[cfg(feature = "tracing")]
            tracing::debug!(%error, retries, "attempt failed");
            if call.acts() || !error.is_retryable() {
                return Err(error);
            }
            let delay = config.retry_policy().delay(retries, error.retry_after(), config.randomness());
            match delay {
                Some(delay) if after(delay) < deadline => sleep(delay).await,
                _ => return Err(error),
            }
            retries += 1;
        }
    }

    async fn once(&self, request: Request<Bytes>, limit: Instant) -> Result<Response<Bytes>, Error> {
        let answer = timeout_at(limit, self.inner.transport.send(request))
            .await
            .map_err(|_| Error::new(ErrorKind::Timeout, Reach::MaybeSent))?
            .map_err(unanswered)?;
        if !answer.status().is_success() {
            return Err(Error::answered(answer.status(), answer.body(), retry_after(answer.headers())));
        }
        Ok(answer)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("config", &self.inner.config)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

/// Errors of the token call are already named.
fn named(call: &Call, error: Error) -> Error {
    if error.call().is_some() {
        return error;
    }
    call.blame(error)
}

fn with_token(request: &Request<Bytes>, token: &Token) -> Request<Bytes> {
    let mut request = request.clone();
    let header: HeaderValue = token.header();
    request.headers_mut().insert(AUTHORIZATION, header);
    request
}

fn unanswered(error: TransportError) -> Error {
    let kind = match error.kind() {
        TransportErrorKind::BodyTooLarge => ErrorKind::Decode,
        TransportErrorKind::Timeout => ErrorKind::Timeout,
        TransportErrorKind::Setup => ErrorKind::Request,
        TransportErrorKind::Connect | TransportErrorKind::Io => ErrorKind::Transport,
    };
    let unanswered = Error::new(kind, error.reach());
    let unanswered = match error.status() {
        Some(status) => unanswered.with_status(status),
        None => unanswered,
    };
    unanswered.with_source(error)
}

/// That long from now; for a time beyond what the clock can hold, far enough.
pub(crate) fn after(duration: Duration) -> Instant {
    const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);
    Instant::now() + duration.min(FAR)
}
