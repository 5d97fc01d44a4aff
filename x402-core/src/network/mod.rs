//! Networks: CAIP-2 identifiers, and the names that v1 used for some of them.
//!
//! ```
//! use x402_core::Network;
//!
//! let network: Network = "eip155:84532".parse()?;
//! assert_eq!(network, Network::BASE_SEPOLIA);
//! assert_eq!(network.v1_name(), Some("base-sepolia"));
//! assert_eq!(Network::from_v1_name("base-sepolia"), Network::BASE_SEPOLIA);
//! # Ok::<(), x402_core::network::ParseNetworkError>(())
//! ```

mod caip2;
mod known;

pub use self::caip2::{Network, ParseNetworkError};
