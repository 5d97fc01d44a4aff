//! Where the keys come from that webhooks are verified with.

use std::error::Error as StdError;
use std::future::{Future, ready};
use std::sync::Arc;

use crate::error::Error;
use crate::id::MethodId;
use crate::webhook::public_key::{ParseKeyError, PublicKey};

/// Why there are no keys. It is never the sender's fault.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeysError {
    /// None of the contract methods has a key: none is there any more, or none has a callback URL.
    #[error("no contract method has a webhook key")]
    NoKey,
    /// 1Shot has a key for this method that must not be verified with.
    #[error("contract method {method} has an unusable webhook key")]
    Unusable {
        /// The method.
        method: MethodId,
        /// What is wrong with its key.
        #[source]
        source: ParseKeyError,
    },
    /// This method could not be looked up.
    #[error("contract method {method} could not be looked up for its webhook key")]
    Lookup {
        /// The method.
        method: MethodId,
        /// How the call failed.
        #[source]
        source: Error,
    },
    /// A source of your own failed.
    #[error("the source of webhook keys failed")]
    Source(#[source] Arc<dyn StdError + Send + Sync>),
}

/// Knows which keys are good now.
///
/// A [`PublicKey`], an array or a `Vec` of them is a source that never changes; [`MethodKeys`](super::MethodKeys) asks
/// 1Shot. The verifier keeps the answer and asks again after a while, or when a signature does not fit; it never asks
/// twice at a time, nor more often than it was told.
///
/// # Security
///
/// A source is not shown the webhook: which keys are good must not depend on what an unproved body says.
#[diagnostic::on_unimplemented(note = "use a `PublicKey`, a `Vec` of them, or `MethodKeys`")]
pub trait KeySource: Send + Sync {
    /// All keys that are good now.
    ///
    /// An error leaves those that are known as they are.
    fn fetch(&self) -> impl Future<Output = Result<Vec<PublicKey>, KeysError>> + Send;

    /// Whether a transaction of this contract method is ours.
    ///
    /// 1Shot has one key for each callback URL, and it is not documented whether two businesses that name the same URL
    /// have two. A source that knows its methods should say so.
    fn owns(&self, method: MethodId) -> bool {
        let _ = method;
        true
    }
}

impl KeySource for PublicKey {
    fn fetch(&self) -> impl Future<Output = Result<Vec<Self>, KeysError>> + Send {
        ready(Ok(vec![*self]))
    }
}

impl KeySource for Vec<PublicKey> {
    fn fetch(&self) -> impl Future<Output = Result<Self, KeysError>> + Send {
        ready(Ok(self.clone()))
    }
}

impl<const N: usize> KeySource for [PublicKey; N] {
    fn fetch(&self) -> impl Future<Output = Result<Vec<PublicKey>, KeysError>> + Send {
        ready(Ok(self.to_vec()))
    }
}

impl<S: KeySource + ?Sized> KeySource for Arc<S> {
    fn fetch(&self) -> impl Future<Output = Result<Vec<PublicKey>, KeysError>> + Send {
        (**self).fetch()
    }

    fn owns(&self, method: MethodId) -> bool {
        (**self).owns(method)
    }
}
