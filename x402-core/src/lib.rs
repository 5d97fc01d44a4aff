//! x402-core
