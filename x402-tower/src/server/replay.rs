//! Responses of payments that were named, to be handed out again.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use alloy_primitives::B256;
use bytes::Bytes;
use http::Response;
use x402_core::{UnixSeconds, server::PaymentIdentifier};

/// The longest body that is kept.
pub(super) const MAX_BODY: usize = 256 * 1024;

/// Responses by identifier. Bounded in number and time; what falls out is not there to be asked for again, and its
/// payment is refused as used.
pub(super) struct Replays {
    capacity: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    by_scope: HashMap<B256, Entry>,
    arrivals: VecDeque<(u64, B256)>,
    arrived: u64,
}

struct Entry {
    arrival: u64,
    fingerprint: B256,
    keep_until: UnixSeconds,
    /// None while the request is being served.
    response: Option<Response<Bytes>>,
}

/// What an identifier turned out to be.
pub(super) enum Named {
    /// New. The guard forgets it unless a response is kept.
    New(Naming),
    /// That of this very payment, which is being served; whoever holds its claim decides.
    UnderWay,
    /// That of this very payment, whose response is here.
    Kept(Response<Bytes>),
    /// That of another payment.
    Conflict,
}

impl Replays {
    const DEFAULT_CAPACITY: usize = 1024;

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks an identifier up, and enters it if it is new.
    pub(super) fn name(
        settlements: &super::Settlements,
        identifier: &PaymentIdentifier,
        request: &[u8],
        keep_until: UnixSeconds,
        now: UnixSeconds,
    ) -> Named {
        let scope = identifier.scope(request);
        let replays = settlements.replays();
        let mut kept = replays.lock();
        if let Some(entry) = kept.by_scope.get(&scope).filter(|entry| entry.keep_until >= now) {
            return match &entry.response {
                _ if entry.fingerprint != identifier.fingerprint() => Named::Conflict,
                Some(response) => Named::Kept(response.clone()),
                None => Named::UnderWay,
            };
        }
        kept.arrived += 1;
        let arrival = kept.arrived;
        kept.arrivals.push_back((arrival, scope));
        let fingerprint = identifier.fingerprint();
        kept.by_scope.insert(scope, Entry { arrival, fingerprint, keep_until, response: None });
        kept.sweep(now, replays.capacity);
        Named::New(Naming { settlements: settlements.clone(), scope, arrival, keeps: false })
    }
}

impl Default for Replays {
    fn default() -> Self {
        Self { capacity: Self::DEFAULT_CAPACITY, kept: Mutex::default() }
    }
}

impl Kept {
    fn sweep(&mut self, now: UnixSeconds, capacity: usize) {
        while let Some((arrival, scope)) = self.arrivals.front() {
            let entry = self.by_scope.get(scope).filter(|entry| entry.arrival == *arrival);
            match entry {
                Some(entry) if entry.keep_until >= now && self.by_scope.len() <= capacity => break,
                Some(_) => {
                    let scope = *scope;
                    self.by_scope.remove(&scope);
                }
                None => {}
            }
            self.arrivals.pop_front();
        }
    }
}

/// An identifier in use. Dropped before a response is kept, it is forgotten.
pub(super) struct Naming {
    settlements: super::Settlements,
    scope: B256,
    arrival: u64,
    keeps: bool,
}

impl Naming {
    /// Keeps the response of the payment that was named.
    pub(super) fn keep(mut self, response: Response<Bytes>) {
        let mut kept = self.settlements.replays().lock();
        if let Some(entry) = kept.by_scope.get_mut(&self.scope).filter(|entry| entry.arrival == self.arrival) {
            entry.response = Some(response);
            self.keeps = true;
        }
        drop(kept);
    }
}

impl Drop for Naming {
    fn drop(&mut self) {
        if !self.keeps {
            let mut kept = self.settlements.replays().lock();
            if kept.by_scope.get(&self.scope).is_some_and(|entry| entry.arrival == self.arrival) {
                kept.by_scope.remove(&self.scope);
            }
        }
    }
}

/// A copy of a response whose body is there in full. Extensions are for layers of this process, and are not copied.
pub(super) fn copy<B>(response: &Response<B>, body: Bytes) -> Response<Bytes> {
    let mut copy = Response::new(body);
    *copy.status_mut() = response.status();
    *copy.version_mut() = response.version();
    *copy.headers_mut() = response.headers().clone();
    copy
}

/// What of a request an identifier is bound to, beside the resource.
pub(super) fn binding(method: &http::Method, uri: &http::Uri) -> Arc<[u8]> {
    let target = uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    format!("{method} {target}").into_bytes().into()
}
