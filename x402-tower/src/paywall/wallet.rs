//! The wallet that a page brings along.

use std::fmt;

use alloy_primitives::hex;

/// A key that a page gives to everybody who asks for it, so that they can pay with test money.
///
/// # Security
///
/// This is a publication, not a use of a key: whoever can load the page has it. It exists for sandboxes, whose money
/// exists nowhere else. A key whose account holds anything on a real chain must never be one of these.
#[derive(Clone)]
pub struct PublicTestKey([u8; 32]);

impl PublicTestKey {
    /// The key of a sandbox's buyer.
    ///
    /// # Security
    ///
    /// Give it no other: the page prints it for every visitor.
    #[must_use]
    pub const fn dangerous_publish(key: [u8; 32]) -> Self {
        Self(key)
    }

    pub(super) fn to_hex(&self) -> String {
        hex::encode_prefixed(self.0)
    }
}

impl fmt::Debug for PublicTestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicTestKey([redacted])")
    }
}
