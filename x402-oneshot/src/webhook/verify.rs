//! The verifier: is this body an event that 1Shot signed, lately, for us?

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use x402_core::time::{Clock, SystemClock, UnixSeconds};

use crate::webhook::canonical::CanonicalForm;
use crate::webhook::delivery::Delivery;
use crate::webhook::execution::Subject;
use crate::webhook::key_cache::KeyCache;
use crate::webhook::keys::KeySource;
use crate::webhook::limits::Limits;
use crate::webhook::seen::{Mark, Seen};
use crate::webhook::signed::Signed;
use crate::webhook::verify_error::VerifyError;

/// Verifies webhooks.
///
/// Cheap to clone; clones share keys and memory. The body must be the bytes as they came. What it does, in this order:
/// size, form, age, signature, whose method, seen before.
///
/// ```
/// use serde_json::json;
/// use x402_core::testing::ManualClock;
/// use x402_core::time::UnixSeconds;
/// use x402_oneshot::webhook::{Signer, Verifier, VerifyError};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let signer = Signer::from_seed([7; 32]); // 1Shot, in production
/// let event = json!({ "eventName": "InvoiceCreated", "apiVersion": 0, "timestamp": 1767225600, "data": {} });
/// let body = signer.sign(event.as_object().ok_or("not an object")?.clone())?;
///
/// let clock = ManualClock::at(UnixSeconds::from_secs(1767225660)); // a minute later
/// let verifier = Verifier::builder(signer.public_key()).clock(clock).build();
/// assert!(!verifier.verify(body.as_bytes()).await?.is_duplicate());
/// assert!(verifier.verify(body.as_bytes()).await?.is_duplicate());
///
/// let forged = body.replace("InvoiceCreated", "BusinessUserCreated");
/// let refused = verifier.verify(forged.as_bytes()).await;
/// assert!(matches!(refused, Err(VerifyError::SignatureMismatch)));
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(run()).unwrap();
/// ```
pub struct Verifier<S, C = SystemClock> {
    shared: Arc<Shared<S, C>>,
}

pub(super) struct Shared<S, C> {
    pub(super) keys: KeyCache<S>,
    pub(super) clock: C,
    pub(super) limits: Limits,
    pub(super) seen: Seen,
}

impl<S: KeySource + 'static, C: Clock> Verifier<S, C> {
    pub(super) fn assemble(shared: Shared<S, C>) -> Self {
        Self { shared: Arc::new(shared) }
    }

    /// Verifies one body.
    ///
    /// Mostly without I/O. Keys are fetched if there are none yet, if they are old, or if the signature does not fit;
    /// see [`VerifierBuilder::refetch_interval`](super::VerifierBuilder::refetch_interval).
    ///
    /// # Errors
    ///
    /// [`VerifyError`]; [`VerifyError::status`] is what to answer.
    ///
    /// # Panics
    ///
    /// If keys are old and this is not polled in a tokio runtime with timers.
    pub async fn verify(&self, body: &[u8]) -> Result<Delivery, VerifyError> {
        let Shared { keys, clock, limits, seen } = &*self.shared;
        if body.len() > limits.max_body {
            return Err(VerifyError::TooLarge { limit: limits.max_body });
        }
        let signed = Signed::read(body, limits.accept_python_form)?;
        check_age(signed.event.timestamp, clock.now(), limits.tolerance)?;
        let form = signed_form(&signed, keys).await?;
        let signature = signed.signature;
        let event = signed.into_event(form)?;
        let subject = event.subject();
        if let Some(Subject { method_ids, .. }) = &subject
            && !method_ids.is_empty()
            && !method_ids.iter().any(|method| keys.source().owns(*method))
        {
            return Err(VerifyError::ForeignMethod);
        }
        let mark = Mark::of(&event, subject.map(|subject| subject.transaction_id), signature);
        let duplicate = seen.check_and_insert(mark);
        Ok(Delivery::new(event, form, duplicate))
    }
}

fn check_age(signed: UnixSeconds, now: UnixSeconds, tolerance: Duration) -> Result<(), VerifyError> {
    let age = now.as_secs().saturating_sub(signed.as_secs());
    let ahead = signed.as_secs().saturating_sub(now.as_secs());
    if age > tolerance.as_secs() {
        Err(VerifyError::TooOld { seconds: age })
    } else if ahead > tolerance.as_secs() {
        Err(VerifyError::FromTheFuture { seconds: ahead })
    } else {
        Ok(())
    }
}

/// Which form of the text one of our keys signed; if none, the keys may have changed.
async fn signed_form<S: KeySource + 'static>(
    signed: &Signed,
    keys: &KeyCache<S>,
) -> Result<CanonicalForm, VerifyError> {
    let known = keys.keys().await.map_err(VerifyError::KeysUnavailable)?;
    if let Some(form) = signed.form_signed_by(&known) {
        return Ok(form);
    }
    signed.form_signed_by(&keys.others(&known).await).ok_or(VerifyError::SignatureMismatch)
}

impl<S, C> Clone for Verifier<S, C> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<S, C> fmt::Debug for Verifier<S, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shared { keys, limits, .. } = &*self.shared;
        f.debug_struct("Verifier").field("keys", keys).field("limits", limits).finish_non_exhaustive()
    }
}
