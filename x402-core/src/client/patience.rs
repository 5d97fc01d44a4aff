//! How long a payment is presented again.

use std::time::Duration;

/// How often, and for how long, a payment is presented again while its outcome is open.
///
/// By default for two minutes, after 1, 2, 4 and then 8 seconds, or when the server's `Retry-After` says, and never after
/// the payment expired. Servers wait a minute or more for a settlement before they say that it is open.
///
/// ```
/// use std::time::Duration;
/// use x402_core::client::Patience;
///
/// let patience = Patience::default().for_up_to(Duration::from_secs(20));
/// # let _ = patience;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patience {
    deadline: Duration,
    attempts: u32,
    first: Duration,
    longest: Duration,
}

impl Patience {
    /// Presents a payment once and never again.
    #[must_use]
    pub fn none() -> Self {
        Self { attempts: 1, ..Self::default() }
    }

    /// Presents it again for this long, counted from the first time.
    #[must_use]
    pub const fn for_up_to(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Presents it so many times at most, the first one included.
    #[must_use]
    pub const fn attempts(mut self, most: u32) -> Self {
        self.attempts = most;
        self
    }

    /// Waits this long before the second time, and twice as long each time after, up to `longest`.
    #[must_use]
    pub const fn pauses(mut self, first: Duration, longest: Duration) -> Self {
        self.first = first;
        self.longest = longest;
        self
    }

    pub(super) const fn deadline(&self) -> Duration {
        self.deadline
    }

    /// The pause after so many attempts; what the server asks for counts if it is longer. `None` if that was the last.
    pub(super) fn pause(&self, attempts: u32, asked: Option<Duration>) -> Option<Duration> {
        if attempts >= self.attempts {
            return None;
        }
        let doubled = self.first.saturating_mul(1 << attempts.saturating_sub(1).min(16));
        Some(doubled.min(self.longest).max(asked.unwrap_or_default()))
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(120),
            attempts: 16,
            first: Duration::from_secs(1),
            longest: Duration::from_secs(8),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_however_many_attempts_there_are() {
        let patience = Patience::default().attempts(100).pauses(Duration::from_millis(10), Duration::from_secs(3));
        let pauses: Vec<_> = (1..).map_while(|attempts| patience.pause(attempts, None)).collect();
        assert_eq!(pauses.len(), 99);
        assert_eq!(pauses[..4], [10, 20, 40, 80].map(Duration::from_millis));
        assert!(pauses[9..].iter().all(|pause| *pause == Duration::from_secs(3)));
        assert_eq!(patience.pause(1, Some(Duration::from_secs(9))), Some(Duration::from_secs(9)), "the server's");
        assert_eq!(patience.pause(50, Some(Duration::from_secs(1))), Some(Duration::from_secs(3)), "is the shorter");
    }

    #[test]
    fn the_deadline_is_as_told_and_none_is_a_single_attempt() {
        assert_eq!(Patience::default().deadline(), Duration::from_secs(120));
        assert_eq!(Patience::default().for_up_to(Duration::from_secs(7)).deadline(), Duration::from_secs(7));
        assert_eq!(Patience::none().pause(1, Some(Duration::from_secs(1))), None);
    }
}
