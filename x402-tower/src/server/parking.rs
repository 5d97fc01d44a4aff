//! Responses whose payers have gone.

use std::{
    any::Any,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use http::Response;
use x402_core::{UnixSeconds, claim::ClaimKey};

use super::{bounded::Bounded, delivered::is_portable};

/// A `Response<B>`: routes of different body types share the parking.
type Parked = Box<dyn Any + Send>;

/// Responses that were paid for and not handed over, by payment. Clones share them.
#[derive(Clone)]
pub(super) struct Parking(Arc<Mutex<Bounded<ClaimKey, Parked>>>);

impl Parking {
    /// Enough for a burst of hang-ups; each response may hold a stream open.
    const DEFAULT_CAPACITY: usize = 1024;

    pub(super) fn with_capacity(capacity: usize) -> Self {
        Self(Arc::new(Mutex::new(Bounded::with_capacity(capacity))))
    }

    fn lock(&self) -> MutexGuard<'_, Bounded<ClaimKey, Parked>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    fn park(&self, key: ClaimKey, keep_until: UnixSeconds, now: UnixSeconds, response: Parked) {
        // What goes drops its body too; not under the lock, for a body may do anything.
        let gone = self.lock().insert(key, response, keep_until, now);
        drop(gone);
    }

    /// The response that was parked for this payment, if its body is of this type.
    pub(super) fn take<B: 'static>(&self, key: &ClaimKey) -> Option<Box<Response<B>>> {
        let parked = self.lock().remove(key)?;
        parked.downcast().ok()
    }

    pub(super) fn discard(&self, key: &ClaimKey) {
        let gone = self.lock().remove(key);
        drop(gone);
    }
}

impl Default for Parking {
    fn default() -> Self {
        Self::with_capacity(Self::DEFAULT_CAPACITY)
    }
}

/// A response that was paid for, or will be. Dropped before it is taken, it is parked, if another request can use it.
pub(super) struct Undelivered<B: Send + 'static> {
    response: Option<Response<B>>,
    place: Place,
}

/// Where a response is parked.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) parking: Parking,
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
        if let Some(response) = self.response.take().filter(is_portable) {
            let Place { parking, key, keep_until, now } = &self.place;
            parking.park(key.clone(), *keep_until, now(), Box::new(response));
        }
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{Address, B256};

    use super::*;

    #[test]
    fn a_body_of_another_type_is_not_handed_out() {
        let parking = Parking::default();
        let key = ClaimKey { chain_id: 1, asset: Address::ZERO, from: Address::ZERO, nonce: B256::ZERO };
        let at = UnixSeconds::from_secs;
        parking.park(key.clone(), at(10), at(0), Box::new(Response::new(7_u8)));
        assert!(parking.take::<String>(&key).is_none());
        parking.park(key.clone(), at(10), at(0), Box::new(Response::new(7_u8)));
        assert_eq!(parking.take::<u8>(&key).map(|response| *response.body()), Some(7));
        assert!(parking.take::<u8>(&key).is_none(), "taken once");
    }
}
