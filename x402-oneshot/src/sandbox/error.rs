//! Why a sandbox does not start.

use std::io;

use crate::transport::TransportError;

/// Why a [`Sandbox`](super::Sandbox) could not start.
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
