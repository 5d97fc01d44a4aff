//! Facilitators: one trait, three ways to reach somebody who settles.
//!
//! - [`Relayed`] calls the token's `transferWithAuthorization` as a contract method of your 1Shot account: a test run
//!   verifies, an execution settles, and 1Shot's server wallet pays the gas.
//! - [`Native`] asks 1Shot's own x402 endpoints, for an account that has the token imported there.
//! - [`Remote`] asks any x402 facilitator at a URL, 1Shot or not.
//!
//! ```no_run
//! use x402_core::{Asset, Network, SharedFacilitator};
//! use x402_oneshot::facilitator::{Native, Relayed, Remote};
//! use x402_oneshot::{Client, Config, Credentials};
//!
//! # #[cfg(feature = "reqwest")]
//! # async fn run(which: &str) -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::new(Config::new(Credentials::new("key", "secret")))?;
//! let business = "3b2c5e0a-8d0e-4f6e-9a51-7c1f6a0c2d11".parse()?;
//! let usdc = Asset::usdc(&Network::BASE_SEPOLIA).ok_or("not in the table")?;
//!
//! let facilitator = match which {
//!     "relayed" => SharedFacilitator::new(Relayed::builder(client, business).token(usdc).connect().await?),
//!     "native" => SharedFacilitator::new(Native::builder(client, business).token(usdc).connect().await?),
//!     url => SharedFacilitator::new(Remote::new(url)?),
//! };
//! # let _ = facilitator;
//! # Ok(())
//! # }
//! ```

mod dialect;
mod doubt;
mod evidence;
pub(crate) mod failure;
mod native;
mod outcome;
mod provision_error;
mod relayed;
mod remote;

#[cfg(feature = "reqwest")]
pub use self::remote::RemoteError;
pub use self::{
    native::{Native, NativeBuilder},
    provision_error::ProvisionError,
    relayed::{Listener, Overload, Relayed, RelayedBuilder},
    remote::{AuthHeaders, Authorizing, Endpoint, Remote, RemoteBuilder},
};
