//! A webhook that was verified.

use crate::webhook::canonical::CanonicalForm;
use crate::webhook::event::Event;

/// An event that 1Shot signed, lately, for us. Only a [`Verifier`](super::Verifier) makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a verified event is there to be acted upon"]
pub struct Delivery {
    event: Event,
    form: CanonicalForm,
    duplicate: bool,
}

impl Delivery {
    pub(super) const fn new(event: Event, form: CanonicalForm, duplicate: bool) -> Self {
        Self { event, form, duplicate }
    }

    /// The event, read from the very text that was signed.
    #[must_use]
    pub const fn event(&self) -> &Event {
        &self.event
    }

    /// The event itself.
    #[must_use]
    pub fn into_event(self) -> Event {
        self.event
    }

    /// Which text of it the signature is over.
    #[must_use]
    pub const fn form(&self) -> CanonicalForm {
        self.form
    }

    /// Whether the same was verified before: the same event of the same transaction, or, if it is not about one, the
    /// same signature.
    ///
    /// 1Shot delivers at least once, so this is common and not an error. It says "verified", not "acted upon": whoever
    /// failed to act the first time can do so now. A verifier remembers so many and forgets them with the process.
    #[must_use]
    pub const fn is_duplicate(&self) -> bool {
        self.duplicate
    }
}
