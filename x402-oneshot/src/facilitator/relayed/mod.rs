//! Settling through a contract method of a 1Shot account.
//!
//! What the account needs is looked at once, at the start, and set right: a wallet that can pay gas, and one contract
//! method for each token. A method of the account is used if it is ours in every respect, not because of its name.
//!
//! ```no_run
//! use x402_core::{Asset, Network};
//! use x402_oneshot::{BusinessId, Client, api::Reports, facilitator::{ProvisionError, Relayed}};
//!
//! # async fn run(client: Client, business: BusinessId) -> Result<(), Box<dyn std::error::Error>> {
//! let reports = Reports::new();
//! let usdc = Asset::usdc(&Network::BASE_SEPOLIA).ok_or("not in the table")?;
//! let facilitator = Relayed::builder(client, business)
//!     .token(usdc)
//!     .callback_url("https://shop.example/1shot")
//!     .reports(reports.clone())
//!     .connect()
//!     .await?;
//! // Whoever verifies webhooks tells `reports`, and needs to know whose keys are good:
//! let methods: Vec<_> = facilitator.methods().collect();
//! # let _ = methods;
//! # Ok(())
//! # }
//! ```

mod overload;

mod method;

mod gas;

mod account;

mod builder;

mod executions;

mod client;

pub use self::{builder::RelayedBuilder, client::Relayed, overload::Overload};
