//! After the work: how settlements end, and what that makes of the payment.

use alloy_primitives::B256;
use bytes::Bytes;
use http::Response;
use x402_core::{
    Network, Reason, SettleResponse, X402Version,
    claim::ClaimState,
    facilitator::{FacilitatorError, FacilitatorErrorKind, Reach},
    header::{PAYMENT_REQUIRED, receipt_header},
    server::RefusalKind,
    testing::ScriptedFacilitator,
};

use crate::{
    expect::{ask, gate, is_402, is_pending, is_refused, is_served, is_unavailable, pending, refused, serve},
    store::{Call, breaking},
    support::{self, BOTH, Draft, block_on, buyer, offers, offers_at, stranger, unbase64},
};

/// Answers to `settle` that prove nothing.
fn lies() -> Vec<(SettleResponse, Option<B256>)> {
    let payer = buyer().address();
    let hash = B256::repeat_byte(7);
    let settled = || SettleResponse::settled(hash, Network::BASE_SEPOLIA, payer);
    let bent = |bend: &dyn Fn(&mut SettleResponse)| {
        let mut answer = settled();
        bend(&mut answer);
        answer
    };
    vec![
        (SettleResponse::settled(hash, Network::BASE, payer), Some(hash)),
        (SettleResponse::settled(hash, Network::BASE_SEPOLIA, stranger().address()), Some(hash)),
        (SettleResponse::settled(B256::ZERO, Network::BASE_SEPOLIA, payer), None),
        (bent(&|answer| answer.network = None), Some(hash)),
        (bent(&|answer| answer.transaction = String::new()), None),
        (bent(&|answer| answer.transaction = "0x".to_owned()), None),
        (bent(&|answer| answer.transaction = "pending".to_owned()), None),
        (bent(&|answer| answer.transaction.truncate(64)), None),
        (SettleResponse::failed(Reason::SETTLEMENT_PENDING, Network::BASE_SEPOLIA, Some(payer)), None),
        (pending(Some(hash)), Some(hash)),
        // By our payment perhaps, which somebody else put on chain.
        (SettleResponse::failed(Reason::NONCE_USED, Network::BASE_SEPOLIA, Some(payer)), None),
    ]
}

#[test]
fn attack_21_and_22_a_settlement_that_proves_nothing_is_a_503_and_stays_one() {
    for version in BOTH {
        for (lie, hint) in lies() {
            let facilitator = ScriptedFacilitator::willing();
            let gate = gate(&facilitator);
            let draft = Draft::of(version);
            facilitator.next_settle(Ok(lie));
            let transaction = hint.map(|hash| hash.to_string()).unwrap_or_default();
            is_pending(&ask(&gate, &draft), version, &transaction);
            assert_eq!(gate.claim_store().state(&draft.key()), Some(ClaimState::Unknown(hint)));
            // Presented again it is asked about, not settled again, and never a 402.
            is_pending(&ask(&gate, &draft), version, &transaction);
            assert_eq!((facilitator.verify_calls(), facilitator.settle_calls()), (1, 1));
            assert_eq!(facilitator.reconciled(), [hint]);
            assert_eq!(gate.claim_store().state(&draft.key()), Some(ClaimState::Unknown(hint)));
        }
    }
}

#[test]
fn attack_22_a_settlement_lost_on_the_way_is_unknown() {
    for reach in [Reach::MaybeSent, Reach::Answered] {
        for version in BOTH {
            let facilitator = ScriptedFacilitator::willing();
            let gate = gate(&facilitator);
            let draft = Draft::of(version);
            facilitator.next_settle(Err(ScriptedFacilitator::lost(reach)));
            is_pending(&ask(&gate, &draft), version, "");
            assert_eq!(gate.claim_store().state(&draft.key()), Some(ClaimState::Unknown(None)));
            is_pending(&ask(&gate, &draft), version, "");
            assert_eq!(facilitator.settle_calls(), 1);
        }
    }
}

#[test]
fn a_settlement_that_was_never_sent_is_a_503_and_the_claim_is_released() {
    for version in BOTH {
        let facilitator = ScriptedFacilitator::willing();
        let gate = gate(&facilitator);
        let draft = Draft::of(version);
        facilitator.next_settle(Err(ScriptedFacilitator::lost(Reach::NotSent)));
        is_unavailable(&ask(&gate, &draft));
        assert!(gate.claim_store().is_empty());
        is_served(&ask(&gate, &draft), &draft);
    }
}

