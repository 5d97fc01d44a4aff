//! x402-oneshot
