//! Everything a client needs to know before its first call.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::base_url::{BaseUrl, BaseUrlError};
use crate::credentials::Credentials;
use crate::random::{OsRandom, Random};
use crate::retry::RetryPolicy;

/// Why a configuration was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The base URL breaks a rule.
    #[error("invalid base URL")]
    BaseUrl(#[source] BaseUrlError),
    /// A time limit of nothing, with which no call could succeed.
    #[error("{0} is zero")]
    ZeroDuration(&'static str),
}

/// The configuration of a [`Client`](crate::Client).
///
/// ```
/// use std::time::Duration;
/// use x402_oneshot::{Config, Credentials};
///
/// let config = Config::new(Credentials::new("key", "secret"))
///     .base_url("https://api.1shotapi.dev/v0")?
///     .deadline(Duration::from_secs(10))?;
/// # let _ = config;
/// # Ok::<(), x402_oneshot::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Config {
    base_url: BaseUrl,
    credentials: Credentials,
    deadline: Duration,
    attempt_timeout: Duration,
    retry: RetryPolicy,
    random: Arc<dyn Random>,
}

impl Config {
    /// Production, 30 s a call, 10 s a try of a call that may be repeated, [`RetryPolicy::new`].
    #[must_use]
    pub fn new(credentials: Credentials) -> Self {
        Self {
            base_url: BaseUrl::production(),
            credentials,
            deadline: Duration::from_secs(30),
            attempt_timeout: Duration::from_secs(10),
            retry: RetryPolicy::new(),
            random: Arc::new(OsRandom),
        }
    }

    /// Sets where the API is.
    ///
    /// # Errors
    ///
    /// [`ConfigError::BaseUrl`] if it breaks a rule of [`BaseUrl`].
    pub fn base_url(mut self, url: &str) -> Result<Self, ConfigError> {
        self.base_url = url.parse().map_err(ConfigError::BaseUrl)?;
        Ok(self)
    }

    /// Sets the time a whole call may take, its token and its retries included.
    ///
    /// [`Client::with_deadline`](crate::Client::with_deadline) gives single calls another.
    ///
    /// # Errors
    ///
    /// [`ConfigError::ZeroDuration`] for zero.
    pub fn deadline(mut self, deadline: Duration) -> Result<Self, ConfigError> {
        self.deadline = not_zero(deadline, "deadline")?;
        Ok(self)
    }

    /// Sets the time one try of a call that may be repeated may take.
    ///
    /// A call that acts has one try, and all of the deadline for it.
    ///
    /// # Errors
    ///
    /// [`ConfigError::ZeroDuration`] for zero.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Result<Self, ConfigError> {
        self.attempt_timeout = not_zero(timeout, "attempt timeout")?;
        Ok(self)
    }

    /// Sets how calls that change nothing are repeated.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets where jitter comes from.
    #[must_use]
    pub fn random(mut self, random: impl Random + 'static) -> Self {
        self.random = Arc::new(random);
        self
    }
}

/// What the client reads of it.
impl Config {
    pub(crate) const fn base(&self) -> &BaseUrl {
        &self.base_url
    }

    pub(crate) const fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    pub(crate) const fn call_deadline(&self) -> Duration {
        self.deadline
    }

    pub(crate) const fn try_timeout(&self) -> Duration {
        self.attempt_timeout
    }

    pub(crate) const fn retry_policy(&self) -> &RetryPolicy {
        &self.retry
    }

    pub(crate) fn randomness(&self) -> &dyn Random {
        &*self.random
    }
}

pub(crate) fn not_zero(duration: Duration, name: &'static str) -> Result<Duration, ConfigError> {
    if duration.is_zero() {
        return Err(ConfigError::ZeroDuration(name));
    }
    Ok(duration)
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("base_url", &self.base_url)
            .field("credentials", &self.credentials)
            .field("deadline", &self.deadline)
            .field("attempt_timeout", &self.attempt_timeout)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_values_fail_where_they_are_configured_and_are_not_repeated() {
        let config = || Config::new(Credentials::new("key", "hunter2"));
        assert_eq!(config().deadline(Duration::ZERO).unwrap_err().to_string(), "deadline is zero");
        assert!(config().attempt_timeout(Duration::ZERO).is_err());
        let error = config().base_url("https://u:hunter2@host/").unwrap_err();
        assert_eq!(error, ConfigError::BaseUrl(BaseUrlError::UserInfo));
        assert!(!format!("{error} {error:?} {:?}", config()).contains("hunter2"));
    }
}
