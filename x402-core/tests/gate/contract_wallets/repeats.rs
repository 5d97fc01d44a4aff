//! The same payment again, with its signature and with others.

use std::time::Duration;

use alloy_primitives::B256;
use http::{StatusCode, header::RETRY_AFTER};
use serde_json::json;
use x402_core::{
    FacilitatorRequest, Network, Reason, Receipt, ResourceInfo, SettleResponse, VerifyResponse, X402Version,
    header::PAYMENT_REQUIRED,
    server::{Clearing, Identifiers, RefusalKind},
    testing::{ManualClock, ScriptedFacilitator},
    wire,
};

use super::{FORGED, GOOD, WALLET, ask, document, draft, gate, gets_nothing, headers, invalid, is_served, payload};
use crate::{
    expect::{self, calls, is_402, pending, receipt, serve, transaction},
    support::{self, BOTH, URL, block_on, now, offer, offers, poll, poll_and_drop, usdc},
};

#[test]
fn attack_31_who_names_anothers_payment_keeps_the_payer_waiting_no_longer_than_the_verification() {
    for draft in BOTH.map(draft) {
        let facilitator = ScriptedFacilitator::willing().hesitating(2);
        let gate = gate(&facilitator);
        let (offers, forged) = (offers(), headers(&draft, FORGED));
        facilitator.next_verify(Ok(invalid(Reason::INVALID_SIGNATURE)));
        let mut naming = std::pin::pin!(serve(&gate, &offers, &forged));
        assert!(poll(naming.as_mut()).is_none());
        let waiting = ask(&gate, &draft, GOOD);
        assert_eq!(waiting.status(), StatusCode::CONFLICT);
        assert!(waiting.headers().contains_key(RETRY_AFTER) && !waiting.headers().contains_key(PAYMENT_REQUIRED));
        is_402(&block_on(naming), &Reason::INVALID_SIGNATURE);
        is_served(&ask(&gate, &draft, GOOD), &draft);
        assert_eq!(calls(&facilitator), [2, 1, 0]);
    }
}

#[test]
fn attack_31_who_names_anothers_payment_and_hangs_up_keeps_nothing() {
    let (facilitator, draft) = (ScriptedFacilitator::willing().hesitating(2), draft(X402Version::V2));
    let gate = gate(&facilitator);
    assert!(poll_and_drop(serve(&gate, &offers(), &headers(&draft, FORGED)), 1).is_none());
    assert!(gate.claim_store().is_empty());
    is_served(&ask(&gate, &draft, GOOD), &draft);
}

#[test]
fn attack_3_another_signature_gets_nothing_while_the_payment_is_worked_on_and_settled() {
    for draft in BOTH.map(draft) {
        let facilitator = ScriptedFacilitator::willing().hesitating(2);
        let gate = gate(&facilitator);
        let admission = block_on(gate.admit(&offers(), payload(&draft, GOOD))).unwrap();
        let told_to_wait = |signature| {
            let response = ask(&gate, &draft, signature);
            assert_eq!(response.status(), StatusCode::CONFLICT);
            gets_nothing(&response, &draft);
        };
        told_to_wait(FORGED);
        told_to_wait(GOOD);
        let mut settling = std::pin::pin!(admission.settle());
        assert!(poll(settling.as_mut()).is_none());
        told_to_wait(FORGED);
        told_to_wait(GOOD);
        let settled = block_on(settling).unwrap();
        gets_nothing(&ask(&gate, &draft, FORGED), &draft);
        told_to_wait(GOOD);
        drop(settled);
        assert_eq!(calls(&facilitator), [1, 1, 0], "and nobody was asked about any of them");
    }
}

#[test]
fn attack_3_what_settled_and_was_not_delivered_is_owed_to_its_signature_alone() {
    for draft in BOTH.map(draft) {
        for late in [Duration::ZERO, Duration::from_secs(120)] {
            let (facilitator, clock) = (ScriptedFacilitator::willing(), ManualClock::at(now()));
            let gate = gate(&facilitator).clock(clock.clone());
            let admission = block_on(gate.admit(&offers(), payload(&draft, GOOD))).unwrap();
            drop(block_on(admission.settle()).unwrap());
            clock.advance(late);
            for other in [FORGED, &GOOD[1..], &[GOOD, &[0]].concat(), &[7; 65]] {
                let response = ask(&gate, &draft, other);
                is_402(&response, &Reason::NONCE_USED);
                gets_nothing(&response, &draft);
            }
            is_served(&ask(&gate, &draft, GOOD), &draft);
            is_402(&ask(&gate, &draft, GOOD), &Reason::NONCE_USED);
            assert_eq!(calls(&facilitator), [1, 1, 0]);
        }
    }
}

#[test]
fn a_repeat_in_another_envelope_with_the_same_signature_is_the_same_payment() {
    let facilitator = ScriptedFacilitator::willing();
    let gate = gate(&facilitator);
    let [v1, v2] = BOTH.map(draft);
    drop(block_on(block_on(gate.admit(&offers(), payload(&v1, GOOD))).unwrap().settle()).unwrap());
    is_served(&ask(&gate, &v2, GOOD), &v2);
    assert_eq!(calls(&facilitator), [1, 1, 0]);
}

