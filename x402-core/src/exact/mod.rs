//! The `exact` scheme on EVM chains: a signed
//! [EIP-3009](https://eips.ethereum.org/EIPS/eip-3009) transfer of exactly the price.
//!
//! [`Authorization`] is what is signed, [`ExactPayload`] is that and the signature, and [`check`] compares it with what
//! was asked, without I/O
//! ([scheme](https://github.com/coinbase/x402/blob/main/specs/schemes/exact/scheme_exact_evm.md)).

mod authorization;
mod check;

pub(crate) use self::check::{check_unproven, last_good_moment};
pub use self::{
    authorization::{Authorization, ExactPayload},
    check::{Checked, MAX_VALIDITY, Terms, check},
};
