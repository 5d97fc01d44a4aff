//! Before the work: what is admitted, and what is refused without anybody being asked to settle.

use std::time::Duration;

use alloy_primitives::Address;
use http::{HeaderMap, StatusCode, header::RETRY_AFTER};
use serde_json::json;
use x402_core::{
    Reason, VerifyResponse, X402Version,
    claim::ClaimState,
    facilitator::Reach,
    header::PAYMENT_REQUIRED,
    server::Gate,
    testing::{ManualClock, ScriptedFacilitator},
};

use crate::{
    expect::{ask, gate, is_402, is_never_cached, is_served, is_unavailable, offered_error, serve},
    support::{self, BOTH, Draft, NOW, block_on, buyer, join_all, json as parse, now, offers, offers_at, stranger},
};

#[test]
fn a_paid_request_is_verified_once_settled_once_and_served_with_its_receipt() {
    for version in BOTH {
        let facilitator = ScriptedFacilitator::willing();
        let gate = gate(&facilitator);
        let draft = Draft::of(version);
        is_served(&ask(&gate, &draft), &draft);
        assert_eq!((facilitator.verify_calls(), facilitator.settle_calls()), (1, 1));
        assert_eq!(gate.claim_store().state(&draft.key()), Some(ClaimState::Delivered));
    }
}

#[test]
fn the_facilitator_gets_the_payment_as_it_came_and_our_own_requirements() {
    for version in BOTH {
        let facilitator = ScriptedFacilitator::willing();
        let draft = Draft::of(version);
        let mut sent = draft.json();
        sent["color"] = json!("red");
        let headers = support::headers(x402_core::header::payment_header(version), &sent.to_string());
        assert_eq!(block_on(serve(&gate(&facilitator), &offers(), &headers)).status(), StatusCode::OK);
        let asked = facilitator.settled().remove(0);
        let body = parse(&x402_core::wire::encode_facilitator_request(&asked));
        assert_eq!(body["paymentPayload"], sent);
        assert_eq!(body["x402Version"], sent["x402Version"]);
        let price = if version == X402Version::V1 { "maxAmountRequired" } else { "amount" };
        assert_eq!(body["paymentRequirements"][price], "10000");
    }
}

#[test]
fn attack_31_nothing_reaches_the_facilitator_when_the_local_check_fails() {
    let facilitator = ScriptedFacilitator::willing();
    let gate = gate(&facilitator);
    for version in BOTH {
        let bent = |bend: &dyn Fn(&mut Draft)| {
            let draft = Draft::of(version).with(bend);
            let response = ask(&gate, &draft);
            assert_eq!(response.status(), StatusCode::PAYMENT_REQUIRED);
            is_never_cached(&response);
            offered_error(&response).unwrap()
        };
        let value = if version == X402Version::V1 { Reason::VALUE } else { Reason::VALUE_MISMATCH };
        assert_eq!(bent(&|draft| draft.authorization.value -= alloy_primitives::U256::ONE), value.as_str());
        assert_eq!(bent(&|draft| draft.authorization.to = Address::ZERO), Reason::RECIPIENT_MISMATCH.as_str());
        assert_eq!(bent(&|draft| draft.signer = stranger()), Reason::INVALID_SIGNATURE.as_str());
        let expired = |draft: &mut Draft| draft.authorization.valid_before = alloy_primitives::U256::from(NOW);
        assert_eq!(bent(&expired), Reason::VALID_BEFORE.as_str());
    }
    let unpaid = block_on(serve(&gate, &offers(), &HeaderMap::new()));
    assert_eq!(unpaid.status(), StatusCode::PAYMENT_REQUIRED);
    assert_eq!((facilitator.verify_calls(), facilitator.settle_calls()), (0, 0));
    assert!(gate.claim_store().is_empty());
}

#[test]
fn a_payment_that_the_facilitator_finds_invalid_is_a_402_with_its_code_and_may_be_presented_again() {
    for version in BOTH {
        let facilitator = ScriptedFacilitator::willing();
        let gate = gate(&facilitator);
        let draft = Draft::of(version);
        facilitator.next_verify(Ok(VerifyResponse::invalid(Reason::INSUFFICIENT_FUNDS, None)));
        is_402(&ask(&gate, &draft), &Reason::INSUFFICIENT_FUNDS);
        assert_eq!(facilitator.settle_calls(), 0);
        assert_eq!(gate.claim_store().state(&draft.key()), None);
        is_served(&ask(&gate, &draft), &draft);
    }
}

#[test]
fn an_invalid_answer_without_a_code_is_a_402_with_the_catch_all_code() {
    let facilitator = ScriptedFacilitator::willing();
    let mut wordless = VerifyResponse::invalid(Reason::VALUE, None);
    wordless.invalid_reason = None;
    facilitator.next_verify(Ok(wordless));
    is_402(&ask(&gate(&facilitator), &Draft::v2()), &Reason::UNEXPECTED_VERIFY_ERROR);
}

#[test]
fn no_answer_to_verify_is_a_503_and_the_claim_is_released() {
    for reach in [Reach::NotSent, Reach::MaybeSent, Reach::Answered] {
        for version in BOTH {
            let facilitator = ScriptedFacilitator::willing();
            let gate = gate(&facilitator);
            let draft = Draft::of(version);
            facilitator.next_verify(Err(ScriptedFacilitator::lost(reach)));
            is_unavailable(&ask(&gate, &draft));
            assert_eq!(facilitator.settle_calls(), 0);
            assert!(gate.claim_store().is_empty());
            is_served(&ask(&gate, &draft), &draft);
        }
    }
}

