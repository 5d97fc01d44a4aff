//! Settling through 1Shot's own facilitator.
//!
//! ```no_run
//! use x402_core::{Asset, Network};
//! use x402_oneshot::{BusinessId, Client, facilitator::Native};
//!
//! # async fn run(client: Client, business: BusinessId) -> Result<(), Box<dyn std::error::Error>> {
//! let usdc = Asset::usdc(&Network::BASE_SEPOLIA).ok_or("not in the table")?;
//! let facilitator = Native::builder(client, business).token(usdc).connect().await?;
//! # let _ = facilitator;
//! # Ok(())
//! # }
//! ```

mod listing;

mod confirmation;

mod builder;

mod client;

pub use self::{builder::NativeBuilder, client::Native};
