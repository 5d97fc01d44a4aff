//! A payer whose key is at 1Shot: [`WalletSigner`] signs payments with a server wallet.
//!
//! The wallet's account holds the token; gas is not its business, for whoever settles pays it. The key never leaves
//! 1Shot, and what comes back is checked before it is handed on.
//!
//! ```
//! # #[cfg(all(feature = "reqwest", feature = "sandbox"))]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use x402_core::{Network, client::Payer};
//! use x402_oneshot::sandbox::Sandbox;
//! use x402_oneshot::signer::WalletSigner;
//! use x402_oneshot::{Client, Config, Credentials};
//!
//! let sandbox = Sandbox::start().await?; // 1Shot on this machine; leave it out, and the base URL, for the real one
//! let credentials = Credentials::new(sandbox.api_key(), sandbox.api_secret());
//! let client = Client::new(Config::new(credentials).base_url(sandbox.base_url())?)?;
//!
//! let signer = WalletSigner::connect(client, sandbox.wallet_id()).await?;
//! assert_eq!(signer.network(), Network::BASE_SEPOLIA);
//! let payer = Payer::new(signer); // pays like any other
//! # let _ = payer;
//! # Ok(())
//! # }
//! # #[cfg(not(all(feature = "reqwest", feature = "sandbox")))]
//! # fn main() {}
//! ```

mod error;
mod signed;
mod wallet_signer;

pub use self::{error::WalletSignerError, wallet_signer::WalletSigner};
