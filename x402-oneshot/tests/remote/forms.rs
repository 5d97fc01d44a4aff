//! What is sent, and the forms in which facilitators answer.

use x402_core::{Facilitator as _, Reason, Settlement};

use crate::support::{HASH, PAYER, Script, V1, V2, answer, judge, request, settle, settled, verify};

#[tokio::test]
async fn both_versions_are_sent_as_they_came() {
    for sent in [V1, V2] {
        let script = Script::of([answer(200, r#"{"isValid":true}"#), answer(200, settled())]);
        let remote = script.remote();
        remote.verify(&request(sent)).await.unwrap();
        remote.settle(&request(sent)).await.unwrap();
        let seen = script.seen();
        assert_eq!(seen[0].line, "POST https://facilitator.example/x402/verify");
        assert_eq!(seen[1].line, "POST https://facilitator.example/x402/settle");
        for seen in seen {
            assert_eq!(seen.headers["content-type"], "application/json");
            assert_eq!(seen.headers["accept"], "application/json");
            let body: serde_json::Value = serde_json::from_slice(&seen.body).unwrap();
            assert_eq!(body, serde_json::from_str::<serde_json::Value>(sent).unwrap());
        }
    }
}

#[tokio::test]
async fn v1_names_its_networks_and_v2_numbers_them() {
    for network in ["base-sepolia", "eip155:84532"] {
        let body = format!(r#"{{"success":true,"payer":"{PAYER}","transaction":"{HASH}","network":"{network}"}}"#);
        assert!(matches!(judge(&settle(answer(200, body)).await.unwrap()), Settlement::Settled(_)), "{network}");
    }
}

#[tokio::test]
async fn x402_rs_refuses_a_verification_with_400_and_412() {
    for (status, reason) in [(400, "invalid_signature"), (412, "permit2_allowance_required"), (500, "unexpected_error")]
    {
        let body =
            format!(r#"{{"isValid":false,"invalidReason":"{reason}","invalidReasonDetails":"some text","payer":""}}"#);
        let said = verify(answer(status, body)).await.unwrap();
        assert_eq!((said.is_valid, said.invalid_reason, said.payer), (false, Reason::parse(reason), None));
    }
}

#[tokio::test]
async fn x402_rs_refuses_a_settlement_with_400_and_fails_with_500() {
    let body = |reason: &str| {
        format!(
            r#"{{"success":false,"network":"","transaction":"","errorReason":"{reason}","errorMessage":"text","payer":""}}"#
        )
    };
    let said = settle(answer(400, body("invalid_payment_amount"))).await.unwrap();
    assert_eq!(judge(&said), Settlement::Refused(Reason::parse("invalid_payment_amount").unwrap()));
    // Its 500 is any trouble with the chain, a receipt that it waited for in vain included.
    let said = settle(answer(500, body("unexpected_error"))).await.unwrap();
    assert_eq!(judge(&said), Settlement::Unknown(None));
}

#[tokio::test]
async fn x402_rs_writes_error_reason_in_snake_case_in_v1() {
    let body = r#"{"success":false,"error_reason":"insufficient_funds","payer":null,"transaction":null,"network":"base-sepolia"}"#;
    let said = settle(answer(200, body)).await.unwrap();
    assert_eq!(judge(&said), Settlement::Refused(Reason::INSUFFICIENT_FUNDS));
    let pending = body.replace("insufficient_funds", "settlement_pending");
    assert_eq!(judge(&settle(answer(200, pending)).await.unwrap()), Settlement::Unknown(None));
}

#[tokio::test]
async fn python_writes_null_for_what_is_absent() {
    let said = verify(answer(200, format!(r#"{{"isValid":true,"invalidReason":null,"payer":"{PAYER}"}}"#))).await;
    assert!(said.unwrap().is_valid);
    let body = format!(
        r#"{{"success":true,"errorReason":null,"errorMessage":null,"transaction":"{HASH}","network":"eip155:84532","payer":null,"amount":null,"extensions":null,"extra":null}}"#
    );
    assert!(matches!(judge(&settle(answer(200, body)).await.unwrap()), Settlement::Settled(_)));
}
