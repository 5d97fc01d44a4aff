//! A server reads the body of a webhook, forged and signed.

#![no_main]

use std::{sync::LazyLock, time::Duration};

use futures_executor::block_on;
use libfuzzer_sys::fuzz_target;
use x402_oneshot::webhook::{CanonicalForm, PublicKey, Signer, Verifier, VerifyError};

static SIGNER: LazyLock<Signer> = LazyLock::new(|| Signer::from_seed([7; 32]));

/// Takes events of any age, so that the signature is looked at.
static VERIFIER: LazyLock<Verifier<PublicKey>> =
    LazyLock::new(|| Verifier::builder(SIGNER.public_key()).tolerance(Duration::MAX).accept_python_form().build());

fuzz_target!(|body: &[u8]| {
    assert!(block_on(VERIFIER.verify(body)).is_err(), "a forgery");
    let Ok(event) = serde_json::from_slice::<serde_json::Map<_, _>>(body) else { return };
    for form in [CanonicalForm::EcmaScript, CanonicalForm::Python] {
        let Ok(signed) = SIGNER.clone().form(form).sign(event.clone()) else { continue };
        let verified = block_on(VERIFIER.verify(signed.as_bytes()));
        assert!(!matches!(verified, Err(VerifyError::SignatureMismatch)), "both halves write one text");
    }
});
