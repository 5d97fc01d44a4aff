//! Why a wallet's signature is not handed on.

use x402_core::Network;
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
    /// What was signed is not what was asked.
    #[error("the wallet signed something else than it was asked to: {0}")]
    Mismatch(&'static str),
    /// The token is not on the wallet's network.
    #[error("the wallet is on {0} and the token is not")]
    Network(Network),
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
