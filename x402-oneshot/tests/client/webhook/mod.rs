//! Webhooks: what is accepted, and everything that is not.

mod attacks;
mod duplicates;
mod keys;
mod methods;
mod vectors;

use serde_json::{Value, json};
use x402_core::testing::ManualClock;
use x402_core::time::UnixSeconds;
use x402_oneshot::webhook::{PublicKey, Signer, Verifier, VerifyError};

/// When the vectors were signed, give or take a minute.
pub(super) const NOW: u64 = 1_767_225_660;

pub(super) const METHOD: &str = "8a6e0804-2bd0-4672-b79d-d97027f90720";
pub(super) const TRANSACTION: &str = "4b4bab2d-673d-4b91-8e09-f1402962cd3e";

pub(super) fn signer(seed: u8) -> Signer {
    Signer::from_seed([seed; 32])
}

pub(super) fn clock(seconds: u64) -> ManualClock {
    ManualClock::at(UnixSeconds::from_secs(seconds))
}

pub(super) fn verifier(key: PublicKey) -> Verifier<PublicKey, ManualClock> {
    Verifier::builder(key).clock(clock(NOW)).build()
}

/// A success of this transaction, signed now.
pub(super) fn success(signer: &Signer, transaction: &str) -> String {
    sign(signer, "TransactionExecutionSuccess", &json!({ "transactionId": transaction, "contractMethodId": METHOD }))
}

pub(super) fn sign(signer: &Signer, name: &str, data: &Value) -> String {
    let body = json!({ "eventName": name, "apiVersion": 0, "timestamp": NOW, "data": data });
    signer.sign(body.as_object().unwrap().clone()).unwrap()
}

pub(super) fn is_mismatch<T>(outcome: &Result<T, VerifyError>) -> bool {
    matches!(outcome, Err(VerifyError::SignatureMismatch))
}
