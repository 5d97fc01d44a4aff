//! Documents that go on as they came.

use std::{fmt, ops::Deref};

use serde_json::value::RawValue;

use crate::version::X402Version;

/// A parsed value beside the JSON text that it was parsed from.
///
/// Clients must echo what a server offered, and servers forward what a client sent, without loss: members that this
/// version of the crate does not know, odd numbers, the spelling of addresses. So the text is kept, and is what is
/// written again. A value made here has no text and is written from its fields.
///
/// The value cannot be changed in place, since the text would then lie; [`into_inner`](Self::into_inner) gives up the
/// text.
#[derive(Clone)]
pub struct Verbatim<T> {
    value: T,
    /// The text, and the version of the document that it stood in.
    raw: Option<(X402Version, Box<RawValue>)>,
}

impl<T> Verbatim<T> {
    pub(crate) fn received(value: T, version: X402Version, raw: &RawValue) -> Self {
        Self { value, raw: Some((version, raw.to_owned())) }
    }

    /// The JSON text as received, if it was received.
    #[must_use]
    pub fn raw(&self) -> Option<&str> {
        self.raw.as_ref().map(|(_, raw)| raw.get())
    }

    /// The text, if it was received in a document of this version: the other version spells things differently.
    pub(crate) fn raw_in(&self, version: X402Version) -> Option<&RawValue> {
        self.raw.as_ref().filter(|(of, _)| *of == version).map(|(_, raw)| &**raw)
    }

    /// The value alone.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T> From<T> for Verbatim<T> {
    fn from(value: T) -> Self {
        Self { value, raw: None }
    }
}

impl<T> Deref for Verbatim<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Verbatim<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: PartialEq> PartialEq for Verbatim<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}
