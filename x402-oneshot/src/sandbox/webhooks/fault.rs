//! What can go wrong with webhooks.

use std::time::Duration;

/// What can be made to go wrong with webhooks: see [`SandboxWebhooks::inject`](super::SandboxWebhooks::inject).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum WebhookFault {
    /// An attempt is signed with a key that nobody was told of.
    BadSignature,
    /// A webhook sets out only after this long.
    Delayed(Duration),
    /// A webhook that was taken is sent once more, as if the answer had been lost.
    Duplicate,
    /// An execution's webhook is out before `execute` answers, so that it tells of a transaction not heard of yet.
    ///
    /// For that, the transaction is mined at once, and all others with it.
    Early,
    /// An attempt is stamped as of this long ago.
    Stale(Duration),
}

/// One for each kind: what it carries, if it is of that kind.
impl WebhookFault {
    pub(super) fn bad_signature(self) -> Option<()> {
        (self == Self::BadSignature).then_some(())
    }

    pub(super) fn delayed(self) -> Option<Duration> {
        if let Self::Delayed(delay) = self { Some(delay) } else { None }
    }

    pub(super) fn duplicate(self) -> Option<()> {
        (self == Self::Duplicate).then_some(())
    }

    pub(super) fn early(self) -> Option<()> {
        (self == Self::Early).then_some(())
    }

    pub(super) fn stale(self) -> Option<Duration> {
        if let Self::Stale(age) = self { Some(age) } else { None }
    }
}
