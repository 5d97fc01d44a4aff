//! Claims of one process.

use std::{
    collections::{BTreeSet, HashMap, hash_map},
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use alloy_primitives::B256;

use super::{Claim, ClaimError, ClaimKey, ClaimState, ClaimStore, NewClaim, Ticket};
use crate::time::UnixSeconds;

/// Keeps claims in memory, bounded in number.
///
/// Expired claims are forgotten as others come in. At the bound a new claim is an error, so that its request is
/// refused with 503 and nobody is charged: forgetting a live claim instead would let its payment be used again. Only
/// payments in flight and payments made fill it; one that fails verification is released at once.
///
/// A restart forgets everything. Then a payment in flight ends on chain without its content, and one already used is
/// stopped by its spent nonce at the facilitator.
pub struct MemoryClaims {
    capacity: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    entries: HashMap<ClaimKey, Entry>,
    by_expiry: BTreeSet<(UnixSeconds, ClaimKey)>,
    last_id: u64,
}

struct Entry {
    id: u64,
    state: ClaimState,
    resource: B256,
    keep_until: UnixSeconds,
}

impl MemoryClaims {
    /// The bound unless told otherwise: 100,000 claims, some 40 MB when full.
    pub const DEFAULT_CAPACITY: usize = 100_000;

    /// Keeps at most so many claims.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self { capacity, state: Mutex::default() }
    }

    /// How many claims are kept, expired ones that nobody has swept included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().entries.len()
    }

    /// Whether no claim is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What became of a payment, if it is remembered.
    #[must_use]
    pub fn state(&self, key: &ClaimKey) -> Option<ClaimState> {
        self.lock().entries.get(key).map(|entry| entry.state.clone())
    }

    /// A panic while the lock was held left no half-made change: each is one statement.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryClaims {
    fn default() -> Self {
        Self::with_capacity(Self::DEFAULT_CAPACITY)
    }
}

impl fmt::Debug for MemoryClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryClaims").field("capacity", &self.capacity).field("len", &self.len()).finish()
    }
}

impl State {
    fn forget_expired(&mut self, now: UnixSeconds) {
        while self.by_expiry.first().is_some_and(|(keep_until, _)| *keep_until < now) {
            if let Some((_, key)) = self.by_expiry.pop_first() {
                self.entries.remove(&key);
            }
        }
        // After a flood, give the memory back.
        if self.entries.capacity() > 1024 && self.entries.len() < self.entries.capacity() / 8 {
            self.entries.shrink_to_fit();
        }
    }

    fn held(&mut self, ticket: &Ticket) -> Option<&mut Entry> {
        self.entries.get_mut(ticket.key()).filter(|entry| entry.id == ticket.id())
    }

    fn release(&mut self, ticket: &Ticket) {
        let Some(entry) = self.held(ticket) else { return };
        match &entry.state {
            ClaimState::Claimed(None) | ClaimState::Settling => {
                let by_expiry = (entry.keep_until, ticket.key().clone());
                self.by_expiry.remove(&by_expiry);
                self.entries.remove(ticket.key());
            }
            ClaimState::Claimed(Some(receipt)) => entry.state = ClaimState::Settled(receipt.clone()),
            _ => {}
        }
    }
}

impl ClaimStore for MemoryClaims {
    async fn claim(&self, claim: &NewClaim) -> Result<Claim, ClaimError> {
        let mut state = self.lock();
        state.forget_expired(claim.now);
        let full = state.entries.len() >= self.capacity;
        state.last_id += 1;
        let id = state.last_id;
        let receipt = match state.entries.entry(claim.key.clone()) {
            hash_map::Entry::Vacant(_) if full => return Err(ClaimError::Full { capacity: self.capacity }),
            hash_map::Entry::Vacant(vacant) => {
                let fresh = ClaimState::Claimed(None);
                vacant.insert(Entry { id, state: fresh, resource: claim.resource, keep_until: claim.keep_until });
                state.by_expiry.insert((claim.keep_until, claim.key.clone()));
                None
            }
            hash_map::Entry::Occupied(mut occupied) => {
                let entry = occupied.get_mut();
                let same_resource = entry.resource == claim.resource;
                match &entry.state {
                    ClaimState::Settled(receipt) if same_resource => {
                        let receipt = receipt.clone();
                        entry.state = ClaimState::Claimed(Some(receipt.clone()));
                        entry.id = id;
                        Some(receipt)
                    }
                    held => return Ok(Claim::Held { state: held.clone(), same_resource }),
                }
            }
        };
        Ok(Claim::Taken(Ticket::new(claim.key.clone(), id), receipt))
    }

    async fn record(&self, ticket: &Ticket, state: ClaimState) -> Result<(), ClaimError> {
        if let Some(entry) = self.lock().held(ticket) {
            entry.state = state;
        }
        Ok(())
    }

    async fn release(&self, ticket: &Ticket) -> Result<(), ClaimError> {
        self.lock().release(ticket);
        Ok(())
    }

    fn abandon(&self, ticket: &Ticket, settling: bool) {
        let mut state = self.lock();
        if !settling {
            state.release(ticket);
        } else if let Some(entry) = state.held(ticket) {
            if matches!(entry.state, ClaimState::Claimed(_) | ClaimState::Settling) {
                entry.state = ClaimState::Unknown(None);
            }
        }
    }
}
