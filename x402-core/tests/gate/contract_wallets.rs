//! Payers that are contracts: their signatures are the facilitator's to judge, and nothing is done before it has.

use std::time::Duration;

use alloy_primitives::{Address, B256, Bytes, U256, address, hex};
use http::{HeaderMap, Response, StatusCode, header::RETRY_AFTER};
use serde_json::{Value, json};
use x402_core::{
    Amount, Asset, FacilitatorRequest, Network, PaymentPayload, Reason, Receipt, ResourceInfo, SettleResponse,
    VerifyResponse, X402Version,
    claim::ClaimState,
    error::BoxError,
    facilitator::Reach,
    header::{self, PAYMENT_REQUIRED},
    server::{Clearing, Decision, Gate, Hooks, Identifiers, Offer, Offers, Payment, RefusalKind},
    testing::{ManualClock, ScriptedFacilitator},
    wire,
};

use crate::{
    expect::{self, calls, is_402, is_unavailable, pending, receipt, serve, transaction},
    support::{
        self, BOTH, Draft, NOW, PAY_TO, PRICE, URL, block_on, buyer, now, offer, offers, poll, poll_and_drop, usdc,
    },
};

const WALLET: Address = address!("0x7A11e7000000000000000000000000000000c0DE");

/// What the wallet takes for its signature; nobody here can tell.
const GOOD: &[u8] = &[7; 200];
/// What somebody else says is.
const FORGED: &[u8] = &[8; 200];

fn gate(facilitator: &ScriptedFacilitator) -> Gate<ScriptedFacilitator> {
    expect::gate(facilitator).contract_wallets()
}

fn draft(version: X402Version) -> Draft {
    Draft::of(version).with(|draft| draft.authorization.from = WALLET)
}

fn document(draft: &Draft, signature: &[u8]) -> Value {
    let mut document = draft.json();
    document["payload"]["signature"] = json!(hex::encode_prefixed(signature));
    document
}

fn payload(draft: &Draft, signature: &[u8]) -> PaymentPayload {
    wire::decode_payment_payload(document(draft, signature).to_string().as_bytes()).unwrap()
}

fn headers(draft: &Draft, signature: &[u8]) -> HeaderMap {
    support::headers(header::payment_header(draft.version), &document(draft, signature).to_string())
}

fn ask(gate: &Gate<ScriptedFacilitator>, draft: &Draft, signature: &[u8]) -> Response<bytes::Bytes> {
    block_on(serve(gate, &offers(), &headers(draft, signature)))
}

fn is_served(response: &Response<bytes::Bytes>, draft: &Draft) {
    assert_eq!((response.status(), &response.body()[..]), (StatusCode::OK, b"sunny".as_slice()));
    let receipt = receipt(response, draft.version).unwrap();
    assert_eq!(receipt["transaction"], transaction(draft).to_string());
    assert_eq!(receipt["payer"], WALLET.to_string());
}

fn invalid(reason: Reason) -> VerifyResponse {
    VerifyResponse::invalid(reason, None)
}

/// Nothing of the first one's: no content, no receipt, no transaction.
fn gets_nothing(response: &Response<bytes::Bytes>, draft: &Draft) {
    assert_ne!(response.status(), StatusCode::OK);
    assert!(BOTH.iter().all(|version| receipt(response, *version).is_none()));
    let hash = transaction(draft).to_string();
    let body = String::from_utf8_lossy(response.body());
    assert!(!body.contains("sunny") && !body.contains(&hash), "{body}");
}

#[test]
fn unless_told_a_contract_wallet_is_refused_and_nobody_is_asked() {
    for draft in BOTH.map(draft) {
        let facilitator = ScriptedFacilitator::willing();
        let gate = expect::gate(&facilitator);
        for signature in [GOOD, &[7; 65]] {
            is_402(&ask(&gate, &draft, signature), &Reason::INVALID_SIGNATURE);
        }
        assert_eq!(calls(&facilitator), [0, 0, 0]);
    }
}