#[test]
fn content_that_was_handed_over_first_cannot_be_fetched_again_though_nothing_was_sent() {
    for version in BOTH {
        let facilitator = ScriptedFacilitator::willing();
        let gate = gate(&facilitator);
        let draft = Draft::of(version);
        facilitator.next_settle(Err(ScriptedFacilitator::lost(Reach::NotSent)));
        let admission = block_on(gate.admit(&offers(), draft.payload())).unwrap().handed_over();
        let (refusal, pending) = block_on(admission.settle()).unwrap_err().into_parts();
        assert_eq!((refusal.kind(), pending.is_none()), (RefusalKind::Unavailable, true));
        assert!(!refusal.may_have_settled());
        let used = Reason::UNEXPECTED_SETTLE_ERROR;
        assert_eq!(gate.claim_store().state(&draft.key()), Some(ClaimState::Rejected(used.clone())));
        is_402(&ask(&gate, &draft), &used);
        assert_eq!((facilitator.verify_calls(), facilitator.settle_calls()), (1, 1));
    }
}

#[test]
fn a_refused_settlement_is_a_402_with_a_failed_receipt_and_a_fresh_offer() {
    for version in BOTH {
        let facilitator = ScriptedFacilitator::willing();
        let gate = gate(&facilitator);
        let draft = Draft::of(version);
        let reason = Reason::INSUFFICIENT_FUNDS;
        facilitator.next_settle(Ok(refused(reason.clone())));
        is_refused(&ask(&gate, &draft), &draft, &reason);
        assert_eq!(gate.claim_store().state(&draft.key()), Some(ClaimState::Rejected(reason.clone())));
        // The same payment is not asked about again.
        is_402(&ask(&gate, &draft), &reason);
        assert_eq!((facilitator.verify_calls(), facilitator.settle_calls()), (1, 1));
    }
}

#[test]
fn work_that_failed_charges_nobody_and_the_payment_may_be_presented_again() {
    for dropped in [false, true] {
        let facilitator = ScriptedFacilitator::willing();
        let gate = gate(&facilitator);
        let draft = Draft::v2();
        let admission = block_on(gate.admit(&offers(), draft.payload())).unwrap();
        assert_eq!(gate.claim_store().state(&draft.key()), Some(ClaimState::Claimed));
        let payment = admission.payment();
        assert_eq!((payment.payer, payment.version), (buyer().address(), X402Version::V2));
        assert_eq!((payment.asset, payment.receipt.clone()), (support::usdc().address(), None));
        if dropped {
            drop(admission);
        } else {
            block_on(admission.release());
        }
        assert!(gate.claim_store().is_empty());
        assert_eq!(facilitator.settle_calls(), 0);
        is_served(&ask(&gate, &draft), &draft);
    }
}

#[test]
fn settled_and_not_delivered_is_admitted_again_without_a_second_settlement() {
    let facilitator = ScriptedFacilitator::willing();
    let gate = gate(&facilitator);
    let draft = Draft::v1();
    let first = block_on(async { gate.admit(&offers(), draft.payload()).await.unwrap().settle().await.unwrap() });
    let receipt = first.receipt().clone();
    drop(first);
    assert_eq!(gate.claim_store().state(&draft.key()), Some(ClaimState::Settled(receipt.clone())));
    // Work on it that fails again changes nothing.
    let again = block_on(gate.admit(&offers(), draft.payload())).unwrap();
    assert_eq!(again.payment().receipt.as_ref(), Some(&receipt));
    assert_eq!(gate.claim_store().state(&draft.key()), Some(ClaimState::Settled(receipt.clone())));
    let copy = block_on(gate.admit(&offers(), draft.payload())).unwrap_err();
    assert_eq!(copy.kind(), RefusalKind::InFlight);
    block_on(again.release());
    assert_eq!(gate.claim_store().state(&draft.key()), Some(ClaimState::Settled(receipt)));
    // Another resource does not get it.
    let elsewhere = offers_at("https://api.example.com/other");
    is_402(&block_on(serve(&gate, &elsewhere, &draft.headers())), &Reason::NONCE_USED);
    // The same one does, once.
    is_served(&ask(&gate, &draft), &draft);
    is_402(&ask(&gate, &draft), &Reason::NONCE_USED);
    assert_eq!((facilitator.verify_calls(), facilitator.settle_calls()), (1, 1));
}

