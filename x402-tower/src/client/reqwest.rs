//! [`reqwest`](https://docs.rs/reqwest), paying.
//!
//! ```no_run
//! use alloy_signer_local::PrivateKeySigner;
//! use x402_core::client::Payer;
//! use x402_tower::client::reqwest::PayClient;
//!
//! # async fn buy() -> Result<(), Box<dyn std::error::Error>> {
//! # let key = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
//! let payer = Payer::new(key.parse::<PrivateKeySigner>()?); // at most $1 a request
//! let client = PayClient::new(payer)?;
//! let weather = client.send(client.get("https://api.example.com/weather")).await?.text().await?;
//! # Ok(())
//! # }
//! ```

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Method, Request, Response};
use reqwest::{Body, Client, ClientBuilder, RequestBuilder, ResponseBuilderExt, Url, redirect::Policy};
use tower_layer::Layer;
use tower_service::Service;
use x402_core::{
    PaymentSigner,
    client::{Origin, Payer, Served},
    error::BoxError,
};

use super::{
    ClientError, PayLayer, PayService, Progress, Quote, Replay,
    redirect::{Again, Hop},
};

/// The most redirects that one request follows, as many as with reqwest itself.
const MOST_REDIRECTS: usize = 10;

/// A `reqwest::Client` that pays.
///
/// It follows no redirects unless [told to](Self::follow_redirects). Clones share connections and budget.
pub struct PayClient<S> {
    http: Client,
    service: PayService<Http, S>,
    redirects: usize,
}

impl<S: PaymentSigner + 'static> PayClient<S> {
    /// A client with reqwest's defaults, which pays with this payer.
    ///
    /// # Errors
    ///
    /// If reqwest cannot set up TLS.
    pub fn new(payer: Payer<S>) -> Result<Self, reqwest::Error> {
        Self::build(Client::builder(), PayLayer::new(payer))
    }

    /// A client with settings of its own, except for its redirects: a payment would follow them. For those of requests
    /// without a payment there is [`follow_redirects`](Self::follow_redirects).
    ///
    /// # Errors
    ///
    /// If reqwest cannot build the client.
    pub fn build(builder: ClientBuilder, layer: PayLayer<S>) -> Result<Self, reqwest::Error> {
        let http = builder.redirect(Policy::none()).build()?;
        // What could not connect sent nothing.
        let layer = layer.unsent_if(|error| error.downcast_ref().is_some_and(reqwest::Error::is_connect));
        let service = layer.layer(Http(http.clone()));
        Ok(Self { http, service, redirects: 0 })
    }

    /// Follows the redirects (301, 302, 303, 307, 308) of requests that were not paid for, ten at most.
    ///
    /// The method changes as the [Fetch standard](https://fetch.spec.whatwg.org/#http-redirect-fetch) says.
    /// `Authorization`, `Cookie` and the like are not sent to another origin. Whoever asks for money in the end is
    /// judged as if it had been asked at first: by its own origin's share of the budget, and only for a resource of its
    /// own host. What is not followed is the response: a redirect from https to http, one whose request has a body that
    /// cannot be sent again, and the eleventh.
    ///
    /// # Security
    ///
    /// A request with a payment follows no redirect, whoever signed the payment: the answer to it is the response. Other
    /// headers, such as an API key, do follow, and a [`ClientBuilder`]'s default headers go with every request.
    #[must_use]
    pub const fn follow_redirects(mut self) -> Self {
        self.redirects = MOST_REDIRECTS;
        self
    }

    /// The start of a GET, for [`send`](Self::send).
    pub fn get(&self, url: impl reqwest::IntoUrl) -> RequestBuilder {
        self.http.get(url)
    }

    /// The start of a POST, for [`send`](Self::send).
    pub fn post(&self, url: impl reqwest::IntoUrl) -> RequestBuilder {
        self.http.post(url)
    }

    /// The start of a request, for [`send`](Self::send).
    pub fn request(&self, method: Method, url: impl reqwest::IntoUrl) -> RequestBuilder {
        self.http.request(method, url)
    }

    /// Sends a request, and pays for it if it costs money. What was paid is a
    /// [`Served`] in the response's extensions.
    ///
    /// A builder of another `reqwest::Client` is sent by this one all the same.
    ///
    /// # Errors
    ///
    /// See [`ClientError`].
    pub async fn send(&self, request: RequestBuilder) -> Result<reqwest::Response, ClientError> {
        let request = request.build().map_err(|error| ClientError::Inner(error.into()))?;
        self.execute(request).await
    }

    /// Sends a request, as [`send`](Self::send) does.
    ///
    /// # Errors
    ///
    /// See [`ClientError`].
    pub async fn execute(&self, request: reqwest::Request) -> Result<reqwest::Response, ClientError> {
        let mut hop = Hop::of(&request);
        self.travel(&mut hop, to_http(request)?).await
    }

    /// Sends a request, and pays for it at once what was [asked for](Self::probe) before: the way to send a body that
    /// there is only once.
    ///
    /// ```no_run
    /// # use x402_core::client::Payer;
    /// # use x402_tower::client::{ClientError, reqwest::PayClient};
    /// # async fn upload<S: x402_core::PaymentSigner + 'static>(
    /// #     client: PayClient<S>,
    /// #     stream: reqwest::Body,
    /// # ) -> Result<(), Box<dyn std::error::Error>> {
    /// let request = client.post("https://api.example.com/transcribe").body(stream).build()?;
    /// let text = match client.probe(&request).await? {
    ///     Some(quote) => {
    ///         println!("it costs {}", quote.choice());
    ///         client.execute_quoted(request, quote).await?
    ///     }
    ///     None => client.execute(request).await?,
    /// };
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`ClientError`].
    pub async fn execute_quoted(
        &self,
        request: reqwest::Request,
        quote: Quote,
    ) -> Result<reqwest::Response, ClientError> {
        let mut hop = Hop::of(&request);
        let mut request = to_http(request)?;
        request.extensions_mut().insert(quote);
        self.travel(&mut hop, request).await
    }

    async fn travel(&self, hop: &mut Hop, mut request: Request<Body>) -> Result<reqwest::Response, ClientError> {
        let mut left = self.redirects;
        loop {
            let again = Again::of(&request);
            let response = self.service.clone().call(request).await?;
            // What was paid for has its answer.
            let may_follow = left > 0 && response.extensions().get::<Served>().is_none();
            let next = may_follow.then(|| hop.next(response.status(), response.headers())).flatten();
            let Some((next, on)) = next.and_then(|next| Some((again.to(&next)?, next))) else {
                return to_response(response, hop.url.clone());
            };
            if let Some(origin) = Origin::of(next.uri()) {
                (self.service.layer.purse.watch)(&Progress::Redirected(&origin));
            }
            (request, *hop, left) = (next, on, left - 1);
        }
    }

    /// Asks what a request would cost; `None` if nothing. See [`PayService::probe`]. Redirects are not followed.
    ///
    /// # Errors
    ///
    /// See [`ClientError`].
    pub async fn probe(&self, request: &reqwest::Request) -> Result<Option<Quote>, ClientError> {
        let mut head = reqwest::Request::new(request.method().clone(), request.url().clone());
        *head.headers_mut() = request.headers().clone();
        self.service.clone().probe(&to_http(head)?).await
    }
}

