//! Webhooks that 1Shot sends: what they say, and whether 1Shot said it.

mod event;
pub use event::{Event, EventName};

mod execution;
pub use execution::{Execution, ExecutionOutcome};

#[cfg(feature = "webhook")]
mod number;

#[cfg(feature = "webhook")]
mod canonical;
#[cfg(feature = "webhook")]
#[cfg_attr(docsrs_x402, doc(cfg(feature = "webhook")))]
pub use canonical::CanonicalForm;

#[cfg(feature = "webhook")]
mod base64;

#[cfg(feature = "webhook")]
mod public_key;
#[cfg(feature = "webhook")]
#[cfg_attr(docsrs_x402, doc(cfg(feature = "webhook")))]
pub use public_key::{ParseKeyError, PublicKey};

#[cfg(feature = "webhook")]
mod signer;
#[cfg(feature = "webhook")]
#[cfg_attr(docsrs_x402, doc(cfg(feature = "webhook")))]
pub use signer::{SignError, Signer};
