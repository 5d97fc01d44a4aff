//! Who signs payments.

use std::{future::Future, sync::Arc};

use alloy_primitives::{Address, B256, Bytes, U256};

use crate::{
    asset::Asset,
    error::BoxError,
    exact::{Authorization, ExactPayload},
};

/// A transfer that a payer is asked to sign.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "EIP-3009 fixes the fields")]
pub struct Transfer {
    /// The token.
    pub asset: Asset,
    /// Who is paid.
    pub to: Address,
    /// How much, in atomic units.
    pub value: U256,
    /// See [`Authorization::valid_after`].
    pub valid_after: U256,
    /// See [`Authorization::valid_before`].
    pub valid_before: U256,
    /// A random nonce. A signer that chooses its own may ignore it.
    pub nonce: B256,
}

impl Transfer {
    /// What `from` has to sign.
    #[must_use]
    pub const fn authorization(&self, from: Address) -> Authorization {
        Authorization {
            from,
            to: self.to,
            value: self.value,
            valid_after: self.valid_after,
            valid_before: self.valid_before,
            nonce: self.nonce,
        }
    }
}

/// Signs [EIP-3009](https://eips.ethereum.org/EIPS/eip-3009) transfers.
///
/// Every [`alloy_signer::Signer`] is one: local keys, hardware wallets, key management services. What it returns is
/// checked before it is sent.
#[diagnostic::on_unimplemented(note = "any `alloy_signer::Signer` is a `PaymentSigner`")]
pub trait PaymentSigner: Send + Sync {
    /// The account that pays.
    fn payer(&self) -> Address;

    /// Signs the transfer.
    fn sign(&self, transfer: &Transfer) -> impl Future<Output = Result<ExactPayload, SignerError>> + Send;
}

impl<S: alloy_signer::Signer + Send + Sync> PaymentSigner for S {
    fn payer(&self) -> Address {
        self.address()
    }

    async fn sign(&self, transfer: &Transfer) -> Result<ExactPayload, SignerError> {
        let authorization = transfer.authorization(self.address());
        let hash = authorization.signing_hash(&transfer.asset.domain());
        let signature = self.sign_hash(&hash).await.map_err(SignerError::new)?;
        // Low-s and v 27 or 28: the one form that every token takes.
        let signature = Bytes::copy_from_slice(&signature.normalized_s().as_bytes());
        Ok(ExactPayload { authorization, signature })
    }
}

/// A [`PaymentSigner`] that is shared.
///
/// (An impl for `Arc` itself would collide with the one for alloy's signers.)
#[derive(Debug)]
pub struct SharedSigner<S>(Arc<S>);

impl<S: PaymentSigner> SharedSigner<S> {
    /// Shares this signer.
    #[must_use]
    pub fn new(signer: S) -> Self {
        Self(Arc::new(signer))
    }
}

impl<S> Clone for SharedSigner<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: PaymentSigner> PaymentSigner for SharedSigner<S> {
    fn payer(&self) -> Address {
        self.0.payer()
    }

    async fn sign(&self, transfer: &Transfer) -> Result<ExactPayload, SignerError> {
        self.0.sign(transfer).await
    }
}

/// The signer did not sign.
#[derive(Debug, thiserror::Error)]
#[error("the signer did not sign")]
pub struct SignerError(#[source] BoxError);

impl SignerError {
    /// For this cause.
    #[must_use]
    pub fn new(cause: impl Into<BoxError>) -> Self {
        Self(cause.into())
    }
}
