//! Responses of payments that were named, to be handed out again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use alloy_primitives::B256;
use bytes::Bytes;
use http::Response;
use x402_core::{UnixSeconds, server::PaymentIdentifier};

use super::bounded::Bounded;

/// The longest body that is kept.
pub(super) const MAX_BODY: usize = 256 * 1024;

/// Responses by identifier. What falls out is not there to be asked for again, and its payment is refused as used.
/// Clones share them.
#[derive(Clone)]
pub(super) struct Replays(Arc<Mutex<Bounded<B256, Entry>>>);

struct Entry {
    /// Tells two uses of one identifier apart.
    naming: Arc<()>,
    fingerprint: B256,
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

    fn lock(&self) -> MutexGuard<'_, Bounded<B256, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks an identifier up, and enters it if it is new.
    pub(super) fn name(
        &self,
        identifier: &PaymentIdentifier,
        request: &[u8],
        keep_until: UnixSeconds,
        now: UnixSeconds,
    ) -> Named {
        let (scope, fingerprint) = (identifier.scope(request), identifier.fingerprint());
        let mut kept = self.lock();
        if let Some(entry) = kept.get_mut(&scope, now) {
            return match &entry.response {
                _ if entry.fingerprint != fingerprint => Named::Conflict,
                Some(response) => Named::Kept(response.clone()),
                None => Named::UnderWay,
            };
        }
        let naming = Arc::new(());
        let entry = Entry { naming: Arc::clone(&naming), fingerprint, response: None };
        drop(kept.insert(scope, entry, keep_until, now));
        Named::New(Naming { replays: self.clone(), scope, naming, now, keeps: false })
    }
}

impl Default for Replays {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Bounded::with_capacity(Self::DEFAULT_CAPACITY))))
    }
}

/// An identifier in use. Dropped before a response is kept, it is forgotten.
pub(super) struct Naming {
    replays: Replays,
    scope: B256,
    naming: Arc<()>,
    now: UnixSeconds,
    keeps: bool,
}

impl Naming {
    /// Keeps the response of the payment that was named.
    pub(super) fn keep(mut self, response: Response<Bytes>) {
        self.keeps = self.with_entry(|entry| entry.response = Some(response)).is_some();
    }

    /// Does something with the entry, if it is still there and ours.
    fn with_entry<T>(&self, change: impl FnOnce(&mut Entry) -> T) -> Option<T> {
        let mut kept = self.replays.lock();
        let entry = kept.get_mut(&self.scope, self.now)?;
        Arc::ptr_eq(&entry.naming, &self.naming).then(|| change(entry))
    }
}

impl Drop for Naming {
    fn drop(&mut self) {
        if !self.keeps && self.with_entry(|_| ()).is_some() {
            drop(self.replays.lock().remove(&self.scope));
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
