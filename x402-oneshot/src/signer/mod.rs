//! A payer whose key is at 1Shot: [`WalletSigner`] signs payments with a server wallet.
//!
//! The wallet's account holds the token; gas is not its business, for whoever settles pays it. The key never leaves
//! 1Shot, and what comes back is checked before it is handed on.
//!
//! ```no_run
//! use x402_core::client::Payer;
//! use x402_oneshot::signer::WalletSigner;
//! use x402_oneshot::{Client, Config, Credentials};
//!
//! # #[cfg(feature = "reqwest")]
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::new(Config::new(Credentials::new("key", "secret")))?;
//! let wallet = "2f9d7a9e-6a75-4a0d-9f3b-5a1f3a6b8c22".parse()?;
//! let payer = Payer::new(WalletSigner::connect(client, wallet).await?);
//! # let _ = payer;
//! # Ok(())
//! # }
//! ```

mod error;
mod signed;
mod wallet_signer;

pub use self::{error::WalletSignerError, wallet_signer::WalletSigner};
