//! Settling for other servers: what they ask is checked, and settles once.

use alloy_primitives::{Address, B256};
use serde_json::json;
use x402_core::{
    FacilitatorRequest, Network, Reason, ResourceInfo, SettleResponse, VerifyResponse,
    claim::{Claim, ClaimError, ClaimState, ClaimStore, NewClaim, Ticket},
    facilitator::Reach,
    server::{Clearing, Gate, RefusalKind},
    testing::ScriptedFacilitator,
    wire,
};

use crate::{
    expect::{calls, gate, pending, refused, settled},
    support::{BOTH, Draft, NOW, PAY_TO, URL, block_on, buyer, join_all, now, offer, poll_and_drop, usdc},
};

type Of<C> = Clearing<ScriptedFacilitator, C>;

fn clearing(facilitator: &ScriptedFacilitator) -> Of<x402_core::claim::MemoryClaims> {
    Clearing::new(gate(facilitator), [usdc()])
}

fn request(draft: &Draft) -> FacilitatorRequest {
    request_for(draft, URL)
}

fn request_for(draft: &Draft, url: &str) -> FacilitatorRequest {
    FacilitatorRequest::new(draft.payload(), offer().requirements().clone(), ResourceInfo::new(url))
}

/// Requirements with another member, as JSON.
fn asking(draft: &Draft, name: &str, value: serde_json::Value) -> FacilitatorRequest {
    let mut body = crate::support::json(&wire::encode_facilitator_request(&request(draft)));
    body["paymentRequirements"][name] = value;
    wire::decode_facilitator_request(body.to_string().as_bytes()).unwrap()
}

fn verify<C: ClaimStore>(clearing: &Of<C>, request: &FacilitatorRequest) -> VerifyResponse {
    block_on(clearing.verify(request)).unwrap()
}

fn settle<C: ClaimStore>(clearing: &Of<C>, request: &FacilitatorRequest) -> SettleResponse {
    block_on(clearing.settle(request)).unwrap()
}

fn refused_for(reason: Reason) -> SettleResponse {
    SettleResponse::failed(reason, Network::BASE_SEPOLIA, Some(buyer().address()))
}

fn says(answer: &VerifyResponse, reason: &Reason) {
    assert_eq!(answer, &VerifyResponse::invalid(reason.clone(), Some(buyer().address())));
}

#[test]
fn a_payment_is_verified_as_often_as_is_asked_and_settles_once_with_one_answer() {
    for draft in BOTH.map(Draft::of) {
        let facilitator = ScriptedFacilitator::willing();
        let (clearing, request) = (clearing(&facilitator), request(&draft));
        for _ in 0..2 {
            assert_eq!(verify(&clearing, &request), VerifyResponse::valid(buyer().address()));
        }
        for _ in 0..3 {
            assert_eq!(settle(&clearing, &request), settled(&draft));
        }
        assert_eq!(calls(&facilitator), [3, 1, 0], "verified once more before it is settled, and settled once");
        says(&verify(&clearing, &request), &Reason::NONCE_USED);
        assert_eq!(calls(&facilitator), [3, 1, 0]);
    }
}

#[test]
fn a_settled_payment_is_answered_after_it_has_expired_too() {
    let (facilitator, draft) = (ScriptedFacilitator::willing(), Draft::v2());
    let clock = x402_core::testing::ManualClock::at(now());
    let clearing = Clearing::new(Gate::new(facilitator.clone()).clock(clock.clone()), [usdc()]);
    assert_eq!(settle(&clearing, &request(&draft)), settled(&draft));
    clock.advance(std::time::Duration::from_secs(120));
    assert_eq!(settle(&clearing, &request(&draft)), settled(&draft));
    says(&verify(&clearing, &request(&draft)), &Reason::VALID_BEFORE);
    let fresh = settle(&clearing, &request(&draft.nonce(9)));
    assert_eq!(fresh.error_reason, Some(Reason::VALID_BEFORE));
    assert_eq!(facilitator.settle_calls(), 1);
}

#[test]
fn attack_5_a_payment_settled_for_one_resource_is_spent_for_another() {
    let (facilitator, draft) = (ScriptedFacilitator::willing(), Draft::v1());
    let clearing = clearing(&facilitator);
    settle(&clearing, &request(&draft));
    let elsewhere = request_for(&draft, "https://api.example.com/gold");
    assert_eq!(settle(&clearing, &elsewhere).error_reason, Some(Reason::NONCE_USED));
    says(&verify(&clearing, &elsewhere), &Reason::NONCE_USED);
    assert_eq!(facilitator.settle_calls(), 1);
}

