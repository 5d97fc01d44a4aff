//! What is admitted, and on whose word.

use alloy_primitives::{Address, B256, Bytes, U256};
use http::StatusCode;
use serde_json::json;
use x402_core::{
    Amount, Asset, Network, Reason, SettleResponse, VerifyResponse, X402Version,
    claim::ClaimState,
    error::BoxError,
    facilitator::Reach,
    server::{Decision, Hooks, Offer, Offers, Payment},
    testing::ScriptedFacilitator,
    wire,
};

use super::{FORGED, GOOD, WALLET, ask, document, draft, gate, invalid, is_served, payload};
use crate::{
    expect::{self, calls, is_402, is_unavailable, receipt},
    support::{self, BOTH, Draft, NOW, PAY_TO, PRICE, URL, block_on, buyer, offer, usdc},
};

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
