//! x402-oneshot

#[cfg(feature = "sandbox")]
pub mod sandbox;
