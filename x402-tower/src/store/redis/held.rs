//! The claims that this process holds.

use std::{
    collections::{HashMap, hash_map},
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::time::Instant;
use x402_core::claim::{ClaimKey, Ticket};

use super::change::Change;

/// The claims that this process holds, with what could not be written yet. No larger than what is in flight: while
/// Redis is away nothing can be claimed.
#[derive(Default)]
pub(super) struct Held(Mutex<HashMap<(ClaimKey, u64), Entry>>);

struct Entry {
    change: Change,
    /// When Redis has forgotten it.
    until: Instant,
}

impl Held {
    /// A panic while the lock was held left no half-made change: each is one statement.
    fn lock(&self) -> MutexGuard<'_, HashMap<(ClaimKey, u64), Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    pub(super) fn insert(&self, ticket: &Ticket, change: Change, until: Instant) {
        self.lock().insert(mark(ticket), Entry { change, until });
    }

    /// Adds to what is to be written; whether there is now anything. A ticket that holds nothing changes nothing.
    pub(super) fn queue(&self, ticket: &Ticket, change: Change) -> bool {
        match self.lock().entry(mark(ticket)) {
            hash_map::Entry::Vacant(_) => false,
            hash_map::Entry::Occupied(mut occupied) => {
                let entry = occupied.get_mut();
                entry.change = std::mem::take(&mut entry.change).then(change);
                !entry.change.is_nothing()
            }
        }
    }

    /// What is to be written, with what could not be written before.
    pub(super) fn with_earlier(&self, ticket: &Ticket, change: Change) -> Change {
        match self.lock().get(&mark(ticket)) {
            Some(entry) => entry.change.clone().then(change),
            None => change,
        }
    }

    /// A change was written, or was not because the claim is lost.
    pub(super) fn written(&self, ticket: &Ticket, change: &Change, is_lost: bool) {
        let mut held = self.lock();
        let hash_map::Entry::Occupied(mut entry) = held.entry(mark(ticket)) else { return };
        if is_lost || change.ends() {
            entry.remove();
        } else if entry.get().change == *change {
            entry.get_mut().change = Change::default();
        }
    }

    /// What is to be written; or everything that is held, since its lease is to be renewed.
    pub(super) fn changes(&self, everything: bool, now: Instant) -> Vec<(Ticket, Change)> {
        let mut held = self.lock();
        held.retain(|_, entry| now < entry.until);
        if held.capacity() > 1024 && held.len() < held.capacity() / 8 {
            held.shrink_to_fit();
        }
        let due = held.iter().filter(|(_, entry)| everything || !entry.change.is_nothing());
        due.map(|((key, id), entry)| (Ticket::new(key.clone(), *id), entry.change.clone())).collect()
    }
}

fn mark(ticket: &Ticket) -> (ClaimKey, u64) {
    (ticket.key().clone(), ticket.id())
}
