//! How a request gets to the other side: one small trait, and reqwest behind it.
//!
//! The client hands every request to a [`Transport`], which sends it once and brings back the whole
//! answer. Retries, tokens and deadlines are the client's; a transport has no policy. Any other HTTP
//! stack, a recorder or a test double can take reqwest's place:
//!
//! ```
//! use bytes::Bytes;
//! use x402_oneshot::transport::{Sending, Transport};
//! use x402_oneshot::{Client, Config, Credentials};
//!
//! struct Teapot;
//!
//! impl Transport for Teapot {
//!     fn send(&self, _: http::Request<Bytes>) -> Sending<'_> {
//!         Box::pin(async {
//!             let mut answer = http::Response::new(Bytes::new());
//!             *answer.status_mut() = http::StatusCode::IM_A_TEAPOT;
//!             Ok(answer)
//!         })
//!     }
//! }
//!
//! let client = Client::with_transport(Config::new(Credentials::new("key", "secret")), Teapot);
//! # let _ = client;
//! ```

mod error;
pub use error::{TransportError, TransportErrorKind};

mod send;
pub use send::{Sending, Transport};

#[cfg(feature = "reqwest")]
mod reqwest;
#[cfg(feature = "reqwest")]
pub use self::reqwest::ReqwestTransport;
