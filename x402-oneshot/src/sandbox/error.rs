//! Why a sandbox does not start, or not do what it is told.

use std::io;

use alloy_primitives::Address;

use crate::transport::TransportError;

/// Why a [`Sandbox`](super::Sandbox) could not start, or not do what it was told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// The port is taken, or not ours to take.
    #[error("cannot listen on port {port} of 127.0.0.1")]
    #[non_exhaustive]
    Bind {
        /// The port that was asked for; 0 means any.
        port: u16,
        /// What the operating system says.
        source: io::Error,
    },
    /// A token cannot be made: its name or version is longer than 31 bytes, or nobody can hold that many of its units.
    #[error("cannot make the token {address} on chain {chain_id}")]
    #[non_exhaustive]
    Token {
        /// The chain it was to be on.
        chain_id: u64,
        /// Where it was to be.
        address: Address,
    },
    /// The sandbox has no such chain.
    #[error("the sandbox has no chain {chain_id}")]
    #[non_exhaustive]
    UnknownChain {
        /// The chain that was asked for.
        chain_id: u64,
    },
    /// The chain has no such token.
    #[error("the sandbox has no token {address} on chain {chain_id}")]
    #[non_exhaustive]
    UnknownToken {
        /// The chain that was asked for.
        chain_id: u64,
        /// The token that was asked for.
        address: Address,
    },
    /// The operating system gives no random bytes for keys and credentials.
    #[error("no randomness from the operating system")]
    #[non_exhaustive]
    Entropy {
        /// What the operating system says.
        source: getrandom::Error,
    },
    /// Webhooks are to leave this machine, and cannot.
    #[error("webhooks cannot be sent")]
    #[non_exhaustive]
    Webhooks {
        /// What the transport says.
        source: TransportError,
    },
}
