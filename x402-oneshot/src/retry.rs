//! When a call that changes nothing is made again, and how long to wait before.

use std::time::Duration;

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

use crate::random::{Random, up_to};

/// How calls that change nothing (reads, and the token call) are repeated.
///
/// Exponential back-off with full jitter: before retry *n* (from 0) a random time up to
/// `base * 2^n`, at most `cap`. A `Retry-After` of the answer is honoured as a minimum, up to
/// `max_retry_after`. Calls that act are never repeated by this crate, whatever the policy.
///
/// ```
/// use std::time::Duration;
/// use x402_oneshot::RetryPolicy;
///
/// let patient = RetryPolicy::new().max_retries(5).cap(Duration::from_secs(10));
/// let never = RetryPolicy::none();
/// # let _ = (patient, never);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    max_retries: u32,
    base: Duration,
    cap: Duration,
    max_retry_after: Duration,
}

impl RetryPolicy {
    /// Two retries, from 200 ms up to 5 s apart, 10 s at most for a `Retry-After`.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            max_retries: 2,
            base: Duration::from_millis(200),
            cap: Duration::from_secs(5),
            max_retry_after: Duration::from_secs(10),
        }
    }

    /// No retries.
    #[must_use]
    pub const fn none() -> Self {
        Self::new().max_retries(0)
    }

    /// Sets how many times a call is repeated after the first try.
    #[must_use]
    pub const fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = retries;
        self
    }

    /// Sets the longest wait before the first retry; it doubles with each.
    #[must_use]
    pub const fn base(mut self, base: Duration) -> Self {
        self.base = base;
        self
    }

    /// Sets the longest back-off.
    #[must_use]
    pub const fn cap(mut self, cap: Duration) -> Self {
        self.cap = cap;
        self
    }

    /// Sets the longest `Retry-After` that is honoured in full; a longer one is cut to this.
    #[must_use]
    pub const fn max_retry_after(mut self, max: Duration) -> Self {
        self.max_retry_after = max;
        self
    }

    /// The wait before retry `n` (from 0), or `None` if there is to be no such retry.
    pub(crate) fn delay(&self, n: u32, retry_after: Option<Duration>, random: &dyn Random) -> Option<Duration> {
        if n >= self.max_retries {
            return None;
        }
        let ceiling = self.base.saturating_mul(2_u32.saturating_pow(n)).min(self.cap);
        let asked = retry_after.unwrap_or_default().min(self.max_retry_after);
        Some(up_to(ceiling, random).max(asked))
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}

/// Reads `Retry-After` ([RFC 9110, 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)).
///
/// A date is measured against the answer's own `Date`, so that the two clocks need not agree; without
/// one it is ignored.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let then = httpdate::parse_http_date(text).ok()?;
    let now = httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()?;
    Some(then.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_off_doubles_up_to_the_cap_and_then_ends() {
        let policy = RetryPolicy::new().max_retries(8);
        let millis = |n| policy.delay(n, None, &|| u64::MAX).map(|d| d.as_millis());
        assert_eq!(
            [millis(0), millis(1), millis(4), millis(7), millis(8)],
            [Some(200), Some(400), Some(3200), Some(5000), None]
        );
        assert_eq!(policy.delay(3, None, &|| 0), Some(Duration::ZERO));
    }

    #[test]
    fn retry_after_is_a_minimum_and_is_clamped() {
        let policy = RetryPolicy::new();
        let asked = |seconds| policy.delay(0, Some(Duration::from_secs(seconds)), &|| u64::MAX);
        assert_eq!(asked(0), Some(Duration::from_millis(200)));
        assert_eq!(asked(3), Some(Duration::from_secs(3)));
        assert_eq!(asked(u64::MAX), Some(Duration::from_secs(10)));
    }

    #[test]
    fn retry_after_is_read_as_seconds_or_as_a_date_against_date() {
        const SIX: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
        const SEVEN: &str = "Sun, 06 Nov 1994 08:50:37 GMT";
        for (retry, date, expected) in [
            ("120", None, Some(120)),
            (" 7 ", None, Some(7)),
            ("-1", None, None),
            ("1.5", None, None),
            ("99999999999999999999999", None, None),
            ("soon", Some(SIX), None),
            (SEVEN, Some(SIX), Some(60)),
            (SIX, Some(SEVEN), Some(0)),
            (SEVEN, None, None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, retry.parse().unwrap());
            if let Some(date) = date {
                headers.insert(DATE, date.parse().unwrap());
            }
            let expected = expected.map(Duration::from_secs);
            assert_eq!(retry_after(&headers), expected, "{retry}");
        }
    }

    #[test]
    fn every_bound_can_be_set_and_none_can_be_passed() {
        let seconds = Duration::from_secs;
        let policy =
            RetryPolicy::none().max_retries(200).base(seconds(3)).cap(seconds(40)).max_retry_after(seconds(50));
        let waits = |n| policy.delay(n, None, &|| u64::MAX);
        assert_eq!([waits(0), waits(1), waits(3), waits(4)], [3, 6, 24, 40].map(|wait| Some(seconds(wait))));
        // Of two to the power of 199 as well.
        assert_eq!((waits(199), waits(200)), (Some(seconds(40)), None));
        assert_eq!(policy.delay(0, Some(seconds(60)), &|| 0), Some(seconds(50)));
        assert_eq!(RetryPolicy::none().delay(0, Some(seconds(1)), &|| 0), None);
    }

    #[test]
    fn the_jitter_is_full_and_a_retry_after_is_not_added_to_it() {
        let policy = RetryPolicy::new();
        let delay = |retry_after| policy.delay(1, retry_after, &|| u64::MAX / 2).map(|delay| delay.as_millis());
        assert_eq!(delay(None), Some(200), "half of 400");
        assert_eq!(delay(Some(Duration::from_millis(150))), Some(200));
        assert_eq!(delay(Some(Duration::from_millis(250))), Some(250));
    }
}
