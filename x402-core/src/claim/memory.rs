//! Claims of one process.

use std::{
    collections::{BTreeSet, HashMap, hash_map},
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use alloy_primitives::B256;

use super::{Claim, ClaimError, ClaimKey, ClaimState, ClaimStore, NewClaim, Taken, Ticket};
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
    /// The id of the holder's ticket.
    holder: Option<u64>,
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
        self.entries.get_mut(ticket.key()).filter(|entry| entry.holder == Some(ticket.id()))
    }

    fn let_go(&mut self, ticket: &Ticket, settling_becomes_unknown: bool) {
        let Some(entry) = self.held(ticket) else { return };
        match entry.state {
            ClaimState::Settling if settling_becomes_unknown => {
                entry.state = ClaimState::Unknown(None);
                entry.holder = None;
            }
            ClaimState::Claimed | ClaimState::Settling => {
                let by_expiry = (entry.keep_until, ticket.key().clone());
                self.by_expiry.remove(&by_expiry);
                self.entries.remove(ticket.key());
            }
            _ => entry.holder = None,
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
        let taken = match state.entries.entry(claim.key.clone()) {
            hash_map::Entry::Vacant(_) if !claim.starts => return Ok(Claim::Absent),
            hash_map::Entry::Vacant(_) if full => return Err(ClaimError::Full { capacity: self.capacity }),
            hash_map::Entry::Vacant(vacant) => {
                vacant.insert(Entry {
                    holder: Some(id),
                    state: ClaimState::Claimed,
                    resource: claim.resource,
                    keep_until: claim.keep_until,
                });
                state.by_expiry.insert((claim.keep_until, claim.key.clone()));
                Taken::Fresh
            }
            hash_map::Entry::Occupied(mut occupied) => {
                let entry = occupied.get_mut();
                let same_resource = entry.resource == claim.resource;
                let taken = match &entry.state {
                    ClaimState::Settled(receipt) => Some(Taken::Settled(receipt.clone())),
                    ClaimState::Unknown(transaction) => Some(Taken::Unknown(*transaction)),
                    _ => None,
                };
                match taken.filter(|_| same_resource && entry.holder.is_none()) {
                    Some(taken) => {
                        entry.holder = Some(id);
                        taken
                    }
                    None => return Ok(Claim::Held { state: entry.state.clone(), same_resource }),
                }
            }
        };
        Ok(Claim::Taken(Ticket::new(claim.key.clone(), id), taken))
    }

    async fn record(&self, ticket: &Ticket, state: ClaimState) -> Result<(), ClaimError> {
        let mut claims = self.lock();
        let entry = claims.held(ticket).ok_or(ClaimError::Lost)?;
        if matches!(state, ClaimState::Delivered | ClaimState::Rejected(_)) {
            entry.holder = None;
        }
        entry.state = state;
        Ok(())
    }

    async fn release(&self, ticket: &Ticket) -> Result<(), ClaimError> {
        self.lock().let_go(ticket, false);
        Ok(())
    }

    fn abandon(&self, ticket: &Ticket) {
        self.lock().let_go(ticket, true);
    }
}
