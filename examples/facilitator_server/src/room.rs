//! How much is under way at once.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use x402_core::server::Refusal;

/// Room for so many at once. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Room(Arc<Semaphore>);

/// Held by whoever is in; the place is free again when it is dropped.
#[derive(Debug)]
#[must_use]
pub(crate) struct Place {
    _permit: OwnedSemaphorePermit,
}

impl Room {
    pub(crate) fn new(places: usize) -> Self {
        Self(Arc::new(Semaphore::new(places)))
    }

    /// Takes a place, or refuses for now: whoever waited in line would only be answered when nobody listens any more.
    pub(crate) fn enter(&self) -> Result<Place, Refusal> {
        match Arc::clone(&self.0).try_acquire_owned() {
            Ok(permit) => Ok(Place { _permit: permit }),
            Err(_) => Err(Refusal::unavailable("as many are under way as there is room for")),
        }
    }
}
