//! Each documented form of answer, from a file.

use alloy_primitives::{Address, address};
use x402_core::{
    ChainAddress, Facilitator as _, FacilitatorRequest, Network, Reason, Settlement, VerifyResponse,
    facilitator::{FacilitatorError, FacilitatorErrorKind, Reach},
    wire,
};

use crate::support::Canned;

const PAYER: Address = address!("0x70997970C51812dc3A010C7d01b50e0d17dc79C8");
const HASH: &str = "0x1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdef";

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../fixtures/x402/", $name, ".json"))
    };
}

fn requests() -> [FacilitatorRequest; 2] {
    [include_str!("../fixtures/facilitator/request-v1.json"), include_str!("../fixtures/facilitator/request-v2.json")]
        .map(|json| wire::decode_facilitator_request(json.as_bytes()).unwrap())
}

async fn verify(answer: &'static str) -> VerifyResponse {
    let [request, _] = requests();
    let canned = Canned::new(fixture!("supported"), 200, answer);
    let said = canned.connect().await.unwrap().verify(&request).await.unwrap();
    assert_eq!(canned.calls(), ["POST /v0/x402/verify"]);
    said
}

/// What the gate makes of a settlement's answer; both versions' forms are taken whatever was sent.
async fn settle(answer: &'static str) -> Settlement {
    let mut outcomes = Vec::new();
    for request in requests() {
        let canned = Canned::new(fixture!("supported"), 200, answer);
        let said = canned.connect().await.unwrap().settle(&request).await.unwrap();
        assert_eq!(canned.calls(), ["POST /v0/x402/settle"]);
        assert!(!format!("{said:?}").contains("hunter2"));
        outcomes.push(Settlement::judge(&said, &Network::BASE_SEPOLIA, PAYER));
    }
    assert_eq!(outcomes.first(), outcomes.last());
    outcomes.remove(0)
}

async fn failed(status: u16, answer: &'static str) -> FacilitatorError {
    let [request, _] = requests();
    let canned = Canned::new(fixture!("supported"), status, answer);
    canned.connect().await.unwrap().settle(&request).await.unwrap_err()
}

