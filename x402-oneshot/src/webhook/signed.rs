//! A body taken apart: the event, the signature, and the texts that the signature may be over.

use ed25519_dalek::Signature;

use crate::decode::from_json;
use crate::webhook::base64;
use crate::webhook::canonical::CanonicalForm;
use crate::webhook::document::Node;
use crate::webhook::event::Event;
use crate::webhook::public_key::PublicKey;
use crate::webhook::verify_error::VerifyError;

/// An event that claims to be signed.
///
/// It is read from the text that is verified and never from the body as it came: where two readers could differ (a
/// member given twice, a number no double can hold), the signer's reading counts.
#[derive(Debug)]
pub(super) struct Signed {
    pub(super) event: Event,
    pub(super) signature: [u8; 64],
    text: String,
    /// Python's text, if it is asked for and another.
    python: Option<String>,
}

impl Signed {
    pub(super) fn read(body: &[u8], accept_python_form: bool) -> Result<Self, VerifyError> {
        let body = std::str::from_utf8(body).map_err(|_| VerifyError::NotAnObject)?;
        let mut document = Node::parse(body).ok_or(VerifyError::NotAnObject)?;
        if !matches!(document, Node::Object(_)) {
            return Err(VerifyError::NotAnObject);
        }
        let signature = document.take("signature");
        let text = document.write(CanonicalForm::EcmaScript);
        let event = from_json(text.as_bytes()).map_err(VerifyError::NotAnEvent)?;
        let signature = match signature {
            Some(Node::Text(text)) => base64::decode(&text).ok_or(VerifyError::SignatureMalformed)?,
            Some(_) => return Err(VerifyError::SignatureMalformed),
            None => return Err(VerifyError::SignatureMissing),
        };
        let python = accept_python_form.then(|| document.write(CanonicalForm::Python));
        let python = python.filter(|python| *python != text);
        Ok(Self { event, signature, text, python })
    }

    /// Which of its texts one of these keys has signed.
    pub(super) fn form_signed_by(&self, keys: &[PublicKey]) -> Option<CanonicalForm> {
        let signature = Signature::from_bytes(&self.signature);
        let verifies = |text: &str| keys.iter().any(|key| key.verifies(text.as_bytes(), &signature));
        if verifies(&self.text) {
            Some(CanonicalForm::EcmaScript)
        } else if self.python.as_deref().is_some_and(verifies) {
            Some(CanonicalForm::Python)
        } else {
            None
        }
    }

    /// The event as it reads in the text that was signed.
    pub(super) fn into_event(self, form: CanonicalForm) -> Result<Event, VerifyError> {
        match (form, self.python) {
            (CanonicalForm::Python, Some(text)) => from_json(text.as_bytes()).map_err(VerifyError::NotAnEvent),
            _ => Ok(self.event),
        }
    }
}
