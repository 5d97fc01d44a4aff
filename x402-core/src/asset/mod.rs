//! Tokens that can be paid with, and what signing a transfer of them takes.
//!
//! ```
//! use x402_core::{Asset, Network};
//!
//! let usdc = Asset::usdc(&Network::BASE_SEPOLIA).expect("in the table");
//! assert_eq!((usdc.name(), usdc.version(), usdc.decimals()), ("USDC", "2", 6));
//! assert!(Asset::usdc(&Network::eip155(31337)).is_none());
//! ```

mod token;
mod usdc;

pub use self::token::Asset;