#[test]
fn a_contract_wallet_is_verified_then_settled_then_served() {
    for draft in BOTH.map(draft) {
        // Of any length, of a plain signature's too.
        for signature in [GOOD, &[1], &[7; 65], &[7; 4096]] {
            let facilitator = ScriptedFacilitator::willing();
            let gate = gate(&facilitator);
            is_served(&ask(&gate, &draft, signature), &draft);
            assert_eq!(calls(&facilitator), [1, 1, 0]);
            let asked = facilitator.settled().remove(0);
            assert_eq!(asked.exact().unwrap().signature, Bytes::copy_from_slice(signature));
            assert_eq!(
                support::json(&wire::encode_facilitator_request(&asked))["paymentPayload"],
                document(&draft, signature)
            );
            assert_eq!(gate.claim_store().state(&draft.key()), Some(ClaimState::Delivered));
        }
    }
}

#[test]
fn a_plain_account_at_such_a_gate_is_checked_here_as_ever() {
    for draft in BOTH.map(Draft::of) {
        let facilitator = ScriptedFacilitator::willing();
        expect::is_served(&expect::ask(&gate(&facilitator).verify(false), &draft), &draft);
        assert_eq!(calls(&facilitator), [0, 1, 0]);
    }
}

#[test]
fn a_forged_signature_is_refused_by_the_facilitators_word_and_leaves_nothing_behind() {
    for draft in BOTH.map(draft) {
        let facilitator = ScriptedFacilitator::willing();
        let gate = gate(&facilitator);
        facilitator.next_verify(Ok(invalid(Reason::INVALID_SIGNATURE)));
        is_402(&ask(&gate, &draft, FORGED), &Reason::INVALID_SIGNATURE);
        assert_eq!(calls(&facilitator), [1, 0, 0]);
        assert!(gate.claim_store().is_empty());
        is_served(&ask(&gate, &draft, GOOD), &draft);
    }
}

/// Its hook lets everybody through.
struct Granting;

impl Hooks for Granting {
    async fn before_verify(&self, _: &Payment) -> Result<Decision, BoxError> {
        Ok(Decision::Grant)
    }
}

#[test]
fn the_facilitator_is_asked_where_it_is_not_otherwise() {
    for draft in BOTH.map(draft) {
        let facilitator = ScriptedFacilitator::willing();
        for gate in [gate(&facilitator).verify(false), gate(&facilitator).hooks(Granting)] {
            let before = calls(&facilitator);
            facilitator.next_verify(Ok(invalid(Reason::INVALID_SIGNATURE)));
            is_402(&ask(&gate, &draft, FORGED), &Reason::INVALID_SIGNATURE);
            is_served(&ask(&gate, &draft, GOOD), &draft);
            assert_eq!(calls(&facilitator), [before[0] + 2, before[1] + 1, 0]);
        }
    }
}

#[test]
fn no_answer_or_another_payers_is_a_503_and_the_claim_is_released() {
    let facilitator = ScriptedFacilitator::willing();
    let gate = gate(&facilitator).verify(false);
    for answer in [
        Err(ScriptedFacilitator::lost(Reach::NotSent)),
        Err(ScriptedFacilitator::lost(Reach::MaybeSent)),
        Err(ScriptedFacilitator::lost(Reach::Answered)),
        Ok(VerifyResponse::valid(buyer().address())),
    ] {
        facilitator.next_verify(answer);
        is_unavailable(&ask(&gate, &draft(X402Version::V2), GOOD));
        assert!(gate.claim_store().is_empty());
    }
    assert_eq!(facilitator.settle_calls(), 0);
}

#[test]
fn attack_15_a_signature_that_names_a_factory_is_refused_and_nobody_is_asked() {
    let suffix: Vec<u8> = [0x64, 0x92].repeat(16);
    let facilitator = ScriptedFacilitator::willing();
    let gate = gate(&facilitator);
    for draft in BOTH.map(draft) {
        for signature in [suffix.clone(), [GOOD, &suffix].concat(), [[7; 33].as_slice(), &suffix].concat()] {
            is_402(&ask(&gate, &draft, &signature), &Reason::INVALID_SIGNATURE);
        }
    }
    assert_eq!(calls(&facilitator), [0, 0, 0]);
}

