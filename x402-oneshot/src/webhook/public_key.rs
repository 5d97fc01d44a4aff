//! The public key that a webhook is verified with.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature, SigningKey, VerifyingKey};

use crate::webhook::base64;

/// An Ed25519 public key that is not weak.
///
/// `FromStr` reads standard base64 of 32 bytes, with or without padding, which is how
/// [`ContractMethod::public_key`](crate::api::ContractMethod) has it; `Display` writes it back with
/// padding. 1Shot has one key pair for each callback URL.
///
/// # Security
///
/// A few points of the curve "verify" signatures that anybody can make. A key of this type is none
/// of them.
///
/// ```
/// use x402_oneshot::webhook::{ParseKeyError, PublicKey};
///
/// let key: PublicKey = "lu8JEZ+QcuPfnjatb41kYgm6wS5L4JlHj4YQP2CwhCY=".parse()?;
/// assert_eq!(key.to_string(), "lu8JEZ+QcuPfnjatb41kYgm6wS5L4JlHj4YQP2CwhCY=");
///
/// let weak = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".parse::<PublicKey>();
/// assert_eq!(weak, Err(ParseKeyError::Weak));
/// # Ok::<(), ParseKeyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey(VerifyingKey);

/// A text that is no key to verify with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseKeyError {
    /// It is not 32 bytes in standard base64.
    #[error("webhook key is not 32 bytes in standard base64")]
    Encoding,
    /// The bytes are no point of the curve.
    #[error("webhook key is not a point of the curve")]
    Point,
    /// The point is one that signatures can be forged for.
    #[error("webhook key is weak")]
    Weak,
}

impl PublicKey {
    /// The key of these bytes.
    ///
    /// # Errors
    ///
    /// [`ParseKeyError::Point`] or [`ParseKeyError::Weak`].
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, ParseKeyError> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| ParseKeyError::Point)?;
        if key.is_weak() { Err(ParseKeyError::Weak) } else { Ok(Self(key)) }
    }

    /// The other half of a private key, which is never weak: it is a multiple of the base point, and not of order eight.
    pub(super) fn of(key: &SigningKey) -> Self {
        Self(key.verifying_key())
    }

    /// The key's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Strictly: a signature has one form, and its own point may not be weak either.
    pub(super) fn verifies(&self, message: &[u8], signature: &Signature) -> bool {
        self.0.verify_strict(message, signature).is_ok()
    }
}

impl FromStr for PublicKey {
    type Err = ParseKeyError;

    fn from_str(text: &str) -> Result<Self, ParseKeyError> {
        Self::from_bytes(&base64::decode(text).ok_or(ParseKeyError::Encoding)?)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base64::encode(self.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}
