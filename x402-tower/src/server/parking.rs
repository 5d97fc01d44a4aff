//! Responses whose payers have gone.

use std::{
    any::Any,
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use http::Response;
use x402_core::{UnixSeconds, claim::ClaimKey};

/// Responses that were paid for and not handed over, by payment. Bounded in number and time.
pub(super) struct Parking {
    capacity: usize,
    parked: Mutex<Parked>,
}

#[derive(Default)]
struct Parked {
    responses: HashMap<ClaimKey, Slot>,
    /// In the order of arrival. A key whose response was taken stays here until it is swept.
    arrivals: VecDeque<(u64, ClaimKey)>,
    arrived: u64,
}

struct Slot {
    arrival: u64,
    keep_until: UnixSeconds,
    /// A `Response<B>`: routes of different body types share the parking.
    response: Box<dyn Any + Send>,
}

impl Parking {
    /// Enough for a burst of hang-ups; each response may hold a stream open.
    const DEFAULT_CAPACITY: usize = 1024;

    pub(super) fn with_capacity(capacity: usize) -> Self {
        Self { capacity, parked: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Parked> {
        self.parked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn len(&self) -> usize {
        self.lock().responses.len()
    }

    fn park(&self, key: ClaimKey, keep_until: UnixSeconds, now: UnixSeconds, response: Box<dyn Any + Send>) {
        let mut parked = self.lock();
        parked.arrived += 1;
        let arrival = parked.arrived;
        parked.arrivals.push_back((arrival, key.clone()));
        parked.responses.insert(key, Slot { arrival, keep_until, response });
        // What is dropped here drops its body too; that must not happen under the lock, for a body may do anything.
        let dropped = parked.sweep(now, self.capacity);
        drop(parked);
        drop(dropped);
    }

    /// The response that was parked for this payment, if its body is of this type.
    pub(super) fn take<B: 'static>(&self, key: &ClaimKey) -> Option<Response<B>> {
        let slot = self.lock().responses.remove(key)?;
        slot.response.downcast().ok().map(|response| *response)
    }

    pub(super) fn discard(&self, key: &ClaimKey) {
        let dropped = self.lock().responses.remove(key);
        drop(dropped);
    }
}

impl Parked {
    /// Takes out what is over time or over number, and the arrivals of what is gone.
    fn sweep(&mut self, now: UnixSeconds, capacity: usize) -> Vec<Slot> {
        let mut dropped = Vec::new();
        while let Some((arrival, key)) = self.arrivals.front() {
            let slot = self.responses.get(key).filter(|slot| slot.arrival == *arrival);
            let leaves = slot.is_none_or(|slot| slot.keep_until < now || self.responses.len() > capacity);
            if !leaves {
                break;
            }
            let is_there = slot.is_some();
            if let Some((_, key)) = self.arrivals.pop_front() {
                dropped.extend(is_there.then(|| self.responses.remove(&key)).flatten());
            }
        }
        dropped
    }
}

impl Default for Parking {
    fn default() -> Self {
        Self::with_capacity(Self::DEFAULT_CAPACITY)
    }
}

/// A response that was paid for, or will be. Dropped before it is taken, it is parked.
pub(super) struct Undelivered<B: Send + 'static> {
    response: Option<Response<B>>,
    place: Place,
}

/// Where a response is parked.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) settlements: super::Settlements,
    pub(super) key: ClaimKey,
    pub(super) keep_until: UnixSeconds,
    pub(super) now: Arc<dyn Fn() -> UnixSeconds + Send + Sync>,
}

impl<B: Send + 'static> Undelivered<B> {
    pub(super) const fn new(response: Response<B>, place: Place) -> Self {
        Self { response: Some(response), place }
    }

    /// Takes the response to hand it over, or to throw it away: it is not parked.
    pub(super) fn take(mut self) -> Option<Response<B>> {
        self.response.take()
    }
}

impl<B: Send + 'static> Drop for Undelivered<B> {
    fn drop(&mut self) {
        if let Some(response) = self.response.take() {
            let Place { settlements, key, keep_until, now } = &self.place;
            settlements.parking().park(key.clone(), *keep_until, now(), Box::new(response));
        }
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{Address, B256};

    use super::*;

    fn key(nonce: u8) -> ClaimKey {
        let asset = Address::ZERO;
        ClaimKey { chain_id: 1, asset, from: asset, nonce: B256::repeat_byte(nonce) }
    }

    fn at(seconds: u64) -> UnixSeconds {
        UnixSeconds::from_secs(seconds)
    }

    fn park(parking: &Parking, nonce: u8, keep_until: u64, now: u64) {
        parking.park(key(nonce), at(keep_until), at(now), Box::new(Response::new(nonce)));
    }

    #[test]
    fn it_is_bounded_in_number_and_drops_the_oldest() {
        let parking = Parking::with_capacity(2);
        for nonce in 1..=3 {
            park(&parking, nonce, 100, 0);
        }
        assert_eq!(parking.len(), 2);
        assert!(parking.take::<u8>(&key(1)).is_none());
        assert_eq!(parking.take::<u8>(&key(3)).map(Response::into_body), Some(3));
        assert!(parking.take::<u8>(&key(3)).is_none(), "taken once");
    }

    #[test]
    fn it_is_bounded_in_time_and_leaves_nothing_behind() {
        let parking = Parking::with_capacity(100);
        for nonce in 0..100 {
            park(&parking, nonce, 10, 0);
        }
        park(&parking, 200, 30, 20);
        assert_eq!(parking.len(), 1);
        assert_eq!(parking.lock().arrivals.len(), 1);
        for _ in 0..1000 {
            park(&parking, 7, 30, 20);
            parking.discard(&key(7));
        }
        park(&parking, 8, 30, 40);
        assert!(parking.lock().arrivals.len() <= 1, "arrivals of what is gone are swept");
    }

    #[test]
    fn a_body_of_another_type_is_not_handed_out() {
        let parking = Parking::default();
        park(&parking, 1, 10, 0);
        assert!(parking.take::<String>(&key(1)).is_none());
    }
}