#[test]
fn attack_19_no_signature_and_one_that_is_too_long_are_refused_and_nobody_is_asked() {
    let facilitator = ScriptedFacilitator::willing();
    let gate = gate(&facilitator);
    for draft in BOTH.map(draft) {
        for signature in [[].as_slice(), &[7; 4097]] {
            is_402(&ask(&gate, &draft, signature), &Reason::INVALID_SIGNATURE);
        }
    }
    assert_eq!(calls(&facilitator), [0, 0, 0]);
}

#[test]
fn all_else_is_checked_before_anybody_is_asked() {
    let facilitator = ScriptedFacilitator::willing();
    let gate = gate(&facilitator);
    for version in BOTH {
        let refused = |bend: &dyn Fn(&mut Draft), reason: &Reason| {
            is_402(&ask(&gate, &draft(version).with(bend), GOOD), reason);
        };
        let value = if version == X402Version::V1 { Reason::VALUE } else { Reason::VALUE_MISMATCH };
        refused(&|draft| draft.authorization.value -= U256::ONE, &value);
        refused(&|draft| draft.authorization.to = WALLET, &Reason::RECIPIENT_MISMATCH);
        refused(&|draft| draft.authorization.valid_before = U256::from(NOW), &Reason::VALID_BEFORE);
        refused(&|draft| draft.authorization.valid_before = U256::MAX, &Reason::VALID_BEFORE);
        refused(&|draft| draft.authorization.valid_after = U256::from(NOW + 1), &Reason::VALID_AFTER);
        refused(
            &|draft| {
                draft.network = "base";
                draft.accepted["network"] = json!("eip155:8453");
            },
            &Reason::INVALID_NETWORK,
        );
    }
    let another_token = draft(X402Version::V2).with(|draft| draft.accepted["asset"] = json!(WALLET.to_string()));
    is_402(&ask(&gate, &another_token, GOOD), &Reason::INVALID_PAYMENT_REQUIREMENTS);
    let elsewhere = draft(X402Version::V2).with(|draft| draft.resource = Some(json!({ "url": "https://example.com" })));
    is_402(&ask(&gate, &elsewhere, GOOD), &Reason::INVALID_PAYMENT_REQUIREMENTS);
    assert_eq!(calls(&facilitator), [0, 0, 0]);
    assert!(gate.claim_store().is_empty());
}

#[test]
fn a_plain_accounts_v1_payment_is_in_the_token_it_was_signed_for_though_another_is_offered_first() {
    let other = Asset::new(84532, Address::repeat_byte(9), "EURC", "EURC", "2", 6);
    let first = Offer::exact_amount(&other, Amount::from_atomic(PRICE), PAY_TO).unwrap();
    let offers = Offers::new(URL, [first, offer()]).unwrap();
    let facilitator = ScriptedFacilitator::willing();
    let gate = gate(&facilitator);
    let admission = block_on(gate.admit(&offers, Draft::v1().payload())).unwrap();
    assert_eq!(admission.payment().asset, usdc().address());
    // A contract wallet's is in the first that fits, and the facilitator has the last word.
    let admission = block_on(gate.admit(&offers, payload(&draft(X402Version::V1), GOOD))).unwrap();
    assert_eq!(admission.payment().asset, other.address());
    let admission = block_on(gate.admit(&offers, payload(&draft(X402Version::V2), GOOD))).unwrap();
    assert_eq!(admission.payment().asset, usdc().address());
}

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
fn attack_21_a_settlement_that_does_not_fit_is_not_believed_of_a_contract_wallet_either() {
    let hash = B256::repeat_byte(0xaa);
    for lie in [
        SettleResponse::settled(hash, Network::BASE_SEPOLIA, buyer().address()),
        SettleResponse::settled(hash, Network::BASE, WALLET),
        SettleResponse::settled(B256::ZERO, Network::BASE_SEPOLIA, WALLET),
    ] {
        let (facilitator, draft) = (ScriptedFacilitator::willing(), draft(X402Version::V2));
        let gate = gate(&facilitator);
        facilitator.next_settle(Ok(lie));
        let response = ask(&gate, &draft, GOOD);
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(receipt(&response, draft.version).unwrap()["errorReason"], "settlement_pending");
        assert!(matches!(gate.claim_store().state(&draft.key()), Some(ClaimState::Unknown(_))));
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
