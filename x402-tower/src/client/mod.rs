//! Buying: a layer that pays for requests that are answered with 402.
//!
//! It goes over any service that sends `http` requests: hyper-util's client, a tower stack, or `reqwest` through
//! [`reqwest::PayClient`]. It holds no rule of its own about money; those are in [`x402_core::client`].
//!
//! ```
//! use alloy_signer_local::PrivateKeySigner;
//! use bytes::Bytes;
//! use http::{Request, Response};
//! use http_body_util::Full;
//! use tower::{Service, ServiceBuilder, service_fn};
//! use x402_core::client::{Budget, Payer, Served};
//! use x402_tower::client::PayLayer;
//!
//! # async fn buy() -> Result<(), Box<dyn std::error::Error>> {
//! # let key = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
//! # let http = service_fn(|_: Request<Full<Bytes>>| async { Ok::<_, std::convert::Infallible>(Response::new(Full::from("free"))) });
//! let budget = Budget::new("$5".parse()?)?;
//! let payer = Payer::new(key.parse::<PrivateKeySigner>()?).budget(budget.clone()); // at most $1 a request
//! let mut client = ServiceBuilder::new().layer(PayLayer::new(payer)).service(http);
//!
//! let response = client.call(Request::get("https://api.example.com/weather").body(Full::default())?).await?;
//! if let Some(paid) = response.extensions().get::<Served>() {
//!     println!("paid {} by {:?}", paid.payment.choice(), paid.receipt);
//! }
//! println!("{} left", budget.spending().remaining());
//! # Ok(())
//! # }
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(buy())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Never twice
//!
//! One request is paid for at most once. While the outcome of its payment is open (no answer, a 5xx, a 409) the same
//! payment is presented again, for as long as the [`Patience`](x402_core::client::Patience) lasts; then the
//! [error](ClientError::Payment) holds it. What a service below retries is sent again with the same payment too.
//!
//! # Redirects
//!
//! The service below must not follow redirects to other origins with a payment in hand: it would show the payment to
//! them. hyper-util's client follows none, and [`reqwest::PayClient`] sees to it that reqwest does not; told to, it
//! follows [by itself](reqwest::PayClient::follow_redirects), and only where no payment was sent.

mod error;
mod layer;
mod progress;
mod purchase;
mod quote;
#[cfg(feature = "reqwest")]
mod redirect;
mod replay;
#[cfg(feature = "reqwest")]
#[cfg_attr(docsrs_x402, doc(cfg(feature = "reqwest")))]
pub mod reqwest;
mod service;

pub use self::{
    error::ClientError,
    layer::PayLayer,
    progress::Progress,
    quote::Quote,
    replay::{Replay, ReplayBody},
    service::{PayFuture, PayService},
};