/// For the gate, which refuses it.
#[tokio::test]
async fn attack_21_a_verification_of_somebody_else_says_whose_it_is() {
    let said = verify(r#"{"isValid":true,"payer":"0x209693Bc6afc0C5328bA36FaF03C514EF312287C"}"#).await;
    assert!(said.is_valid);
    assert_eq!(said.payer, Some(ChainAddress::from(address!("0x209693Bc6afc0C5328bA36FaF03C514EF312287C"))));
    let said = verify(r#"{"isValid":true,"payer":""}"#).await;
    assert_eq!(said.payer, Some(ChainAddress::from(PAYER)), "an empty name is none");
}

#[tokio::test]
async fn an_empty_reason_is_none_and_null_is_no_payer() {
    for answer in [fixture!("verify-valid"), fixture!("verify-valid-bare")] {
        let said = verify(answer).await;
        assert_eq!((said.is_valid, said.invalid_reason), (true, None));
        assert_eq!(said.payer, Some(ChainAddress::from(PAYER)));
    }
}

#[tokio::test]
async fn a_refusal_has_a_code_whatever_1shot_says() {
    for (answer, reason) in [
        (fixture!("verify-invalid"), Reason::INSUFFICIENT_FUNDS),
        (fixture!("verify-invalid-revert"), Reason::NONCE_USED),
        (fixture!("verify-invalid-wordless"), Reason::UNEXPECTED_VERIFY_ERROR),
    ] {
        let said = verify(answer).await;
        assert_eq!((said.is_valid, said.invalid_reason), (false, Some(reason)));
    }
}

#[tokio::test]
async fn a_success_with_its_transaction_is_settled_in_every_form() {
    for answer in [
        fixture!("settle-v1"),
        fixture!("settle-v1-sepolia"),
        fixture!("settle-v1-unknown-network"),
        fixture!("settle-v1-bare"),
        fixture!("settle-v1-spec"),
        fixture!("settle-v1-both"),
        fixture!("settle-v2"),
        fixture!("settle-v2-nulls"),
    ] {
        let outcome = settle(answer).await;
        let Settlement::Settled(receipt) = outcome else { panic!("{answer}: {outcome:?}") };
        assert_eq!(receipt.transaction.to_string(), HASH);
    }
}

#[tokio::test]
async fn a_success_without_a_transaction_is_unknown() {
    for answer in [fixture!("settle-v1-no-hash"), fixture!("settle-v2-no-hash")] {
        assert_eq!(settle(answer).await, Settlement::Unknown(None), "{answer}");
    }
}

#[tokio::test]
async fn a_success_on_a_network_that_is_certainly_another_is_unknown() {
    for answer in [fixture!("settle-v1-mainnet"), fixture!("settle-v2-elsewhere")] {
        assert_eq!(settle(answer).await, Settlement::Unknown(Some(HASH.parse().unwrap())), "{answer}");
    }
}

#[tokio::test]
async fn a_failure_is_refused_with_its_code() {
    assert_eq!(settle(fixture!("settle-v1-failed")).await, Settlement::Refused(Reason::INSUFFICIENT_FUNDS));
    assert_eq!(settle(fixture!("settle-v2-failed")).await, Settlement::Refused(Reason::INVALID_SIGNATURE));
}

#[tokio::test]
async fn a_failure_that_proves_nothing_is_unknown() {
    assert_eq!(settle(fixture!("settle-v2-nonce-used")).await, Settlement::Unknown(None));
    assert_eq!(settle(fixture!("settle-v2-broadcast")).await, Settlement::Unknown(Some(HASH.parse().unwrap())));
}

#[tokio::test]
async fn error_responses_say_by_their_status_whether_it_may_have_settled() {
    let body = r#"{"type":"TransactionError","message":"hunter2","data":null,"retryable":true}"#;
    for status in [400, 403, 422] {
        assert_eq!(failed(status, body).await.reach(), Reach::NotSent, "{status}");
    }
    for status in [500, 503] {
        let error = failed(status, body).await;
        assert_eq!((error.kind(), error.reach()), (FacilitatorErrorKind::Unavailable, Reach::Answered), "{status}");
    }
    let error = failed(200, "{}").await;
    assert_eq!((error.kind(), error.reach()), (FacilitatorErrorKind::BadAnswer, Reach::Answered));
}

#[tokio::test]
async fn a_settlement_is_sent_once_also_when_it_fails() {
    let [request, _] = requests();
    let canned = Canned::new(fixture!("supported"), 503, r#"{"type":"ERR_DATABASE","retryable":true}"#);
    canned.connect().await.unwrap().settle(&request).await.unwrap_err();
    assert_eq!(canned.calls(), ["POST /v0/x402/settle"]);
}

#[tokio::test]
async fn what_is_wrong_with_an_account_is_told_from_what_passes() {
    let body = r#"{"type":"Error","message":"hunter2","retryable":false}"#;
    let unknown = r#"{"type":"UnknownEntityError","message":"hunter2","retryable":false}"#;
    for (status, body, kind, reach) in [
        (401, body, FacilitatorErrorKind::Configuration, Reach::NotSent),
        (404, body, FacilitatorErrorKind::Configuration, Reach::NotSent),
        (403, unknown, FacilitatorErrorKind::Configuration, Reach::NotSent),
        (403, body, FacilitatorErrorKind::Unavailable, Reach::NotSent),
        (400, body, FacilitatorErrorKind::Unavailable, Reach::NotSent),
        (429, body, FacilitatorErrorKind::Unavailable, Reach::NotSent),
        // It may have been worked on all the same.
        (408, body, FacilitatorErrorKind::Unavailable, Reach::Answered),
        (500, unknown, FacilitatorErrorKind::Unavailable, Reach::Answered),
    ] {
        let error = failed(status, body).await;
        assert_eq!((error.kind(), error.reach()), (kind, reach), "{status} {body}");
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{status}");
    }
}

/// For the gate, which takes neither for a payment.
#[tokio::test]
async fn attack_21_a_settlement_of_somebody_else_or_on_no_network_is_unknown() {
    let hash = Some(HASH.parse().unwrap());
    for (answer, transaction) in [
        (
            r#"{"success":true,"transaction":"0x1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdef",
                "network":"eip155:84532","payer":"0x209693Bc6afc0C5328bA36FaF03C514EF312287C"}"#,
            hash,
        ),
        (r#"{"success":true,"network":"eip155:84532"}"#, None),
        (r#"{"success":true,"transaction":"0x12","network":"eip155:84532"}"#, None),
    ] {
        assert_eq!(settle(answer).await, Settlement::Unknown(transaction), "{answer}");
    }
}

#[tokio::test]
async fn what_is_supported_is_told_in_the_protocols_words_and_the_unreadable_left_out() {
    let canned = Canned::new(
        r#"{"kinds":[
            {"x402Version":2,"scheme":"exact","network":"eip155:84532","tokens":[
                {"contractAddress":"0x036cbd53842c5426634e7929541ec2318f3dcf7e","decimals":6},{"contractAddress":"?"}]},
            {"x402Version":1,"scheme":"exact","network":"base-sepolia","tokens":[]},
            {"x402Version":1,"scheme":"upto","network":"a-chain-of-tomorrow","tokens":[]},
            {"x402Version":3,"scheme":"exact","network":"eip155:84532","tokens":[]},
            {"x402Version":2,"scheme":"exact","network":"base-sepolia","tokens":[]}]}"#,
        200,
        "",
    );
    let supported = canned.connect().await.unwrap().supported().await.unwrap();
    let kinds: Vec<_> = supported
        .kinds
        .iter()
        .map(|kind| (kind.version.as_u64(), kind.scheme.as_str(), kind.network.to_string()))
        .collect();
    let network = Network::BASE_SEPOLIA.to_string();
    assert_eq!(
        kinds,
        [(2, "exact", network.clone()), (1, "exact", network), (1, "upto", "a-chain-of-tomorrow".to_owned())]
    );
    let tokens = &supported.kinds[0].extra.as_ref().unwrap()["tokens"];
    assert_eq!(*tokens, serde_json::json!(["0x036CbD53842c5426634e7929541eC2318f3dCF7e"]));
}
