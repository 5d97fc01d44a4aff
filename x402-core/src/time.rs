//! Time, as an argument.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

/// A moment in whole seconds since 1970-01-01 UTC, the unit of `validAfter` and `validBefore`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixSeconds(u64);

impl UnixSeconds {
    /// The moment so many seconds after 1970-01-01 UTC.
    #[must_use]
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds)
    }

    /// Seconds since 1970-01-01 UTC.
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.0
    }

    /// The moment `duration` later, in whole seconds; the end of time at the latest.
    #[must_use]
    pub const fn saturating_add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration.as_secs()))
    }

    /// The moment `duration` earlier, in whole seconds; 1970 at the earliest.
    #[must_use]
    pub const fn saturating_sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(duration.as_secs()))
    }
}

impl fmt::Display for UnixSeconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// A source of the current time.
///
/// Whether a payment is still good is a question of seconds, so that tests must be able to set them.
#[diagnostic::on_unimplemented(note = "use `SystemClock`, or `testing::ManualClock` in tests")]
pub trait Clock: Send + Sync {
    /// The current time.
    fn now(&self) -> UnixSeconds;
}

impl<C: Clock + ?Sized> Clock for &C {
    fn now(&self) -> UnixSeconds {
        (**self).now()
    }
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> UnixSeconds {
        (**self).now()
    }
}

impl<C: Clock + ?Sized> Clock for Box<C> {
    fn now(&self) -> UnixSeconds {
        (**self).now()
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "a unit struct that holds nothing")]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where real time enters")]
    fn now(&self) -> UnixSeconds {
        // A clock set before 1970 reads as 1970: every payment is then "not yet valid" or long-lived, and refused.
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        UnixSeconds::from_secs(since_epoch.as_secs())
    }
}
