//! Randomness for jitter, as an argument.

use std::time::Duration;

/// A source of uniform random bits, for jitter only.
///
/// Any `Fn() -> u64` is one, so a test can say what the jitter will be.
///
/// ```
/// use x402_oneshot::Random;
///
/// let longest = || u64::MAX;
/// assert_eq!(longest.next_u64(), u64::MAX);
/// ```
pub trait Random: Send + Sync {
    /// The next 64 bits.
    fn next_u64(&self) -> u64;
}

impl<F: Fn() -> u64 + Send + Sync> Random for F {
    fn next_u64(&self) -> u64 {
        self()
    }
}

/// The operating system's random bits; the default.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct OsRandom;

impl Random for OsRandom {
    fn next_u64(&self) -> u64 {
        // Jitter is a courtesy, not a secret: without random bits one waits the longest time.
        getrandom::u64().unwrap_or(u64::MAX)
    }
}

/// A duration picked uniformly from nothing up to `ceiling`.
pub(crate) fn up_to(ceiling: Duration, random: &dyn Random) -> Duration {
    let nanos = u64::try_from(ceiling.as_nanos()).unwrap_or(u64::MAX);
    let picked = (u128::from(nanos) * u128::from(random.next_u64())).div_ceil(u128::from(u64::MAX));
    Duration::from_nanos(u64::try_from(picked).unwrap_or(nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extremes_of_the_bits_are_the_extremes_of_the_duration() {
        let ceiling = Duration::from_secs(4);
        assert_eq!(up_to(ceiling, &|| 0), Duration::ZERO);
        assert_eq!(up_to(ceiling, &|| u64::MAX), ceiling);
        assert_eq!(up_to(ceiling, &|| u64::MAX / 2).as_millis(), ceiling.as_millis() / 2);
        assert!(up_to(Duration::MAX, &|| u64::MAX) > Duration::from_secs(1 << 33));
    }
}
