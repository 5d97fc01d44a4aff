//! Settling through a contract method of a 1Shot account.
//!
//! What the account needs is looked at once, at the start, and set right: a wallet that can pay gas, and one contract
//! method for each token. A method of the account is used if it is ours in every respect, not because of its name.
//!
//! ```no_run
//! use x402_core::{Asset, Network};
//! use x402_oneshot::{BusinessId, Client, facilitator::Relayed};
//!
//! # async fn run(client: Client, business: BusinessId) -> Result<(), Box<dyn std::error::Error>> {
//! let usdc = Asset::usdc(&Network::BASE_SEPOLIA).ok_or("not in the table")?;
//! let builder = Relayed::builder(client, business).token(usdc).callback_url("https://shop.example/1shot");
//! let facilitator = builder.connect().await?;
//! // Behind that route:
//! let listener = facilitator.listener();
//! # let _ = listener;
//! # Ok(())
//! # }
//! ```

mod overload;

mod method;

mod gas;

mod account;

mod setup;

mod memo;

mod executions;

mod client;

mod builder;

mod listener;

pub use self::{builder::RelayedBuilder, client::Relayed, listener::Listener, overload::Overload};
