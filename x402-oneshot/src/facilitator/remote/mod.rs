//! Any x402 facilitator at a URL.
//!
//! ```
//! use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
//! use x402_oneshot::facilitator::{Endpoint, Remote};
//!
//! async fn key(_: Endpoint) -> Result<HeaderMap, http::header::InvalidHeaderValue> {
//!     let key = HeaderValue::from_str("Bearer of-your-choice")?;
//!     Ok(HeaderMap::from_iter([(AUTHORIZATION, key)]))
//! }
//!
//! # #[cfg(feature = "reqwest")]
//! # fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let facilitator = Remote::builder("https://facilitator.example/x402")?.auth(key).build()?;
//! # Ok(())
//! # }
//! ```

mod auth;
mod builder;
mod client;
mod kinds;
mod verdict;

#[cfg(feature = "reqwest")]
pub use self::builder::RemoteError;
pub use self::{
    auth::{AuthHeaders, Authorizing, Endpoint},
    builder::RemoteBuilder,
    client::Remote,
};
