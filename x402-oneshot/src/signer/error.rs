//! Why a wallet's signature is not handed on.

use x402_core::signature::SignatureError;

use crate::error::Error;

/// Why a [`WalletSigner`](super::WalletSigner) did not sign. It is the source of core's
/// [`SignerError`](x402_core::signer::SignerError).
///
/// Where something was signed and was not what was asked, it is dropped here: nobody else gets to see it.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WalletSignerError {
    /// 1Shot could not be asked, or refused.
    #[error("no signature from the wallet")]
    Api(#[source] Error),
    /// The token is on another chain than the wallet.
    #[error("the wallet is on chain {wallet} and the token is not")]
    Chain {
        /// The wallet's chain.
        wallet: u64,
    },
    /// What was signed is not what was asked.
    #[error("the wallet signed something else than it was asked to: {0}")]
    Mismatch(&'static str),
    /// The nonce, without which a signature is worth nothing, was not found in what 1Shot says was signed.
    #[error("no nonce of 32 bytes in the signed data")]
    Nonce,
    /// The signature is not one that tokens take.
    #[error("the signature cannot be used")]
    Signature(#[source] SignatureError),
    /// A member of what 1Shot says was signed is of a form never seen.
    #[error("member `{0}` of the signed data cannot be read")]
    Unreadable(&'static str),
    /// The time asked for is beyond what the API can be told.
    #[error("time beyond 64 bits")]
    Window,
}
