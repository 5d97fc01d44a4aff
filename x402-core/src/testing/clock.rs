//! A clock that stands still.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use crate::time::{Clock, UnixSeconds};

/// A clock that shows what it was set to. Clones share the time.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicU64>);

impl ManualClock {
    /// A clock that shows this moment.
    #[must_use]
    pub fn at(now: UnixSeconds) -> Self {
        Self(Arc::new(AtomicU64::new(now.as_secs())))
    }

    /// Moves it forward.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(by.as_secs(), Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> UnixSeconds {
        UnixSeconds::from_secs(self.0.load(Ordering::Relaxed))
    }
}
