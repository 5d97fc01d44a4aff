//! Claims that servers share.

use std::error::Error;

use x402_tower::store::redis::{ConnectError, RedisClaims};

use crate::{ConfigError, Settings};

/// Connects to Redis, if claims are to be kept there.
///
/// # Errors
///
/// If a variable makes no sense, or Redis cannot be used.
pub async fn shared_claims(settings: &Settings) -> Result<Option<RedisClaims>, Box<dyn Error>> {
    let Some(url) = &settings.redis_url else { return Ok(None) };
    match RedisClaims::builder(url.clone()).lease(settings.redis_lease).connect().await {
        Ok(claims) => Ok(Some(claims)),
        Err(error @ ConnectError::Lease { .. }) => Err(ConfigError::new("REDIS_LEASE_MS", error).into()),
        Err(error @ (ConnectError::NoTls | ConnectError::Url)) => Err(ConfigError::new("REDIS_URL", error).into()),
        Err(error) => Err(format!("REDIS_URL: {}", causes(&error)).into()),
    }
}

/// An error and its causes, without the repetitions of errors that tell their cause themselves.
fn causes(error: &dyn Error) -> String {
    let (mut told, mut next) = (error.to_string(), error.source());
    while let Some(cause) = next {
        let text = cause.to_string();
        if !told.ends_with(&text) {
            told = format!("{told}: {text}");
        }
        next = cause.source();
    }
    told
}
