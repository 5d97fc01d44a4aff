//! The sender's half, for tests and for the sandbox.

use std::fmt;

use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::{Map, Value};

use crate::webhook::base64;
use crate::webhook::canonical::CanonicalForm;
use crate::webhook::document::Node;
use crate::webhook::public_key::PublicKey;

/// Signs webhooks the way 1Shot does, so that a receiver can be tested without it.
///
/// ```
/// use serde_json::json;
/// use x402_oneshot::webhook::Signer;
///
/// let signer = Signer::from_seed([7; 32]);
/// let body = json!({ "eventName": "InvoiceCreated", "apiVersion": 0, "timestamp": 1767225600, "data": {} });
/// let body = signer.sign(body.as_object().ok_or("not an object")?.clone())?;
/// assert!(body.contains(r#""signature":""#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Security
///
/// Its `Debug` shows the public key alone, and the seed is wiped from memory when it is dropped.
#[derive(Clone)]
pub struct Signer {
    key: SigningKey,
    form: CanonicalForm,
}

/// A body that nests deeper than a receiver reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("webhook body nests too deep to be signed")]
#[non_exhaustive]
pub struct SignError;

impl Signer {
    /// The key pair that follows from these 32 random bytes.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self { key: SigningKey::from_bytes(&seed), form: CanonicalForm::EcmaScript }
    }

    /// Signs over this form; 1Shot signs over [`CanonicalForm::EcmaScript`].
    #[must_use]
    pub const fn form(mut self, form: CanonicalForm) -> Self {
        self.form = form;
        self
    }

    /// What a receiver verifies with.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        PublicKey::of(&self.key)
    }

    /// The whole body: the members given, with the `signature` over all of them but itself.
    ///
    /// # Errors
    ///
    /// [`SignError`] if the body nests too deep.
    pub fn sign(&self, mut body: Map<String, Value>) -> Result<String, SignError> {
        let signature = self.signature(&body)?;
        body.insert("signature".to_owned(), signature.into());
        Ok(Value::Object(body).to_string())
    }

    /// The signature alone, in base64, over all members but `signature`.
    ///
    /// # Errors
    ///
    /// [`SignError`] if the body nests too deep.
    pub fn signature(&self, body: &Map<String, Value>) -> Result<String, SignError> {
        let text = serde_json::to_string(body).map_err(|_| SignError)?;
        let mut document = Node::parse(&text).ok_or(SignError)?;
        document.take("signature");
        let message = document.write(self.form);
        Ok(base64::encode(&self.key.sign(message.as_bytes()).to_bytes()))
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("public_key", &self.public_key()).finish_non_exhaustive()
    }
}
