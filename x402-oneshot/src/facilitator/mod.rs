//! Facilitators that settle through 1Shot.
//!
//! [`Relayed`] calls the token's `transferWithAuthorization` as a contract method of your account: a test run verifies,
//! an execution settles, and 1Shot's server wallet pays the gas.
//!
//! ```no_run
//! use x402_core::{Asset, Network};
//! use x402_oneshot::{Client, Config, Credentials, facilitator::Relayed};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::new(Config::new(Credentials::new("key", "secret")))?;
//! let usdc = Asset::usdc(&Network::BASE_SEPOLIA).ok_or("not in the table")?;
//! let business = "3b2c5e0a-8d0e-4f6e-9a51-7c1f6a0c2d11".parse()?;
//! let facilitator = Relayed::builder(client, business).token(usdc).connect().await?;
//! # Ok(())
//! # }
//! ```

mod doubt;
mod failure;
mod method;
mod provision;
mod relayed;
mod remote;

#[cfg(feature = "reqwest")]
pub use self::remote::RemoteError;
pub use self::{
    provision::{ProvisionError, RelayedBuilder},
    relayed::Relayed,
    remote::{AuthHeaders, Authorizing, Endpoint, Remote, RemoteBuilder},
};
