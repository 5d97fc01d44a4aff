//! The sandbox's own clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use x402_core::{Clock, UnixSeconds};

/// A clock that stands still until it is moved. Clones show the same time.
///
/// Given to [`SandboxBuilder::manual_clock`](super::SandboxBuilder::manual_clock) it is what blocks, tokens and
/// timestamps go by; with a [seed](super::SandboxBuilder::seed), two sandboxes then answer the same calls with the same
/// bytes.
///
/// ```
/// use std::time::Duration;
/// use x402_core::{Clock, UnixSeconds};
/// use x402_oneshot::sandbox::SandboxClock;
///
/// let clock = SandboxClock::at(UnixSeconds::from_secs(1_750_000_000));
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(clock.now().as_secs(), 1_750_000_060);
/// ```
#[derive(Clone, Debug)]
pub struct SandboxClock(Arc<AtomicU64>);

impl SandboxClock {
    /// A clock that shows this moment.
    #[must_use]
    pub fn at(now: UnixSeconds) -> Self {
        Self(Arc::new(AtomicU64::new(now.as_secs())))
    }

    /// Moves it forward, by whole seconds.
    pub fn advance(&self, by: Duration) {
        let add = |now: u64| Some(now.saturating_add(by.as_secs()));
        // The closure never declines.
        let _ = self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, add);
    }

    /// Sets it, backwards too. The chain's own time never runs backwards all the same.
    pub fn set(&self, now: UnixSeconds) {
        self.0.store(now.as_secs(), Ordering::Release);
    }
}

impl Clock for SandboxClock {
    fn now(&self) -> UnixSeconds {
        UnixSeconds::from_secs(self.0.load(Ordering::Acquire))
    }
}
