//! Claims of one process.

use std::{
    collections::{BTreeSet, HashMap, VecDeque, hash_map},
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use alloy_primitives::B256;

use super::{Claim, ClaimError, ClaimKey, ClaimState, ClaimStore, NewClaim, Taken, Ticket};
use crate::time::UnixSeconds;

/// Keeps claims in memory, bounded in number.
///
/// Expired claims are forgotten as others come in. At the bound the oldest *rejected* claim makes room: should its
/// payment be presented again, it is verified and refused again. If there is none, a new claim is an error, so that its
/// request is refused with 503 and nobody is charged: forgetting any other claim would let its payment be used again.
/// Those are payments in flight and payments made; one that fails verification is released at once.
///
/// A restart forgets everything. Then a payment in flight ends on chain without its content, and one already used is
/// found spent when it is verified; so do not switch [verification](crate::server::Gate::verify) off with this store.
pub struct MemoryClaims {
    capacity: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    entries: HashMap<ClaimKey, Entry>,
    by_expiry: BTreeSet<(UnixSeconds, ClaimKey)>,
    /// In the order of their rejection, with the expiry that tells a claim from a later one of the same key.
    rejected: VecDeque<(UnixSeconds, ClaimKey)>,
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
        // What has expired need not be looked through when room is wanted.
        while self.rejected.front().is_some_and(|(keep_until, _)| *keep_until < now) {
            self.rejected.pop_front();
        }
        // After a flood, give the memory back.
        if self.entries.capacity() > 1024 && self.entries.len() < self.entries.capacity() / 8 {
            self.entries.shrink_to_fit();
            self.rejected.shrink_to_fit();
        }
    }

    /// Forgets the oldest rejected claim, if there is one.
    fn forget_rejected(&mut self) {
        while let Some((keep_until, key)) = self.rejected.pop_front() {
            let is_it =
                |entry: &Entry| entry.keep_until == keep_until && matches!(entry.state, ClaimState::Rejected(_));
            if self.entries.get(&key).is_some_and(is_it) {
                self.entries.remove(&key);
                self.by_expiry.remove(&(keep_until, key));
                return;
            }
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
        // A copy of what is there needs no room, and what may not start makes no claim.
        if state.entries.len() >= self.capacity && claim.starts && !state.entries.contains_key(&claim.key) {
            state.forget_rejected();
        }
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
        let rejected = matches!(state, ClaimState::Rejected(_)).then(|| (entry.keep_until, ticket.key().clone()));
        entry.state = state;
        claims.rejected.extend(rejected);
        if claims.rejected.len() > self.capacity.saturating_mul(2) {
            let State { entries, rejected, .. } = &mut *claims;
            rejected.retain(|(keep_until, key)| entries.get(key).is_some_and(|entry| entry.keep_until == *keep_until));
        }
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

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        task::{Context, Poll, Waker},
    };

    use alloy_primitives::Address;

    use super::*;
    use crate::reason::Reason;

    /// Nothing here waits.
    fn now<T>(future: impl Future<Output = T>) -> T {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => output,
            Poll::Pending => unreachable!("memory is at hand"),
        }
    }

    fn new(nonce: u64, keep_until: u64) -> NewClaim {
        let nonce = B256::from(alloy_primitives::U256::from(nonce));
        NewClaim {
            key: ClaimKey { chain_id: 1, asset: Address::ZERO, from: Address::ZERO, nonce },
            resource: B256::ZERO,
            starts: true,
            keep_until: UnixSeconds::from_secs(keep_until),
            now: UnixSeconds::from_secs(0),
        }
    }

    fn end(claims: &MemoryClaims, nonce: u64, keep_until: u64, state: ClaimState) -> Result<(), ClaimError> {
        end_at(0, claims, nonce, keep_until, state)
    }

    fn end_at(
        seconds: u64,
        claims: &MemoryClaims,
        nonce: u64,
        keep_until: u64,
        state: ClaimState,
    ) -> Result<(), ClaimError> {
        let claim = NewClaim { now: UnixSeconds::from_secs(seconds), ..new(nonce, keep_until) };
        match now(claims.claim(&claim))? {
            Claim::Taken(ticket, _) => now(claims.record(&ticket, state)),
            other => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn rejected_claims_make_room_oldest_first_and_used_ones_never() {
        let claims = MemoryClaims::with_capacity(3);
        end(&claims, 1, 100, ClaimState::Delivered).unwrap();
        end(&claims, 2, 100, ClaimState::Rejected(Reason::VALUE)).unwrap();
        end(&claims, 3, 100, ClaimState::Rejected(Reason::VALUE)).unwrap();
        end(&claims, 4, 100, ClaimState::Delivered).unwrap();
        assert_eq!(claims.state(&new(2, 0).key), None);
        assert!(claims.state(&new(3, 0).key).is_some());
        end(&claims, 5, 100, ClaimState::Delivered).unwrap();
        let full = end(&claims, 6, 100, ClaimState::Delivered).unwrap_err();
        assert!(matches!(full, ClaimError::Full { capacity: 3 }));
    }

    /// A payer may sign one nonce twice, with another end; and clocks are set back.
    #[test]
    fn a_used_payment_is_not_forgotten_because_it_was_rejected_before_it_expired() {
        let rejected = || ClaimState::Rejected(Reason::VALUE);
        for (again, keep_until) in [(150, 400), (50, 100)] {
            let claims = MemoryClaims::with_capacity(3);
            end(&claims, 1, 300, rejected()).unwrap();
            end(&claims, 2, 100, rejected()).unwrap();
            // Sweeps the second, whose place in the queue is behind one that is kept for longer.
            end_at(150, &claims, 3, 400, ClaimState::Delivered).unwrap();
            end_at(again, &claims, 2, keep_until, ClaimState::Delivered).unwrap();
            end_at(again, &claims, 4, 400, ClaimState::Delivered).unwrap();
            assert_eq!(claims.state(&new(1, 0).key), None, "it made room");
            let full = end_at(again, &claims, 5, 400, ClaimState::Delivered).unwrap_err();
            assert!(matches!(full, ClaimError::Full { .. }));
            assert_eq!(claims.state(&new(2, 0).key), Some(ClaimState::Delivered));
        }
    }

    #[test]
    fn a_payment_rejected_anew_waits_for_its_new_turn() {
        let rejected = || ClaimState::Rejected(Reason::VALUE);
        let claims = MemoryClaims::with_capacity(3);
        end(&claims, 1, 300, rejected()).unwrap();
        end(&claims, 2, 100, rejected()).unwrap();
        end_at(150, &claims, 3, 400, rejected()).unwrap();
        // The clock is set back, so that the second's old place is not swept.
        end_at(50, &claims, 2, 400, rejected()).unwrap();
        for (new_one, forgotten) in [(4, 1), (5, 3), (6, 2)] {
            assert!(claims.state(&new(forgotten, 0).key).is_some());
            end_at(50, &claims, new_one, 400, ClaimState::Delivered).unwrap();
            assert_eq!(claims.state(&new(forgotten, 0).key), None);
        }
        assert_eq!(claims.lock().by_expiry.len(), 3);
    }

    #[test]
    fn a_payment_that_made_room_and_was_used_then_is_remembered_to_its_own_end() {
        let claims = MemoryClaims::with_capacity(1);
        end(&claims, 1, 100, ClaimState::Rejected(Reason::VALUE)).unwrap();
        end(&claims, 2, 10, ClaimState::Delivered).unwrap();
        end_at(50, &claims, 1, 400, ClaimState::Delivered).unwrap();
        assert!(end_at(150, &claims, 3, 400, ClaimState::Delivered).is_err(), "there is no room");
        assert_eq!(claims.state(&new(1, 0).key), Some(ClaimState::Delivered));
    }

    #[test]
    fn what_needs_no_room_makes_none() {
        let claims = MemoryClaims::with_capacity(2);
        end(&claims, 1, 100, ClaimState::Delivered).unwrap();
        end(&claims, 2, 100, ClaimState::Rejected(Reason::VALUE)).unwrap();
        let copy = now(claims.claim(&new(1, 100))).unwrap();
        assert!(matches!(copy, Claim::Held { state: ClaimState::Delivered, .. }));
        let expired = now(claims.claim(&NewClaim { starts: false, ..new(3, 100) })).unwrap();
        assert_eq!(expired, Claim::Absent);
        assert!(claims.state(&new(2, 0).key).is_some());
    }

    #[test]
    fn a_flood_of_rejected_claims_leaves_no_trail() {
        let claims = MemoryClaims::with_capacity(10);
        for nonce in 0..1000 {
            end(&claims, nonce, 100 - nonce % 50, ClaimState::Rejected(Reason::VALUE)).unwrap();
        }
        assert_eq!(claims.len(), 10);
        assert!(claims.lock().rejected.len() <= 21);
        // Nor do those that expire behind one that does not.
        let claims = MemoryClaims::with_capacity(10);
        for nonce in 0..1000 {
            let keep_until = if nonce == 0 { 10_000 } else { nonce };
            end_at(nonce, &claims, nonce, keep_until, ClaimState::Rejected(Reason::VALUE)).unwrap();
        }
        assert!(claims.lock().rejected.len() <= 21);
        assert!(claims.state(&new(0, 0).key).is_some());
        // And that one still makes room.
        for nonce in 1000..1010 {
            end_at(1000, &claims, nonce, 2000, ClaimState::Delivered).unwrap();
        }
        assert_eq!((claims.state(&new(0, 0).key), claims.len()), (None, 10));
    }

    #[test]
    fn after_a_flood_its_memory_is_given_back_and_not_before() {
        let claims = MemoryClaims::default();
        for nonce in 0..10_000 {
            end(&claims, nonce, 100, ClaimState::Rejected(Reason::VALUE)).unwrap();
        }
        let at = |seconds, nonce| NewClaim { now: UnixSeconds::from_secs(seconds), ..new(nonce, 200) };
        now(claims.claim(&at(100, 10_000))).unwrap();
        assert_eq!((claims.len(), claims.lock().rejected.len()), (10_001, 10_000), "kept until the last second");
        now(claims.claim(&at(101, 10_001))).unwrap();
        let state = claims.lock();
        assert_eq!((state.entries.len(), state.by_expiry.len(), state.rejected.len()), (2, 2, 0));
        assert!(state.entries.capacity() < 100 && state.rejected.capacity() < 100);
    }
}
