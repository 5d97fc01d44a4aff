//! Setting up a remote facilitator.

use std::{fmt, time::Duration};

use super::{AuthHeaders, Remote};
#[cfg(feature = "reqwest")]
use crate::transport::{ReqwestTransport, TransportError};
use crate::{BaseUrl, ConfigError, config::not_zero, transport::Transport};

/// Verdicts are a few hundred bytes; a `/supported` of every network there is stays far below this.
#[cfg(feature = "reqwest")]
const MAX_BODY: usize = 1024 * 1024;

/// Sets up a [`Remote`] facilitator. Made by [`Remote::builder`].
#[must_use = "a builder does nothing until it is built"]
pub struct RemoteBuilder {
    pub(super) base: BaseUrl,
    pub(super) auth: Option<Box<dyn AuthHeaders>>,
    pub(super) settle_timeout: Duration,
    pub(super) supported_timeout: Duration,
    pub(super) verify_timeout: Duration,
    pub(super) supported_ttl: Duration,
}

impl RemoteBuilder {
    pub(super) fn new(url: &str) -> Result<Self, ConfigError> {
        Ok(Self {
            base: url.parse().map_err(ConfigError::BaseUrl)?,
            auth: None,
            settle_timeout: Duration::from_secs(90),
            supported_timeout: Duration::from_secs(10),
            verify_timeout: Duration::from_secs(10),
            supported_ttl: Duration::from_secs(60 * 60),
        })
    }

    /// Sends these headers along, asked for before each call.
    pub fn auth(mut self, auth: impl AuthHeaders + 'static) -> Self {
        self.auth = Some(Box::new(auth));
        self
    }

    /// How long a `/settle` may take, its headers included; 90 s unless told otherwise.
    ///
    /// A settlement that takes longer is not cancelled by that: its outcome is unknown.
    ///
    /// # Errors
    ///
    /// [`ConfigError::ZeroDuration`] for zero.
    pub fn settle_timeout(mut self, timeout: Duration) -> Result<Self, ConfigError> {
        self.settle_timeout = not_zero(timeout, "settle timeout")?;
        Ok(self)
    }

    /// How long a `/supported` may take, its headers included; 10 s unless told otherwise.
    ///
    /// # Errors
    ///
    /// [`ConfigError::ZeroDuration`] for zero.
    pub fn supported_timeout(mut self, timeout: Duration) -> Result<Self, ConfigError> {
        self.supported_timeout = not_zero(timeout, "supported timeout")?;
        Ok(self)
    }

    /// How long a `/verify` may take, its headers included; 10 s unless told otherwise.
    ///
    /// # Errors
    ///
    /// [`ConfigError::ZeroDuration`] for zero.
    pub fn verify_timeout(mut self, timeout: Duration) -> Result<Self, ConfigError> {
        self.verify_timeout = not_zero(timeout, "verify timeout")?;
        Ok(self)
    }

    /// How long an answer of `/supported` is kept; an hour unless told otherwise. With zero it is not kept.
    pub const fn supported_ttl(mut self, ttl: Duration) -> Self {
        self.supported_ttl = ttl;
        self
    }

    /// The facilitator, over reqwest. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`TransportErrorKind::Setup`](crate::transport::TransportErrorKind::Setup) if the platform has no certificates
    /// for `https`.
    #[cfg(feature = "reqwest")]
    pub fn build(self) -> Result<Remote, TransportError> {
        let transport = ReqwestTransport::new(&self.base)?.max_body(MAX_BODY);
        Ok(self.with_transport(transport))
    }

    /// The facilitator, over another transport.
    #[must_use]
    pub fn with_transport(self, transport: impl Transport + 'static) -> Remote {
        Remote::assemble(self, Box::new(transport))
    }
}

impl fmt::Debug for RemoteBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteBuilder").field("base", &self.base).finish_non_exhaustive()
    }
}

/// Why a remote facilitator could not be set up.
#[cfg(feature = "reqwest")]
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteError {
    /// The URL breaks a rule of [`BaseUrl`].
    #[error("the facilitator is misconfigured")]
    Config(#[source] ConfigError),
    /// There is no way to send anything.
    #[error("the facilitator cannot be reached from here")]
    Transport(#[source] TransportError),
}
