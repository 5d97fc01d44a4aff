//! Why an account could not be set up.

use alloy_primitives::Address;
use x402_core::Network;

use crate::Error;

/// Why a facilitator could not be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProvisionError {
    /// A call to 1Shot failed.
    #[error("1Shot API could not be set up")]
    Call(#[source] Error),
    /// The wallets on the network have no native token to pay gas with.
    #[error("the 1Shot wallet {account} on {network} has no native token to pay gas with")]
    NoGas {
        /// The network.
        network: Network,
        /// One of the wallets.
        account: Address,
    },
    /// 1Shot's facilitator lists nothing at all for this account.
    #[error(
        "1Shot's facilitator lists nothing for this account: it has no wallet with gas, or no token's \
         transferWithAuthorization with v, r and s imported as a contract method"
    )]
    NothingListed,
    /// 1Shot's facilitator does not list the token for this account.
    #[error(
        "1Shot's facilitator does not list {symbol} ({asset}) on {network} for this account: it needs a wallet with gas \
         on that network, and the token's transferWithAuthorization with v, r and s imported as a contract method"
    )]
    NotListed {
        /// The network.
        network: Network,
        /// The token's ticker.
        symbol: String,
        /// The token's contract.
        asset: Address,
    },
    /// 1Shot's facilitator counts the token in other units, so that prices would be off by powers of ten.
    #[error("1Shot's facilitator has {symbol} with {theirs} decimals, not {ours}")]
    OtherDecimals {
        /// The token's ticker.
        symbol: String,
        /// The decimals it was described with here.
        ours: u8,
        /// The decimals that 1Shot lists.
        theirs: u64,
    },
    /// The business has no wallet on the network.
    #[error("the 1Shot business has no wallet on {network}")]
    NoWallet {
        /// The network.
        network: Network,
    },
}
