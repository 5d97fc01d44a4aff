//! Setting up a verifier.

use std::fmt;
use std::time::Duration;

use x402_core::time::{Clock, SystemClock};

use crate::webhook::key_cache::{KeyCache, KeyPolicy};
use crate::webhook::keys::KeySource;
use crate::webhook::limits::Limits;
use crate::webhook::seen::Seen;
use crate::webhook::verify::{Shared, Verifier};

/// Sets up a [`Verifier`]. Made by [`Verifier::builder`].
#[must_use = "a builder does nothing until it is built"]
pub struct VerifierBuilder<S, C = SystemClock> {
    keys: S,
    clock: C,
    limits: Limits,
    policy: KeyPolicy,
    remembered: usize,
}

impl<S: KeySource + 'static> Verifier<S> {
    /// Verifies with the keys of this source and the defaults of [`VerifierBuilder`].
    #[must_use]
    pub fn new(keys: S) -> Self {
        Self::builder(keys).build()
    }

    /// Sets up a verifier.
    pub const fn builder(keys: S) -> VerifierBuilder<S> {
        VerifierBuilder::new(keys)
    }
}

impl<S> VerifierBuilder<S> {
    const fn new(keys: S) -> Self {
        let limits = Limits { max_body: 256 * 1024, tolerance: Duration::from_secs(300), accept_python_form: false };
        let policy = KeyPolicy {
            max_age: Duration::from_secs(60 * 60),
            grace: Duration::from_secs(300),
            interval: Duration::from_secs(30),
        };
        Self { keys, clock: SystemClock, limits, policy, remembered: 16_384 }
    }
}

impl<S, C> VerifierBuilder<S, C> {
    /// Takes the time from this clock.
    pub fn clock<D: Clock>(self, clock: D) -> VerifierBuilder<S, D> {
        let Self { keys, limits, policy, remembered, .. } = self;
        VerifierBuilder { keys, clock, limits, policy, remembered }
    }

    /// The longest body, in bytes; 256 KiB unless told otherwise. A settlement's event has some 4 KiB.
    pub const fn max_body(mut self, bytes: usize) -> Self {
        self.limits.max_body = bytes;
        self
    }

    /// How old an event may be, and how far ahead of our clock; 5 minutes unless told otherwise.
    ///
    /// 1Shot signs each attempt anew, so that it is the time on the way, and not the time until it is delivered.
    pub const fn tolerance(mut self, tolerance: Duration) -> Self {
        self.limits.tolerance = tolerance;
        self
    }

    /// Accepts signatures over [`CanonicalForm::Python`](super::CanonicalForm::Python) too.
    ///
    /// For senders that sign as 1Shot's Python client verifies. It is as safe: the same key, and the event is read
    /// from the text that was signed. [`Delivery::form`](super::Delivery::form) reports which it was.
    pub const fn accept_python_form(mut self) -> Self {
        self.limits.accept_python_form = true;
        self
    }

    /// How long a key stays good once the source has replaced it; 5 minutes unless told otherwise.
    ///
    /// 1Shot changes keys at once. As long as the [tolerance](Self::tolerance) is enough: what the old key signed
    /// before that is too old by then.
    pub const fn rotation_grace(mut self, grace: Duration) -> Self {
        self.policy.grace = grace;
        self
    }

    /// How long keys are used before the source is asked again; an hour unless told otherwise.
    ///
    /// If the source fails then, or takes longer than a second, the old keys stay in use.
    pub const fn max_key_age(mut self, age: Duration) -> Self {
        self.policy.max_age = age;
        self
    }

    /// How long the source is left alone after it was asked; 30 s unless told otherwise.
    ///
    /// A signature that does not fit may mean that the key was changed, so the source is asked again, once for all who
    /// wait, and not within this time of the last. So whoever sends forgeries causes a known number of calls, and a
    /// changed key is noticed this much later at worst; until then its webhooks are refused, and sent again.
    pub const fn refetch_interval(mut self, interval: Duration) -> Self {
        self.policy.interval = interval;
        self
    }

    /// How many deliveries are remembered to tell [duplicates](super::Delivery::is_duplicate); 16384 unless told
    /// otherwise, of some hundred bytes each.
    pub const fn remember(mut self, deliveries: usize) -> Self {
        self.remembered = deliveries;
        self
    }
}

impl<S: KeySource + 'static, C: Clock> VerifierBuilder<S, C> {
    /// The verifier. No key is fetched before the first webhook.
    #[must_use]
    pub fn build(self) -> Verifier<S, C> {
        Verifier::assemble(Shared {
            keys: KeyCache::new(self.keys, self.policy),
            clock: self.clock,
            limits: self.limits,
            seen: Seen::new(self.remembered),
        })
    }
}

impl<S, C> fmt::Debug for VerifierBuilder<S, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { limits, policy, .. } = self;
        f.debug_struct("VerifierBuilder").field("limits", limits).field("policy", policy).finish_non_exhaustive()
    }
}
