//! Where a webhook stands.

use serde::Serialize;

/// Where a webhook of the sandbox stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub enum DeliveryStatus {
    /// Not tried yet.
    Unsent,
    /// The receiver took it.
    Success,
    /// Tried without success; will be tried again.
    Retrying,
    /// Given up.
    Failed,
}

impl DeliveryStatus {
    /// Whether nothing more will be sent.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Failed | Self::Success)
    }
}
