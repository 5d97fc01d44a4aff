//! The protocol's version, as a value.

use std::fmt;

/// A version of the x402 protocol.
///
/// One model serves both; the version only decides how a document is written
/// ([v1](https://github.com/coinbase/x402/blob/main/specs/x402-specification-v1.md),
/// [v2](https://github.com/coinbase/x402/blob/main/specs/x402-specification-v2.md)).
///
/// ```
/// use x402_core::X402Version;
///
/// assert_eq!(X402Version::try_from(2)?, X402Version::V2);
/// assert!(X402Version::try_from(3).is_err());
/// # Ok::<(), x402_core::version::UnsupportedVersion>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a new version is a breaking change by nature")]
pub enum X402Version {
    /// Version 1: the offer is a JSON body, the payment rides in `X-PAYMENT`.
    V1,
    /// Version 2: the offer is the `PAYMENT-REQUIRED` header, the payment rides in `PAYMENT-SIGNATURE`.
    V2,
}

impl X402Version {
    /// The number on the wire.
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        match self {
            Self::V1 => 1,
            Self::V2 => 2,
        }
    }
}

impl fmt::Display for X402Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.as_u64())
    }
}

impl TryFrom<u64> for X402Version {
    type Error = UnsupportedVersion;

    fn try_from(number: u64) -> Result<Self, UnsupportedVersion> {
        match number {
            1 => Ok(Self::V1),
            2 => Ok(Self::V2),
            _ => Err(UnsupportedVersion { number }),
        }
    }
}

/// A version that this crate does not speak.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unsupported x402Version {number}")]
pub struct UnsupportedVersion {
    number: u64,
}
