//! Keeps a source's keys, and asks it seldom: forged webhooks must not become calls of 1Shot.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync;
use tokio::time::{Instant, timeout};

use crate::webhook::key_ring::KeyRing;
use crate::webhook::keys::{KeySource, KeysError};
use crate::webhook::public_key::PublicKey;

type Fetching = Pin<Box<dyn Future<Output = Result<Vec<PublicKey>, KeysError>> + Send>>;

/// How long old keys wait for new ones.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long keys are good, and how often they are asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeyPolicy {
    pub(super) max_age: Duration,
    pub(super) grace: Duration,
    pub(super) interval: Duration,
}

/// The keys of one source.
pub(super) struct KeyCache<S> {
    source: Arc<S>,
    policy: KeyPolicy,
    known: Mutex<Known>,
    turn: sync::Mutex<Turn>,
}

#[derive(Default)]
struct Known {
    ring: KeyRing,
    /// How the last fetch failed.
    failure: Option<KeysError>,
}

/// Held by the one that fetches.
#[derive(Default)]
struct Turn {
    asked_at: Option<Instant>,
    /// A fetch whose caller may have been dropped: the next one goes on with it.
    ///
    /// Senders that hang up can so neither keep a fetch from ending, nor make it start again.
    fetching: Option<Fetching>,
}

impl<S: KeySource + 'static> KeyCache<S> {
    pub(super) fn new(source: S, policy: KeyPolicy) -> Self {
        Self { source: Arc::new(source), policy, known: Mutex::default(), turn: sync::Mutex::default() }
    }

    pub(super) fn source(&self) -> &S {
        &self.source
    }

    /// The keys to try first. Fails only if there are none: old ones are better than none.
    pub(super) async fn keys(&self) -> Result<Vec<PublicKey>, KeysError> {
        if self.is_stale() {
            let has_some = !self.known().ring.good(Instant::now()).is_empty();
            // Whoever comes next goes on with a fetch that takes longer.
            let in_time = has_some && timeout(PATIENCE, self.refresh()).await.is_ok();
            if !in_time && self.known().ring.good(Instant::now()).is_empty() {
                self.refresh().await;
            }
        }
        let known = self.known();
        let keys = known.ring.good(Instant::now());
        if keys.is_empty() { Err(known.failure.clone().unwrap_or(KeysError::NoKey)) } else { Ok(keys) }
    }

    fn is_stale(&self) -> bool {
        self.known().ring.is_stale(Instant::now(), self.policy.max_age)
    }

    /// The keys that have become good since those were tried.
    pub(super) async fn others(&self, tried: &[PublicKey]) -> Vec<PublicKey> {
        self.refresh().await;
        let mut keys = self.known().ring.good(Instant::now());
        keys.retain(|key| !tried.contains(key));
        keys
    }

    /// Asks the source, unless somebody did a moment ago; waits if somebody is doing it.
    async fn refresh(&self) {
        let mut turn = self.turn.lock().await;
        let now = Instant::now();
        let recent = turn.asked_at.is_some_and(|at| now.duration_since(at) < self.policy.interval);
        if !recent {
            let source = Arc::clone(&self.source);
            turn.asked_at = Some(now);
            turn.fetching = Some(Box::pin(async move { source.fetch().await }));
        }
        let Some(fetching) = &mut turn.fetching else { return };
        let outcome = fetching.await;
        // Counted from the answer, so that those who waited for a slow one do not ask again, one after the other.
        *turn = Turn { asked_at: Some(Instant::now()), fetching: None };
        let mut known = self.known();
        match outcome {
            Ok(keys) => {
                known.failure = None;
                known.ring.replace(keys, Instant::now(), self.policy.grace);
            }
            Err(error) => known.failure = Some(error),
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S> fmt::Debug for KeyCache<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyCache").field("policy", &self.policy).finish_non_exhaustive()
    }
}
