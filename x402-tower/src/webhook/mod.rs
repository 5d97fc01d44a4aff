//! Receiving: a service for the route that somebody reports to.
//!
//! [`WebhookService`] reads the body, has a [`Verifier`] vouch for it, hands what it vouches for to a handler, and
//! answers. It knows nobody's signatures; a closure is a verifier.
//!
//! | answer | when |
//! |---|---|
//! | 200 | verified, and the handler is done |
//! | 202 | verified, and the handler goes on by itself |
//! | 400 | malformed, or the body broke off |
//! | 401 | not signed by whom it should be |
//! | 405 with `Allow` | another method than `POST` |
//! | 408 | the body did not come in time |
//! | 413 | the body is too long |
//! | 503 | our fault alone: it could not be verified, or the handler failed; to be sent again |
//!
//! ```
//! use axum::{Router, body::Body};
//! use http::Request;
//! use bytes::Bytes;
//! use tower::ServiceExt;
//! use x402_tower::webhook::{Rejection, WebhookService};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (events, mut received) = tokio::sync::mpsc::channel::<Bytes>(64);
//! let service = WebhookService::new(
//!     // A real verifier checks a signature.
//!     |request: Request<Bytes>| async move {
//!         let signed = request.headers().get("x-signature").is_some_and(|value| value == "ours");
//!         if signed { Ok(request.into_body()) } else { Err(Rejection::unproved()) }
//!     },
//!     move |event| {
//!         let events = events.clone();
//!         async move { Ok(events.send(event).await?) }
//!     },
//! );
//! let app: Router = Router::new().route_service("/hook", service);
//!
//! let signed = Request::post("/hook").header("x-signature", "ours").body(Body::from("paid"))?;
//! assert_eq!(app.clone().oneshot(signed).await?.status(), 200);
//! assert_eq!(received.recv().await.as_deref(), Some(&b"paid"[..]));
//! assert_eq!(app.oneshot(Request::post("/hook").body(Body::from("paid"))?).await?.status(), 401);
//! # Ok(())
//! # }
//! ```
//!
//! # With 1Shot
//!
//! `x402-oneshot`'s verifier plugs in like this, for its errors know their status:
//!
//! ```ignore
//! let service = WebhookService::new(
//!     move |request: Request<Bytes>| {
//!         let verifier = verifier.clone();
//!         async move { verifier.verify(request.body()).await.map_err(|error| Rejection::from(error.status())) }
//!     },
//!     |delivery| async move { Ok(()) },
//! );
//! ```

mod future;
mod handling;
mod receive;
mod rejection;
mod service;
mod verifier;

pub use self::{future::ResponseFuture, rejection::Rejection, service::WebhookService, verifier::Verifier};
