//! The `callbackUrl` of a contract method.

use super::target::Target;
use crate::webhook::PublicKey;

/// Where a contract method's executions are told, and the key that it is signed with.
#[derive(Clone)]
pub(in crate::sandbox) struct Callback {
    pub(super) target: Target,
    pub(super) public_key: PublicKey,
}

impl Callback {
    pub(in crate::sandbox) fn url(&self) -> &str {
        self.target.as_str()
    }

    /// In padded base64: one client takes no other.
    pub(in crate::sandbox) fn public_key(&self) -> String {
        self.public_key.to_string()
    }
}