#[test]
fn attack_1_copies_at_once_settle_once_and_the_others_are_told_to_ask_again() {
    let (facilitator, draft) = (ScriptedFacilitator::willing().hesitating(3), Draft::v2());
    let (clearing, request) = (clearing(&facilitator), request(&draft));
    let answers = join_all((0..5).map(|_| clearing.settle(&request)));
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for refusal in answers.into_iter().filter_map(Result::err) {
        assert_eq!(refusal.kind(), RefusalKind::InFlight);
    }
    assert_eq!(settle(&clearing, &request), settled(&draft));
    assert_eq!(facilitator.settle_calls(), 1);
}

#[test]
fn attack_1_where_repeats_are_refused_one_of_several_copies_is_told_that_it_settled() {
    let (facilitator, draft) = (ScriptedFacilitator::willing().hesitating(3), Draft::v2());
    let (clearing, request) = (clearing(&facilitator).refuse_repeats(), request(&draft));
    let answers = join_all((0..5).map(|_| clearing.settle(&request)));
    assert_eq!(answers.iter().flatten().filter(|answer| answer.success).count(), 1);
    for _ in 0..2 {
        assert_eq!(settle(&clearing, &request), refused_for(Reason::NONCE_USED));
    }
    says(&verify(&clearing, &request), &Reason::NONCE_USED);
    assert_eq!(facilitator.settle_calls(), 1);
}

#[test]
fn where_repeats_are_refused_an_outcome_that_was_unknown_is_told_once() {
    let (facilitator, draft) = (ScriptedFacilitator::willing(), Draft::v1());
    let (clearing, request) = (clearing(&facilitator).refuse_repeats(), request(&draft));
    facilitator.next_settle(Ok(pending(None)));
    facilitator.next_reconcile(Ok(settled(&draft)));
    assert_eq!(settle(&clearing, &request), refused_for(Reason::SETTLEMENT_PENDING));
    assert_eq!(settle(&clearing, &request), settled(&draft));
    assert_eq!(settle(&clearing, &request), refused_for(Reason::NONCE_USED));
}

#[test]
fn copies_verified_at_once_are_all_valid_and_none_while_it_settles() {
    let (facilitator, draft) = (ScriptedFacilitator::willing().hesitating(3), Draft::v2());
    let (clearing, request) = (clearing(&facilitator), request(&draft));
    let answers = join_all((0..5).map(|_| clearing.verify(&request)));
    assert!(answers.into_iter().all(|answer| answer.unwrap().is_valid));
    let mut settling = std::pin::pin!(clearing.settle(&request));
    while facilitator.settle_calls() == 0 {
        assert!(crate::support::poll(settling.as_mut()).is_none());
    }
    says(&verify(&clearing, &request), &Reason::SETTLEMENT_PENDING);
    assert!(block_on(settling).unwrap().success);
}

#[test]
fn an_unknown_outcome_is_pending_and_asked_about_when_it_is_settled_again() {
    for reach in [Reach::MaybeSent, Reach::Answered] {
        let (facilitator, draft) = (ScriptedFacilitator::willing(), Draft::v1());
        let (clearing, request) = (clearing(&facilitator), request(&draft));
        facilitator.next_settle(Err(ScriptedFacilitator::lost(reach)));
        let hash = B256::repeat_byte(0xaa);
        facilitator.next_reconcile(Ok(pending(Some(hash))));
        facilitator.next_reconcile(Ok(settled(&draft)));
        let first = settle(&clearing, &request);
        assert_eq!((first.success, first.error_reason), (false, Some(Reason::SETTLEMENT_PENDING)));
        assert!(verify(&clearing, &request).is_valid, "only settling it can tell");
        let second = settle(&clearing, &request);
        assert_eq!((second.error_reason, second.transaction), (Some(Reason::SETTLEMENT_PENDING), hash.to_string()));
        assert_eq!(settle(&clearing, &request), settled(&draft));
        assert_eq!(facilitator.reconciled(), [None, Some(hash)]);
        assert_eq!(facilitator.settle_calls(), 1);
    }
}

