//! The settings.

use std::{sync::Arc, time::Duration};

use alloy_primitives::{Address, B256};
use x402_core::{
    UnixSeconds,
    claim::{ClaimKey, NewClaim},
};

use super::{
    ConnectError, RedisClaims, RedisUrl,
    error::Fault,
    keeper::Keeper,
    link::Link,
    scripts::{Answer, Scripts},
};

/// A shorter one could not be renewed in time.
const SHORTEST_LEASE: Duration = Duration::from_millis(100);

/// The settings of [`RedisClaims`].
///
/// ```no_run
/// use std::time::Duration;
///
/// use x402_tower::store::redis::RedisClaims;
///
/// # async fn start() -> Result<(), Box<dyn std::error::Error>> {
/// let url = std::env::var("REDIS_URL")?.parse()?;
/// let claims = RedisClaims::builder(url)
///     .prefix("shop:claims:")
///     .lease(Duration::from_secs(10))
///     .timeout(Duration::from_millis(500))
///     .connect()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "it does nothing until it connects"]
pub struct Builder {
    url: RedisUrl,
    prefix: String,
    lease: Duration,
    timeout: Duration,
}

impl Builder {
    pub(super) fn new(url: RedisUrl) -> Self {
        let prefix = "x402:claim:".to_owned();
        Self { url, prefix, lease: Duration::from_secs(30), timeout: Duration::from_secs(1) }
    }

    /// What the keys begin with; `x402:claim:` unless told otherwise. Servers that sell the same things share it.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// How long a claim stays held when its holder has died; 30 seconds unless told otherwise, and no less than 100
    /// milliseconds. It should be several times the [time limit](Self::timeout).
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// How long one operation may take, connecting included; a second unless told otherwise.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Connects, and makes sure that the scripts run.
    ///
    /// # Errors
    ///
    /// [`ConnectError::Lease`] if the lease is too short; [`ConnectError::Unavailable`] if the server cannot be
    /// reached, or refuses to run the scripts.
    ///
    /// # Panics
    ///
    /// When not called on a tokio runtime.
    pub async fn connect(self) -> Result<RedisClaims, ConnectError> {
        if self.lease < SHORTEST_LEASE {
            return Err(ConnectError::Lease { given: self.lease, least: SHORTEST_LEASE });
        }
        let link = Link::new(self.url.into_client(), self.timeout);
        let scripts = Scripts::new(self.prefix, self.lease);
        let unavailable = |fault: Fault| ConnectError::Unavailable(Box::new(fault));
        link.run::<Answer>(&scripts.claim(&nothing(), 0)).await.map_err(unavailable)?;
        link.run::<Vec<bool>>(&scripts.change([])).await.map_err(unavailable)?;
        let keeper = Arc::new(Keeper::new(link, scripts));
        tokio::spawn(Arc::clone(&keeper).keep());
        Ok(RedisClaims::new(keeper))
    }
}

/// A claim that does not begin: looking for it changes nothing.
fn nothing() -> NewClaim {
    NewClaim {
        key: ClaimKey { chain_id: 0, asset: Address::ZERO, from: Address::ZERO, nonce: B256::ZERO },
        resource: B256::ZERO,
        starts: false,
        keep_until: UnixSeconds::from_secs(0),
        now: UnixSeconds::from_secs(0),
    }
}