#[test]
fn an_unknown_settlement_does_not_fetch_another_resource() {
    let facilitator = ScriptedFacilitator::willing();
    let gate = gate(&facilitator);
    let draft = Draft::v1();
    facilitator.next_settle(Err(ScriptedFacilitator::lost(Reach::MaybeSent)));
    is_pending(&ask(&gate, &draft), X402Version::V1, "");
    let elsewhere = offers_at("https://api.example.com/other");
    is_402(&block_on(serve(&gate, &elsewhere, &draft.headers())), &Reason::NONCE_USED);
    assert_eq!(facilitator.reconcile_calls(), 0, "nor does it ask about it");
}

#[test]
fn no_text_of_an_upstream_is_in_any_response_or_in_the_refusals_own_words() {
    const SECRET: &str = "connect ECONNREFUSED https://user:SECRET@10.0.0.7";
    let error = |reach| FacilitatorError::new(FacilitatorErrorKind::Unavailable, reach).with_source(SECRET);
    let shows_nothing = |response: &Response<Bytes>| {
        let mut all = String::from_utf8(response.body().to_vec()).unwrap();
        for (name, value) in response.headers() {
            all.push_str(value.to_str().unwrap());
            if [PAYMENT_REQUIRED, receipt_header(X402Version::V1), receipt_header(X402Version::V2)].contains(name) {
                all.push_str(&unbase64(value));
            }
        }
        assert!(!all.contains("SECRET") && !all.contains("10.0.0.7"), "{all}");
    };
    for version in BOTH {
        let verify: [fn() -> Vec<u8>; 1] =
            [|| format!(r#"{{"isValid":false,"invalidReason":"{SECRET}","invalidMessage":"{SECRET}"}}"#).into_bytes()];
        for body in verify {
            let facilitator = ScriptedFacilitator::willing();
            facilitator.next_verify(Ok(x402_core::wire::decode_verify_response(&body()).unwrap()));
            shows_nothing(&ask(&gate(&facilitator), &Draft::of(version)));
        }
        let settle = format!(
            r#"{{"success":false,"errorReason":"{SECRET}","errorMessage":"{SECRET}","transaction":"{SECRET}",
            "network":"{SECRET}","payer":"{SECRET}","extensions":{{"{SECRET}":"{SECRET}"}}}}"#
        );
        for success in ["true", "false"] {
            let facilitator = ScriptedFacilitator::willing();
            let body = settle.replace("\"success\":false", &format!("\"success\":{success}"));
            facilitator.next_settle(Ok(x402_core::wire::decode_settle_response(body.as_bytes()).unwrap()));
            shows_nothing(&ask(&gate(&facilitator), &Draft::of(version)));
        }
        for reach in [Reach::NotSent, Reach::MaybeSent, Reach::Answered] {
            let facilitator = ScriptedFacilitator::willing();
            facilitator.next_verify(Err(error(reach)));
            shows_nothing(&ask(&gate(&facilitator), &Draft::of(version)));
            facilitator.next_settle(Err(error(reach)));
            shows_nothing(&ask(&gate(&facilitator), &Draft::of(version)));
            let gate = gate(&facilitator);
            facilitator.next_settle(Err(error(Reach::MaybeSent)));
            shows_nothing(&ask(&gate, &Draft::of(version)));
            facilitator.next_reconcile(Err(error(reach)));
            shows_nothing(&ask(&gate, &Draft::of(version)));
            assert_eq!(facilitator.reconcile_calls(), 1);
        }
        let facilitator = ScriptedFacilitator::willing();
        facilitator.next_settle(Err(error(Reach::MaybeSent)));
        let gate = gate(&facilitator);
        let admission = block_on(gate.admit(&offers(), Draft::of(version).payload())).unwrap();
        let (refusal, _) = block_on(admission.settle()).unwrap_err().into_parts();
        assert!(!refusal.to_string().contains("SECRET"));
        assert!(std::error::Error::source(&refusal).is_some(), "the server's own log may have it");
        for at in [Call::Claim, Call::Settling] {
            shows_nothing(&ask(&breaking(&facilitator, at), &Draft::of(version)));
        }
    }
}
