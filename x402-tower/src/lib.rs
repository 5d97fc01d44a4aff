//! x402-tower
