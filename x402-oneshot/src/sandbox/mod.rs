//! The 1Shot API in this process, over a chain in this process: no account, no network, no money.
//!
//! A [`Sandbox`] serves the REST API on a port of the loopback interface. Behind it runs an EVM with
//! [Base Sepolia](https://docs.base.org)'s chain id, and in that a real ERC-20 token with
//! [EIP-3009](https://eips.ethereum.org/EIPS/eip-3009), compiled from Solidity, at the address of Base Sepolia's USDC.
//! Its EIP-712 domain is the real one, so an authorization signed for Base Sepolia is good here. Transfers really
//! execute, and what would revert there reverts here.
//!
//! ```
//! use x402_oneshot::sandbox::Sandbox;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), x402_oneshot::sandbox::SandboxError> {
//! let sandbox = Sandbox::start().await?;
//!
//! // What a client of the 1Shot API is told:
//! println!("{} {} {}", sandbox.base_url(), sandbox.api_key(), sandbox.business_id());
//!
//! // Who pays, and with what:
//! let thousand_dollars = 1_000_000_000_u64;
//! assert_eq!(sandbox.balance_of(sandbox.buyer_address()).to::<u64>(), thousand_dollars);
//! # Ok(())
//! # }
//! ```
//!
//! # What it serves
//!
//! | endpoint | |
//! |---|---|
//! | `POST /token` | OAuth2 client credentials, as a form or as JSON |
//! | `GET /business/{id}/wallets`, `GET /wallets/{id}` | one wallet, funded |
//! | `GET` and `POST /business/{id}/methods` | contract methods |
//! | `GET` and `PUT /methods/{id}` | one of them |
//! | `POST /methods/{id}/test` | a static call |
//! | `POST /methods/{id}/execute` | a transaction: `Pending`, `Submitted`, then `Completed` or `Failed` |
//! | `GET /business/{id}/transactions`, `GET /transactions/{id}` | what became of it |
//! | `GET /x402/supported` | the token, in both versions of x402 |
//! | `POST /x402/verify` | the checks of x402, then a static call |
//! | `POST /x402/settle` | the same, then a transaction, answered when it is mined |
//!
//! Everything but `/token` wants the bearer token, and the only credentials that get one are those of
//! [`Sandbox::api_key`] and [`Sandbox::api_secret`], made up at each start. A method's `callbackUrl` is kept, but
//! nothing is sent to it. Struct parameters are not supported. Nothing is ever forgotten: memory grows with use.

mod entropy;

mod error;
pub use error::SandboxError;

mod dialect;

mod account;

mod clock;
pub use clock::SandboxClock;

mod connection;

mod event;
pub use event::SandboxEvent;

mod token;

mod smart_account;

mod delegation;

mod chain;

mod receipt;

mod wallet;

mod value;

mod failure;

mod parameter;

mod structure;

mod declaration;

mod revert;

mod buyer;
pub use buyer::BuyerKey;

mod log;
mod webhooks;
pub use webhooks::{DeliveryStatus, SandboxAttempt, SandboxDelivery, SandboxWebhooks, WebhookFault, WebhookShape};

mod method;

mod contract_event;

mod transaction;
pub use transaction::{SandboxStatus, SandboxTransaction};

mod requests;
pub use requests::RequestCounts;

mod table;

pub mod faults;

mod shared;

mod page;

mod extract;

mod auth;

mod wallets;

mod methods;

mod invocation;

mod simulate;

mod execute;

mod batch;

mod prompt;

mod prompts;

mod imports;

mod contract_events;

mod transactions;

mod payment;

mod x402;

mod server;

mod miner;

mod handle;
pub use handle::Sandbox;

mod builder;
pub use builder::SandboxBuilder;