#[test]
fn a_settlement_whose_caller_vanished_is_unknown_and_not_sent_again() {
    let (facilitator, draft) = (ScriptedFacilitator::willing().hesitating(2), Draft::v2());
    let (clearing, request) = (clearing(&facilitator), request(&draft));
    let mut polls = 0;
    while facilitator.settle_calls() == 0 {
        polls += 1;
        assert!(poll_and_drop(clearing.settle(&request), polls).is_none());
    }
    facilitator.next_reconcile(Ok(settled(&draft)));
    assert_eq!(settle(&clearing, &request), settled(&draft));
    assert_eq!(facilitator.settle_calls(), 1);
}

#[test]
fn a_refusal_is_final() {
    let (facilitator, draft) = (ScriptedFacilitator::willing(), Draft::v2());
    let (clearing, request) = (clearing(&facilitator), request(&draft));
    facilitator.next_settle(Ok(refused(Reason::INSUFFICIENT_FUNDS)));
    for _ in 0..2 {
        assert_eq!(settle(&clearing, &request).error_reason, Some(Reason::INSUFFICIENT_FUNDS));
    }
    says(&verify(&clearing, &request), &Reason::INSUFFICIENT_FUNDS);
    assert_eq!(facilitator.settle_calls(), 1);
}

#[test]
fn what_the_facilitator_behind_it_refuses_to_verify_is_not_settled() {
    let (facilitator, draft) = (ScriptedFacilitator::willing(), Draft::v1());
    let (clearing, request) = (clearing(&facilitator), request(&draft));
    for _ in 0..2 {
        facilitator.next_verify(Ok(VerifyResponse::invalid(Reason::INSUFFICIENT_FUNDS, None)));
    }
    says(&verify(&clearing, &request), &Reason::INSUFFICIENT_FUNDS);
    assert_eq!(settle(&clearing, &request).error_reason, Some(Reason::INSUFFICIENT_FUNDS));
    assert!(settle(&clearing, &request).success, "it was released");
}

#[test]
fn a_facilitator_that_cannot_be_asked_settles_nothing_and_the_payment_stays_good() {
    let (facilitator, draft) = (ScriptedFacilitator::willing(), Draft::v2());
    let (clearing, request) = (clearing(&facilitator), request(&draft));
    for _ in 0..2 {
        facilitator.next_verify(Err(ScriptedFacilitator::lost(Reach::MaybeSent)));
    }
    assert_eq!(block_on(clearing.verify(&request)).unwrap_err().kind(), RefusalKind::Unavailable);
    assert_eq!(settle(&clearing, &request).error_reason, Some(Reason::UNEXPECTED_VERIFY_ERROR));
    facilitator.next_verify(Ok(VerifyResponse::valid(PAY_TO)));
    assert_eq!(block_on(clearing.verify(&request)).unwrap_err().kind(), RefusalKind::Unavailable, "another's");
    assert!(settle(&clearing, &request).success);
}

#[test]
fn what_is_asked_must_be_a_kind_token_and_recipient_that_are_settled() {
    let (facilitator, draft) = (ScriptedFacilitator::willing(), Draft::v1());
    let open = clearing(&facilitator);
    let another = Draft { network: "base", ..draft.clone() };
    let cases = [
        (asking(&draft, "scheme", json!("upto")), Reason::UNSUPPORTED_SCHEME),
        (asking(&draft, "network", json!("base")), Reason::INVALID_NETWORK),
        (request(&another), Reason::INVALID_NETWORK),
        (asking(&draft, "asset", json!(PAY_TO.to_string())), Reason::INVALID_PAYMENT_REQUIREMENTS),
        (asking(&draft, "asset", json!("USD")), Reason::INVALID_PAYMENT_REQUIREMENTS),
        (asking(&draft, "payTo", json!("merchant")), Reason::INVALID_PAYMENT_REQUIREMENTS),
        (asking(&draft, "maxAmountRequired", json!("0")), Reason::INVALID_PAYMENT_REQUIREMENTS),
        (asking(&draft, "maxAmountRequired", json!("9999")), Reason::VALUE),
        (asking(&draft, "payTo", json!(buyer().address().to_string())), Reason::RECIPIENT_MISMATCH),
        (request(&draft.clone().with(|draft| draft.signer = crate::support::stranger())), Reason::INVALID_SIGNATURE),
    ];
    for (request, reason) in cases {
        says(&verify(&open, &request), &reason);
        let answer = settle(&open, &request);
        assert_eq!((answer.success, answer.error_reason), (false, Some(reason)));
        assert_eq!((answer.network.as_ref(), answer.transaction.as_str()), (Some(&request.requirements().network), ""));
    }
    let ours = clearing(&facilitator).recipients([Address::repeat_byte(1)]);
    says(&verify(&ours, &request(&draft)), &Reason::INVALID_PAYMENT_REQUIREMENTS);
    assert_eq!(calls(&facilitator), [0, 0, 0], "nobody was asked");
    assert!(verify(&clearing(&facilitator).recipients([PAY_TO]), &request(&draft)).is_valid);
}

