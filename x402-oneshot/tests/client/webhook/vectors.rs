//! Bodies that were signed by 1Shot or run through its own clients: `tests/vectors/webhook.json`.

use serde_json::Value;
use x402_oneshot::webhook::{CanonicalForm, Delivery, ParseKeyError, PublicKey, Signer, Verifier, VerifyError};

use super::{NOW, clock, is_mismatch, verifier};

fn vectors(group: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(include_str!("../../vectors/webhook.json")).unwrap();
    file[group].as_array().unwrap().clone()
}

fn key(of: &Value) -> PublicKey {
    of["public_key_base64"].as_str().unwrap().parse().unwrap()
}

fn test_key() -> PublicKey {
    let file: Value = serde_json::from_str(include_str!("../../vectors/webhook.json")).unwrap();
    key(&file)
}

async fn verify(body: &Value, python: bool) -> Result<Delivery, VerifyError> {
    let builder = Verifier::builder(test_key()).clock(clock(NOW));
    let verifier = if python { builder.accept_python_form().build() } else { builder.build() };
    verifier.verify(body.as_str().unwrap().as_bytes()).await
}

#[tokio::test]
async fn what_the_signers_form_verifies_is_accepted_and_reported_as_such() {
    let vectors = vectors("vectors");
    assert_eq!(vectors.len(), 9);
    for vector in vectors {
        let name = &vector["name"];
        let delivered = verify(&vector["signed_over_js"]["body"], true).await;
        // DIFFERENCE: Node's client sorts keys like "10" as numbers and drops `__proto__`. The signer does neither.
        if vector["canonical_js"] == vector["canonical_sss"] {
            assert_eq!(delivered.unwrap().form(), CanonicalForm::EcmaScript, "{name}");
        } else {
            assert!(is_mismatch(&delivered), "{name}");
        }
    }
}

#[tokio::test]
async fn what_python_signed_needs_the_switch_where_its_form_differs() {
    let signed = vectors("vectors").into_iter().filter(|vector| vector["signed_over_py"].is_object());
    let mut forms = [0, 0];
    for vector in signed {
        let (name, body) = (&vector["name"], &vector["signed_over_py"]["body"]);
        let differs = vector["canonical_py"] != vector["canonical_sss"];
        let strict = verify(body, false).await;
        let switched = verify(body, true).await.unwrap();
        if differs {
            assert!(is_mismatch(&strict), "{name}");
            assert_eq!(switched.form(), CanonicalForm::Python, "{name}");
        } else {
            assert_eq!(strict.unwrap().form(), CanonicalForm::EcmaScript, "{name}");
            assert_eq!(switched.form(), CanonicalForm::EcmaScript, "{name}");
        }
        forms[usize::from(differs)] += 1;
    }
    assert_eq!(forms, [2, 3]);
}

#[tokio::test]
async fn our_own_signatures_are_those_of_the_vectors() {
    let file: Value = serde_json::from_str(include_str!("../../vectors/webhook.json")).unwrap();
    let seed = file["private_key_seed_hex"].as_str().unwrap();
    let seed: Vec<u8> = (0..32).map(|i| u8::from_str_radix(&seed[2 * i..2 * i + 2], 16).unwrap()).collect();
    let signer = Signer::from_seed(seed.try_into().unwrap());
    assert_eq!(signer.public_key(), test_key());
    for vector in vectors("vectors") {
        let body: Value = serde_json::from_str(vector["body_without_signature"].as_str().unwrap()).unwrap();
        // Numbers beyond a `Value` are signed as it holds them, so that vector has another signature.
        if vector["canonical_js"] == vector["canonical_sss"] && vector["name"] != "numbers_diverging" {
            let signature = signer.signature(body.as_object().unwrap()).unwrap();
            assert_eq!(signature, vector["signed_over_js"]["signature"], "{}", vector["name"]);
        }
    }
}

#[tokio::test]
async fn what_1shot_really_sent_is_accepted() {
    let real = vectors("real");
    assert_eq!(real.len(), 2);
    for real in real {
        let body = real["body"].as_str().unwrap();
        let read: Value = serde_json::from_str(body).unwrap();
        let sent = clock(read["timestamp"].as_u64().unwrap());
        let verifier = Verifier::builder(key(&real)).clock(sent).build();
        let delivery = verifier.verify(body.as_bytes()).await.unwrap();
        assert_eq!(delivery.form(), CanonicalForm::EcmaScript);
        let forged = body.replacen("ExecutionSuccess", "ExecutionFailure", 1);
        assert_ne!(forged, body);
        assert!(is_mismatch(&verifier.verify(forged.as_bytes()).await));

        let (execution, data) = (delivery.event().execution().unwrap(), &read["data"]);
        assert_eq!(data["transactionExecutionId"], execution.transaction_id.to_string());
        assert_eq!(execution.method_ids, [data["transactionId"].as_str().unwrap().parse().unwrap()]);
        assert_eq!(execution.chain_id, Some(11_155_111));
        assert_eq!(execution.memo.as_deref(), data["transactionExecutionMemo"].as_str());
        assert_eq!(data["transactionReceipt"]["hash"], execution.transaction_hash.unwrap().to_string());
    }
}

#[tokio::test]
async fn every_negative_vector_is_refused_for_its_own_reason() {
    let vectors = vectors("negative");
    assert_eq!(vectors.len(), 16);
    for vector in vectors {
        let name = vector["name"].as_str().unwrap();
        let key: Result<PublicKey, _> = vector["public_key_base64"].as_str().unwrap().parse();
        let key = match (name, key) {
            ("short_key", key) => {
                assert_eq!(key, Err(ParseKeyError::Encoding));
                continue;
            }
            ("all_zero_small_order_key" | "identity_key_universal_forgery", key) => {
                assert_eq!(key, Err(ParseKeyError::Weak), "{name}");
                continue;
            }
            (_, key) => key.unwrap(),
        };
        let outcome = verifier(key).verify(vector["body"].as_str().unwrap().as_bytes()).await;
        match name {
            // DIFFERENCE: not a forgery; base64 without padding says the same bytes in one way only.
            "unpadded_signature" => drop(outcome.unwrap()),
            "missing_signature" => assert!(matches!(outcome, Err(VerifyError::SignatureMissing))),
            "short_signature" | "base64url_signature" | "hex_signature" | "signature_with_whitespace" => {
                assert!(matches!(outcome, Err(VerifyError::SignatureMalformed)), "{name}");
            }
            _ => assert!(is_mismatch(&outcome), "{name}: {outcome:?}"),
        }
    }
}
