//! The 1Shot API for Rust, and a [`sandbox`] of it that runs in this process.

#[cfg(feature = "sandbox")]
pub mod sandbox;