/// Claims are remembered until payments expire, and whoever asks says how long a payment may take.
#[test]
fn attack_25_no_request_makes_a_payment_be_remembered_for_years() {
    let facilitator = ScriptedFacilitator::willing();
    let clearing = clearing(&facilitator);
    let day = x402_core::exact::MAX_VALIDITY.as_secs();
    let until = |valid_before: u64, max_timeout: u64| {
        let draft =
            Draft::v1().with(|draft| draft.authorization.valid_before = alloy_primitives::U256::from(valid_before));
        asking(&draft, "maxTimeoutSeconds", json!(max_timeout))
    };
    for (valid_before, max_timeout) in [(NOW + 2 * day + 1, u64::MAX), (u64::MAX, u64::MAX), (NOW + day + 61, 60)] {
        says(&verify(&clearing, &until(valid_before, max_timeout)), &Reason::VALID_BEFORE);
        let answer = settle(&clearing, &until(valid_before, max_timeout));
        assert_eq!(answer.error_reason, Some(Reason::VALID_BEFORE));
    }
    assert_eq!(calls(&facilitator), [0, 0, 0]);
    assert!(verify(&clearing, &until(NOW + 2 * day, u64::MAX)).is_valid);
    assert!(verify(&clearing, &until(NOW + day + 60, 60)).is_valid);
}

#[test]
fn another_scheme_is_not_settled_though_payment_and_requirements_agree_on_it() {
    let (facilitator, draft) = (ScriptedFacilitator::willing(), Draft::v1());
    let mut body = crate::support::json(&wire::encode_facilitator_request(&request(&draft)));
    body["paymentPayload"]["scheme"] = json!("upto");
    body["paymentRequirements"]["scheme"] = json!("upto");
    let request = wire::decode_facilitator_request(body.to_string().as_bytes()).unwrap();
    let clearing = clearing(&facilitator);
    assert_eq!(verify(&clearing, &request).invalid_reason, Some(Reason::UNSUPPORTED_SCHEME));
    assert_eq!(settle(&clearing, &request).error_reason, Some(Reason::UNSUPPORTED_SCHEME));
    assert_eq!(calls(&facilitator), [0, 0, 0]);
}

/// A store that is away.
struct Away;

impl ClaimStore for Away {
    async fn claim(&self, _: &NewClaim) -> Result<Claim, ClaimError> {
        Err(ClaimError::Unavailable("away".into()))
    }

    async fn record(&self, _: &Ticket, _: ClaimState) -> Result<(), ClaimError> {
        Err(ClaimError::Lost)
    }

    async fn release(&self, _: &Ticket) -> Result<(), ClaimError> {
        Err(ClaimError::Lost)
    }

    fn abandon(&self, _: &Ticket) {}
}

#[test]
fn without_claims_there_is_no_answer_since_it_may_have_settled_before() {
    let (facilitator, draft) = (ScriptedFacilitator::willing(), Draft::v2());
    let clearing = Clearing::new(gate(&facilitator).claims(Away), [usdc()]);
    let request = request(&draft);
    assert_eq!(block_on(clearing.verify(&request)).unwrap_err().kind(), RefusalKind::Unavailable);
    assert_eq!(block_on(clearing.settle(&request)).unwrap_err().kind(), RefusalKind::Unavailable);
    assert_eq!(calls(&facilitator), [0, 0, 0]);
}

#[test]
fn a_request_names_the_version_of_its_payment() {
    let mut body = crate::support::json(&wire::encode_facilitator_request(&request(&Draft::v1())));
    assert_eq!(body["x402Version"], json!(1));
    body["x402Version"] = json!(2);
    let error = wire::decode_facilitator_request(body.to_string().as_bytes()).unwrap_err();
    assert_eq!(error.kind(), wire::DecodeErrorKind::Version);
    body.as_object_mut().unwrap().remove("x402Version");
    let read = wire::decode_facilitator_request(body.to_string().as_bytes()).unwrap();
    assert_eq!(read.requirements().network, Network::BASE_SEPOLIA);
}
