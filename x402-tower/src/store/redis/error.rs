//! What can go wrong.

use std::time::Duration;

use redis::RedisError;
use x402_core::{claim::ClaimError, error::BoxError};

/// The store cannot be set up.
///
/// An enum, since a program reads it once, at its start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The lease is too short to be renewed in time.
    #[error("a lease of {given:?} is too short: it lasts {least:?} or more")]
    Lease {
        /// The lease that was asked for.
        given: Duration,
        /// The shortest that there is.
        least: Duration,
    },
    /// The URL asks for TLS, and the crate `redis` was built without.
    #[error("the Redis URL asks for TLS, which the feature `tokio-rustls-comp` of the crate `redis` gives")]
    NoTls,
    /// Redis does not answer, or refuses to run the scripts: the cause says which.
    #[error("Redis cannot be used")]
    Unavailable(#[source] BoxError),
    /// The URL is malformed.
    #[error("it is a Redis URL, such as redis://127.0.0.1:6379")]
    Url,
}

/// Why there is no answer, and whether the question may have had its effect.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// It had none.
    #[error("Redis answered with an error")]
    Answered(#[source] RedisError),
    /// It may have had its effect.
    #[error("Redis holds something else where a claim should be")]
    Garbled,
    /// It may have had its effect.
    #[error("Redis did not answer in time")]
    NoAnswer(#[source] Option<RedisError>),
    /// It was never sent.
    #[error("there is no connection to Redis")]
    NoConnection(#[source] Option<RedisError>),
    /// It was never sent.
    #[error("there is no randomness")]
    NoRandomness(#[source] getrandom::Error),
}

impl Fault {
    pub(super) const fn may_have_acted(&self) -> bool {
        matches!(self, Self::Garbled | Self::NoAnswer(_))
    }
}

impl From<Fault> for ClaimError {
    fn from(fault: Fault) -> Self {
        Self::Unavailable(Box::new(fault))
    }
}
