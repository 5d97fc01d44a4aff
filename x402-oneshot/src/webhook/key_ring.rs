//! The keys that are good at a moment: the current ones, and for a while those they replaced.

use std::time::Duration;

use tokio::time::Instant;

use crate::webhook::public_key::PublicKey;

/// Keys and since when they are known.
#[derive(Debug, Default)]
pub(super) struct KeyRing {
    current: Vec<PublicKey>,
    /// Keys that were replaced, each with the end of its grace.
    former: Vec<(PublicKey, Instant)>,
    fetched_at: Option<Instant>,
}

impl KeyRing {
    /// Takes the keys that a source has now; those it has no more stay good for the grace period.
    pub(super) fn replace(&mut self, keys: Vec<PublicKey>, now: Instant, grace: Duration) {
        let until = now + grace;
        let gone = std::mem::replace(&mut self.current, keys);
        self.former.extend(gone.into_iter().map(|key| (key, until)));
        self.former.retain(|(key, until)| *until > now && !self.current.contains(key));
        self.fetched_at = Some(now);
    }

    /// The keys to try, the current ones first.
    pub(super) fn good(&self, now: Instant) -> Vec<PublicKey> {
        let former = self.former.iter().filter(|(_, until)| *until > now).map(|(key, _)| key);
        let mut keys: Vec<PublicKey> = Vec::with_capacity(self.current.len());
        for key in self.current.iter().chain(former) {
            if !keys.contains(key) {
                keys.push(*key);
            }
        }
        keys
    }

    /// Whether the source should be asked before the keys are used.
    pub(super) fn is_stale(&self, now: Instant, max_age: Duration) -> bool {
        self.fetched_at.is_none_or(|at| now.duration_since(at) >= max_age)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::signer::Signer;

    const GRACE: Duration = Duration::from_secs(300);

    fn key(seed: u8) -> PublicKey {
        Signer::from_seed([seed; 32]).public_key()
    }

    #[test]
    fn a_replaced_key_stays_good_for_the_grace_period_and_no_longer() {
        let start = Instant::now();
        let mut ring = KeyRing::default();
        ring.replace(vec![key(1)], start, GRACE);
        ring.replace(vec![key(2)], start, GRACE);
        let end = start + GRACE;
        assert_eq!(ring.good(end - Duration::from_secs(1)), [key(2), key(1)]);
        assert_eq!(ring.good(end), [key(2)]);
        // Asking again does not prolong it.
        ring.replace(vec![key(2)], start + GRACE / 2, GRACE);
        assert_eq!(ring.good(end), [key(2)]);
    }

    #[test]
    fn without_grace_a_replaced_key_is_gone_at_once() {
        let now = Instant::now();
        let mut ring = KeyRing::default();
        ring.replace(vec![key(1)], now, Duration::ZERO);
        ring.replace(vec![key(2)], now, Duration::ZERO);
        assert_eq!(ring.good(now), [key(2)]);
    }

    #[test]
    fn a_key_that_comes_back_or_serves_two_methods_is_tried_once() {
        let now = Instant::now();
        let mut ring = KeyRing::default();
        for keys in [vec![key(1), key(1)], vec![key(2)], vec![key(1)]] {
            ring.replace(keys, now, GRACE);
        }
        assert_eq!(ring.good(now), [key(1), key(2)]);
        ring.replace(vec![key(2)], now, GRACE);
        assert_eq!(ring.former.len(), 1);
    }

    #[test]
    fn keys_are_stale_before_the_first_fetch_and_after_their_age() {
        let now = Instant::now();
        let mut ring = KeyRing::default();
        assert!(ring.is_stale(now, GRACE));
        ring.replace(vec![], now, GRACE);
        assert!(!ring.is_stale(now, GRACE));
        assert!(ring.is_stale(now + GRACE, GRACE));
    }
}