#[test]
fn attack_21_a_verification_of_somebody_else_is_no_answer() {
    let facilitator = ScriptedFacilitator::willing();
    let gate = gate(&facilitator);
    facilitator.next_verify(Ok(VerifyResponse::valid(stranger().address())));
    is_unavailable(&ask(&gate, &Draft::v2()));
    assert!(gate.claim_store().is_empty());
}

#[test]
fn verification_can_be_left_out_where_settling_is_the_check() {
    let facilitator = ScriptedFacilitator::willing();
    let gate = gate(&facilitator).verify(false);
    is_served(&ask(&gate, &Draft::v2()), &Draft::v2());
    assert_eq!((facilitator.verify_calls(), facilitator.settle_calls()), (0, 1));
}

#[test]
fn attack_4_of_twenty_copies_at_once_one_is_verified_admitted_and_settled() {
    for version in BOTH {
        let facilitator = ScriptedFacilitator::willing().hesitating(3);
        let gate = gate(&facilitator);
        let (draft, offers) = (Draft::of(version), offers());
        let headers = draft.headers();
        let responses = join_all((0..20).map(|_| serve(&gate, &offers, &headers)));
        let (served, refused): (Vec<_>, Vec<_>) =
            responses.iter().partition(|response| response.status() == StatusCode::OK);
        assert_eq!((served.len(), refused.len()), (1, 19));
        for response in refused {
            assert_eq!(response.status(), StatusCode::CONFLICT);
            assert!(response.headers().contains_key(RETRY_AFTER));
            assert!(!response.headers().contains_key(PAYMENT_REQUIRED));
            assert_eq!(parse(response.body()), json!({ "error": "payment_in_flight" }));
            is_never_cached(response);
        }
        assert_eq!((facilitator.verify_calls(), facilitator.settle_calls()), (1, 1));
    }
}

#[test]
fn attack_4_copies_on_several_threads() {
    let facilitator = ScriptedFacilitator::willing();
    let gate = gate(&facilitator);
    let headers = Draft::v2().headers();
    let served = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    let admitted = gate.read_payment(&headers).unwrap();
                    block_on(gate.admit(&offers(), admitted)).map(|admission| block_on(admission.settle()).is_ok())
                })
            })
            .collect();
        threads.into_iter().filter_map(|thread| thread.join().unwrap().ok()).filter(|settled| *settled).count()
    });
    // A copy that comes after the first was settled, and not delivered, is handed the same receipt.
    assert!(served >= 1);
    assert_eq!(facilitator.settle_calls(), 1);
}

#[test]
fn attack_16_one_authorization_in_other_bytes_is_the_same_payment() {
    let facilitator = ScriptedFacilitator::willing();
    let gate = gate(&facilitator);
    is_served(&ask(&gate, &Draft::v1()), &Draft::v1());
    // The same signature in a v2 envelope, with v 0 or 1, with other letter case, with more members.
    let mut same = Draft::v2().json();
    let signature = same["payload"]["signature"].as_str().unwrap();
    let v = if signature.ends_with("1b") { "00" } else { "01" };
    same["payload"]["signature"] = json!(format!("0x{}{v}", signature[2..signature.len() - 2].to_uppercase()));
    same["payload"]["authorization"]["from"] = json!(buyer().address().to_string().to_lowercase());
    same["color"] = json!("red");
    let headers = support::headers(x402_core::header::PAYMENT_SIGNATURE, &same.to_string());
    is_402(&block_on(serve(&gate, &offers(), &headers)), &Reason::NONCE_USED);
    assert_eq!((facilitator.verify_calls(), facilitator.settle_calls()), (1, 1));
}

#[test]
fn attack_3_a_delivered_payment_is_a_used_nonce_until_it_is_forgotten_as_expired() {
    let facilitator = ScriptedFacilitator::willing();
    let clock = ManualClock::at(now());
    let gate = Gate::new(facilitator.clone()).clock(clock.clone());
    let draft = Draft::v2();
    is_served(&ask(&gate, &draft), &draft);
    is_402(&ask(&gate, &draft), &Reason::NONCE_USED);
    is_402(
        &block_on(serve(&gate, &offers_at("https://api.example.com/other"), &draft.headers())),
        &Reason::INVALID_PAYMENT_REQUIREMENTS,
    );
    clock.advance(Duration::from_secs(54));
    is_402(&ask(&gate, &draft), &Reason::NONCE_USED);
    // It has expired, and is remembered for ten minutes more; then it is forgotten, and the local check stops it.
    for minute in 0..20 {
        let code = if minute < 10 { Reason::NONCE_USED } else { Reason::VALID_BEFORE };
        is_402(&ask(&gate, &draft), &code);
        assert_eq!(gate.claim_store().is_empty(), minute >= 10);
        clock.advance(Duration::from_secs(61));
    }
    assert_eq!((facilitator.verify_calls(), facilitator.settle_calls()), (1, 1));
}

#[test]
fn attack_5_a_payment_is_good_for_one_route_of_all_that_share_the_gate() {
    let facilitator = ScriptedFacilitator::willing();
    let gate = gate(&facilitator);
    // v1 payments and v2 payments without a resource do not say what they are for.
    for draft in [Draft::v1().nonce(1), Draft::v2().nonce(2).with(|draft| draft.resource = None)] {
        is_served(&ask(&gate, &draft), &draft);
        let elsewhere = offers_at("https://api.example.com/other");
        is_402(&block_on(serve(&gate, &elsewhere, &draft.headers())), &Reason::NONCE_USED);
    }
    assert_eq!(facilitator.settle_calls(), 2);
}