fn to_http(request: reqwest::Request) -> Result<Request<Body>, ClientError> {
    let request = Request::<Body>::try_from(request);
    request.map_err(|error| ClientError::Inner(error.into()))
}

/// As reqwest's own, which knows where it came from.
fn to_response<R>(response: Response<R>, url: Url) -> Result<reqwest::Response, ClientError>
where
    R: http_body::Body<Data = Bytes> + Send + Sync + 'static,
    R::Error: Into<BoxError>,
{
    let (parts, body) = response.into_parts();
    let mut with_url =
        Response::builder().url(url).body(Body::wrap(body)).map_err(|error| ClientError::Inner(error.into()))?;
    let mut extensions = parts.extensions;
    extensions.extend(std::mem::take(with_url.extensions_mut()));
    *with_url.status_mut() = parts.status;
    *with_url.version_mut() = parts.version;
    *with_url.headers_mut() = parts.headers;
    *with_url.extensions_mut() = extensions;
    Ok(with_url.into())
}

impl<S> Clone for PayClient<S> {
    fn clone(&self) -> Self {
        Self { http: self.http.clone(), service: self.service.clone(), redirects: self.redirects }
    }
}

impl<S> fmt::Debug for PayClient<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PayClient").finish_non_exhaustive()
    }
}

/// Bytes can be sent again, a stream cannot.
impl Replay for Body {
    fn replay(&self) -> Option<Self> {
        self.as_bytes().map(|bytes| Self::from(Bytes::copy_from_slice(bytes)))
    }
}

/// reqwest as a service over `http` types.
#[derive(Clone, Debug)]
pub struct Http(Client);

impl Service<Request<Body>> for Http {
    type Response = Response<Body>;
    type Error = reqwest::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, reqwest::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), reqwest::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let http = self.0.clone();
        Box::pin(async move { http.execute(request.try_into()?).await.map(Into::into) })
    }
}
