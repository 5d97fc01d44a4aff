//! What an update does to a member that may be empty.

use serde::{Serialize, Serializer};

/// What an update does to a member that may be empty: nothing, empty it, or fill it.
///
/// The API tells the three apart by a member that is absent, null, or there; an `Option` could not.
///
/// ```
/// use x402_oneshot::api::Change;
///
/// let change = Change::from(Some("https://shop.example/1shot"));
/// assert_eq!(change, Change::Set("https://shop.example/1shot"));
/// assert_eq!(Change::<&str>::from(None), Change::Clear);
/// assert_eq!(Change::<&str>::default(), Change::Keep);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "there is no fourth thing to do to a member")]
pub enum Change<T> {
    /// Leaves it as it is: the member is not sent.
    #[default]
    Keep,
    /// Empties it: null is sent.
    Clear,
    /// Fills it with this value.
    Set(T),
}

impl<T> Change<T> {
    /// Whether it leaves the member as it is.
    #[must_use]
    pub const fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }
}

/// What a member is to be from now on: this value, or empty.
impl<T> From<Option<T>> for Change<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Clear, Self::Set)
    }
}

/// Null or the value. The member must be skipped if it is [`Change::Keep`], which writes null too.
impl<T: Serialize> Serialize for Change<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Keep | Self::Clear => to.serialize_none(),
            Self::Set(value) => value.serialize(to),
        }
    }
}

/// The makings of an update that has an optional `name` and `description`.
macro_rules! renaming {
    ($update:ident) => {
        impl $update {
            /// No change.
            #[must_use]
            pub fn new() -> Self {
                Self::default()
            }

            /// Changes the name.
            #[must_use]
            pub fn name(mut self, name: impl Into<String>) -> Self {
                self.name = Some(name.into());
                self
            }

            /// Changes the description.
            #[must_use]
            pub fn description(mut self, text: impl Into<String>) -> Self {
                self.description = Some(text.into());
                self
            }
        }
    };
}

pub(crate) use renaming;
