//! Claim stores that outlive a process, and that many processes share.

#[cfg(feature = "redis")]
#[cfg_attr(docsrs_x402, doc(cfg(feature = "redis")))]
pub mod redis;
