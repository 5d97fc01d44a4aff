//! Keys that are looked up with our own contract methods.

use std::sync::Arc;

use serde_json::json;
use x402_oneshot::MethodId;
use x402_oneshot::webhook::{KeySource, KeysError, MethodKeys, ParseKeyError, PublicKey, Verifier, VerifyError};

use super::{METHOD, NOW, TRANSACTION, clock, is_mismatch, sign, signer, success};
use crate::support::{Script, Step, answer};

const OTHER: &str = "7d53b3b8-2f0e-4b8a-9c64-6a3c2e0f1a55";

/// A key that is good for one method.
pub(super) struct OneMethod {
    pub(super) key: PublicKey,
    pub(super) method: MethodId,
}

impl KeySource for OneMethod {
    async fn fetch(&self) -> Result<Vec<PublicKey>, KeysError> {
        Ok(vec![self.key])
    }

    fn owns(&self, method: MethodId) -> bool {
        method == self.method
    }
}

fn method(id: &str, key: Option<&str>) -> Step {
    answer(200, json!({ "id": id, "chainId": 84532, "publicKey": key }).to_string())
}

fn lines(script: &Script) -> Vec<String> {
    script.api_calls().into_iter().map(|call| call.line).collect()
}

fn keys(script: &Script) -> MethodKeys {
    MethodKeys::new(script.client(), METHOD.parse().unwrap()).and(OTHER.parse().unwrap())
}

#[tokio::test(start_paused = true)]
async fn attack_30_only_methods_named_beforehand_are_looked_up_and_not_the_one_in_the_body() {
    let (ours, theirs) = (signer(1), signer(2));
    let key = ours.public_key().to_string();
    let script = Script::new().calls([method(METHOD, Some(&key)), method(OTHER, Some(&key))]);
    let verifier = Verifier::builder(keys(&script)).clock(clock(NOW)).build();
    for n in 0..5 {
        let data = json!({ "transactionId": TRANSACTION, "contractMethodId": format!("00000000-0000-0000-0000-0000000000{n:02}") });
        let forged = sign(&theirs, "TransactionExecutionSuccess", &data);
        assert!(is_mismatch(&verifier.verify(forged.as_bytes()).await));
    }
    drop(verifier.verify(success(&ours, TRANSACTION).as_bytes()).await.unwrap());
    assert_eq!(lines(&script), [format!("GET /v0/methods/{METHOD}"), format!("GET /v0/methods/{OTHER}")]);
}

#[tokio::test(start_paused = true)]
async fn attack_30_our_key_speaks_for_the_methods_that_were_named_and_for_no_other() {
    let signer = signer(1);
    let key = signer.public_key().to_string();
    let script = Script::new().calls([method(METHOD, Some(&key)), method(OTHER, Some(&key))]);
    // Shared, as by several verifiers.
    let verifier = Verifier::builder(Arc::new(keys(&script))).clock(clock(NOW)).build();
    for (named, ours) in [(METHOD, true), (OTHER, true), (TRANSACTION, false)] {
        let data = json!({ "transactionId": TRANSACTION, "contractMethodId": named });
        let body = sign(&signer, "TransactionExecutionSuccess", &data);
        match verifier.verify(body.as_bytes()).await {
            Ok(_) => assert!(ours, "{named}"),
            Err(refused) => assert!(!ours && matches!(refused, VerifyError::ForeignMethod), "{named}: {refused}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_method_that_is_gone_or_has_no_key_leaves_the_others_theirs() {
    let signer = signer(1);
    let key = signer.public_key().to_string();
    for first in [answer(404, "{}"), method(METHOD, None)] {
        let script = Script::new().calls([first, method(OTHER, Some(&key))]);
        assert_eq!(keys(&script).fetch().await.unwrap(), [signer.public_key()]);
    }
    let script = Script::new().calls([answer(404, "{}"), method(OTHER, None)]);
    assert!(matches!(keys(&script).fetch().await, Err(KeysError::NoKey)));
}

#[tokio::test(start_paused = true)]
async fn a_weak_or_broken_key_of_1shot_is_not_verified_with() {
    let weak = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    for (key, expected) in [(weak, ParseKeyError::Weak), ("AAAA", ParseKeyError::Encoding)] {
        let script = Script::new().call(method(METHOD, Some(key)));
        let verifier = Verifier::builder(keys(&script)).clock(clock(NOW)).build();
        let refused = verifier.verify(success(&signer(1), TRANSACTION).as_bytes()).await.unwrap_err();
        let VerifyError::KeysUnavailable(KeysError::Unusable { method, source }) = refused else {
            panic!("{refused}");
        };
        assert_eq!((method, source), (METHOD.parse().unwrap(), expected));
    }
}

#[tokio::test(start_paused = true)]
async fn a_lookup_that_fails_names_the_method_and_takes_nothing_away() {
    let script = Script::new().call(answer(422, "{}"));
    let failed = keys(&script).fetch().await.unwrap_err();
    assert!(matches!(&failed, KeysError::Lookup { method, .. } if method.to_string() == METHOD));
    assert!(failed.to_string().contains(METHOD));
}