#[test]
fn attack_3_an_unknown_outcome_is_asked_about_for_its_signature_alone() {
    for draft in BOTH.map(draft) {
        let facilitator = ScriptedFacilitator::willing();
        let gate = gate(&facilitator);
        let hash = B256::repeat_byte(0xaa);
        facilitator.next_settle(Ok(pending(Some(hash))));
        assert_eq!(ask(&gate, &draft, GOOD).status(), StatusCode::SERVICE_UNAVAILABLE);
        let response = ask(&gate, &draft, FORGED);
        is_402(&response, &Reason::NONCE_USED);
        assert!(BOTH.iter().all(|version| receipt(&response, *version).is_none()));
        assert_eq!(facilitator.reconcile_calls(), 0);
        let settled = SettleResponse::settled(transaction(&draft), Network::BASE_SEPOLIA, WALLET);
        facilitator.next_reconcile(Ok(settled));
        is_served(&ask(&gate, &draft, GOOD), &draft);
        assert_eq!(calls(&facilitator), [1, 1, 1]);
    }
}

#[test]
fn an_identifier_names_the_payment_with_its_signature() {
    let offers = offers().payment_identifiers(Identifiers::Required);
    let named = |signature| {
        let mut document = document(&draft(X402Version::V2), signature);
        document["extensions"] = json!({ "payment-identifier": { "info": { "id": "pay_0123456789abcdef" } } });
        let payload = wire::decode_payment_payload(document.to_string().as_bytes()).unwrap();
        offers.identifier(&payload).unwrap().unwrap()
    };
    assert_eq!(named(GOOD).scope(b"GET /"), named(FORGED).scope(b"GET /"));
    assert_ne!(named(GOOD).fingerprint(), named(FORGED).fingerprint(), "a conflict, and no response of the other's");
}

#[test]
fn other_servers_payments_of_contract_wallets_settle_once_if_the_gate_takes_them() {
    for draft in BOTH.map(draft) {
        let facilitator = ScriptedFacilitator::willing();
        let request = |signature| {
            FacilitatorRequest::new(payload(&draft, signature), offer().requirements().clone(), ResourceInfo::new(URL))
        };
        let strict = Clearing::new(expect::gate(&facilitator), [usdc()]);
        let says = |reason| VerifyResponse::invalid(reason, Some(WALLET));
        assert_eq!(block_on(strict.verify(&request(GOOD))).unwrap(), says(Reason::INVALID_SIGNATURE));
        let answer = block_on(strict.settle(&request(GOOD))).unwrap();
        assert_eq!(answer.error_reason, Some(Reason::INVALID_SIGNATURE));
        assert_eq!(calls(&facilitator), [0, 0, 0]);

        let clearing = Clearing::new(gate(&facilitator).verify(false), [usdc()]);
        for _ in 0..2 {
            facilitator.next_verify(Ok(invalid(Reason::INVALID_SIGNATURE)));
        }
        assert_eq!(block_on(clearing.verify(&request(FORGED))).unwrap(), says(Reason::INVALID_SIGNATURE));
        let answer = block_on(clearing.settle(&request(FORGED))).unwrap();
        assert_eq!(answer.error_reason, Some(Reason::INVALID_SIGNATURE));
        assert_eq!(calls(&facilitator), [2, 0, 0]);

        assert_eq!(block_on(clearing.verify(&request(GOOD))).unwrap(), VerifyResponse::valid(WALLET));
        let settled = Receipt::new(transaction(&draft), Network::BASE_SEPOLIA, WALLET).to_response();
        for _ in 0..2 {
            assert_eq!(block_on(clearing.settle(&request(GOOD))).unwrap(), settled);
        }
        let answer = block_on(clearing.settle(&request(FORGED))).unwrap();
        assert_eq!((answer.success, answer.error_reason), (false, Some(Reason::NONCE_USED)));
        assert!(answer.transaction.is_empty());
        assert_eq!(block_on(clearing.verify(&request(FORGED))).unwrap(), says(Reason::NONCE_USED));
        assert_eq!(calls(&facilitator), [4, 1, 0]);
    }
}

#[test]
fn attack_4_of_copies_with_good_and_forged_signatures_at_once_one_is_verified() {
    let facilitator = ScriptedFacilitator::willing().hesitating(3);
    let gate = gate(&facilitator);
    let (draft, offers) = (draft(X402Version::V2), offers());
    let [good, forged] = [GOOD, FORGED].map(|signature| headers(&draft, signature));
    let all = [&good].into_iter().chain((0..10).flat_map(|_| [&forged, &good]));
    let responses = support::join_all(all.map(|headers| serve(&gate, &offers, headers)));
    let (served, refused): (Vec<_>, Vec<_>) =
        responses.iter().partition(|response| response.status() == StatusCode::OK);
    assert_eq!((served.len(), refused.len()), (1, 20));
    assert!(refused.iter().all(|response| response.status() == StatusCode::CONFLICT));
    assert_eq!(calls(&facilitator), [1, 1, 0]);
    let refusal = block_on(gate.admit(&offers, payload(&draft, FORGED))).unwrap_err();
    assert_eq!(refusal.kind(), RefusalKind::Invalid);
}
