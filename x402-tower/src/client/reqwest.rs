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
use reqwest::{Body, Client, ClientBuilder, RequestBuilder, ResponseBuilderExt, redirect::Policy};
use tower_layer::Layer;
use tower_service::Service;
use x402_core::{PaymentSigner, client::Payer};

use super::{ClientError, PayLayer, PayService, Quote, Replay};

/// A `reqwest::Client` that pays.
///
/// It follows no redirects: a payment is for the origin that asked for it. Clones share connections and budget.
pub struct PayClient<S> {
    http: Client,
    service: PayService<Http, S>,
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

    /// A client with settings of its own. Redirects are switched off.
    ///
    /// # Errors
    ///
    /// If reqwest cannot build the client.
    pub fn build(builder: ClientBuilder, layer: PayLayer<S>) -> Result<Self, reqwest::Error> {
        let http = builder.redirect(Policy::none()).build()?;
        // What could not connect sent nothing.
        let layer = layer.unsent_if(|error| error.downcast_ref().is_some_and(reqwest::Error::is_connect));
        let service = layer.layer(Http(http.clone()));
        Ok(Self { http, service })
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
    /// [`Served`](x402_core::client::Served) in the response's extensions.
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
        let url = request.url().clone();
        let response = self.service.clone().call(to_http(request)?).await?;
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

    /// Asks what a request would cost; `None` if nothing. See [`PayService::probe`].
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

impl<S> Clone for PayClient<S> {
    fn clone(&self) -> Self {
        Self { http: self.http.clone(), service: self.service.clone() }
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
