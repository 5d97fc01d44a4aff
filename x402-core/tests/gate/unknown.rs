//! A settlement whose outcome is not known, and whoever presents its payment again.

use alloy_primitives::B256;
use http::{StatusCode, header::RETRY_AFTER};
use x402_core::{
    Network, Reason, SettleResponse,
    claim::ClaimState,
    facilitator::{FacilitatorError, Reach},
    server::{Gate, RefusalKind},
    testing::ScriptedFacilitator,
};

use crate::{
    expect::{
        ask, calls, gate, is_402, is_pending, is_refused, is_served, pending, refused, serve, settled, transaction,
    },
    store::{Broken, Call, breaking},
    support::{BOTH, Draft, block_on, buyer, join_all, offers, offers_at, poll_and_drop, stranger},
};

const HASH: B256 = B256::repeat_byte(0xaa);
const OTHER: B256 = B256::repeat_byte(0xbb);

/// A gate at which this payment is unknown, with this transaction, and nobody holds it.
fn unknown(facilitator: &ScriptedFacilitator, draft: &Draft, named: Option<B256>) -> Gate<ScriptedFacilitator> {
    let gate = gate(facilitator);
    facilitator.next_settle(Ok(pending(named)));
    is_pending(&ask(&gate, draft), draft.version, &text(named));
    assert_eq!(gate.claim_store().state(&draft.key()), Some(ClaimState::Unknown(named)));
    assert_eq!(calls(facilitator), [1, 1, 0]);
    gate
}

fn text(transaction: Option<B256>) -> String {
    transaction.map(|hash| hash.to_string()).unwrap_or_default()
}

#[test]
fn attack_22_presented_again_a_payment_that_settled_is_asked_about_once_and_served() {
    for draft in BOTH.map(Draft::of) {
        let facilitator = ScriptedFacilitator::willing();
        let gate = unknown(&facilitator, &draft, None);
        facilitator.next_reconcile(Ok(settled(&draft)));
        is_served(&ask(&gate, &draft), &draft);
        assert_eq!(calls(&facilitator), [1, 1, 1], "it is not verified again, and not settled again");
        assert_eq!(gate.claim_store().state(&draft.key()), Some(ClaimState::Delivered));
        is_402(&ask(&gate, &draft), &Reason::NONCE_USED);
        assert_eq!(calls(&facilitator), [1, 1, 1]);
    }
}

#[test]
fn presented_again_a_payment_that_settled_is_admitted_with_its_receipt() {
    let (facilitator, draft) = (ScriptedFacilitator::willing(), Draft::v2());
    let gate = unknown(&facilitator, &draft, Some(HASH));
    facilitator.next_reconcile(Ok(settled(&draft)));
    let admission = block_on(gate.admit(&offers(), draft.payload())).unwrap();
    let receipt = admission.payment().receipt.clone().unwrap();
    assert_eq!((receipt.transaction, receipt.payer), (transaction(&draft), buyer().address()));
    assert_eq!(gate.claim_store().state(&draft.key()), Some(ClaimState::Settled(receipt.clone())));
    let copy = block_on(gate.admit(&offers(), draft.payload())).unwrap_err();
    assert_eq!(copy.kind(), RefusalKind::InFlight);
    // Its work fails: the content is still owed, and nobody is asked again.
    block_on(admission.release());
    assert_eq!(gate.claim_store().state(&draft.key()), Some(ClaimState::Settled(receipt)));
    is_served(&ask(&gate, &draft), &draft);
    assert_eq!(calls(&facilitator), [1, 1, 1]);
}

#[test]
fn presented_again_a_payment_that_was_refused_is_a_402_with_a_failed_receipt() {
    for draft in BOTH.map(Draft::of) {
        let facilitator = ScriptedFacilitator::willing();
        let gate = unknown(&facilitator, &draft, None);
        let reason = Reason::INVALID_TRANSACTION_STATE;
        facilitator.next_reconcile(Ok(refused(reason.clone())));
        is_refused(&ask(&gate, &draft), &draft, &reason);
        assert_eq!(gate.claim_store().state(&draft.key()), Some(ClaimState::Rejected(reason.clone())));
        is_402(&ask(&gate, &draft), &reason);
        assert_eq!(calls(&facilitator), [1, 1, 1], "a refusal is not asked about again");
    }
}

type Answer = Result<SettleResponse, FacilitatorError>;

/// Answers to `reconcile` that prove nothing.
fn no_news() -> Vec<Answer> {
    let payer = buyer().address();
    vec![
        Ok(pending(None)),
        Ok(refused(Reason::NONCE_USED)),
        Ok(SettleResponse::settled(B256::ZERO, Network::BASE_SEPOLIA, payer)),
        Err(ScriptedFacilitator::lost(Reach::NotSent)),
        Err(ScriptedFacilitator::lost(Reach::MaybeSent)),
        Err(ScriptedFacilitator::lost(Reach::Answered)),
    ]
}

#[test]
fn attack_22_presented_again_a_payment_still_pending_is_a_503_and_its_transaction_is_kept() {
    for draft in BOTH.map(Draft::of) {
        for named in [None, Some(HASH)] {
            let facilitator = ScriptedFacilitator::willing();
            let gate = unknown(&facilitator, &draft, named);
            let answers = no_news();
            let times = answers.len();
            for answer in answers {
                facilitator.next_reconcile(answer);
                is_pending(&ask(&gate, &draft), draft.version, &text(named));
                assert_eq!(gate.claim_store().state(&draft.key()), Some(ClaimState::Unknown(named)));
            }
            assert_eq!(facilitator.reconciled(), vec![named; times]);
            assert_eq!(calls(&facilitator), [1, 1, times]);
            // And once it is known it is served.
            facilitator.next_reconcile(Ok(settled(&draft)));
            is_served(&ask(&gate, &draft), &draft);
        }
    }
}

#[test]
fn attack_21_a_transaction_that_reconciliation_names_first_is_kept() {
    let payer = buyer().address();
    let mut spent = refused(Reason::NONCE_USED);
    spent.transaction = OTHER.to_string();
    let naming: [SettleResponse; 4] = [
        pending(Some(OTHER)),
        // Successes that do not fit, which name a transaction all the same.
        SettleResponse::settled(OTHER, Network::BASE, payer),
        SettleResponse::settled(OTHER, Network::BASE_SEPOLIA, stranger().address()),
        spent,
    ];
    for answer in naming {
        // Also in the place of one that was replaced.
        for before in [None, Some(HASH)] {
            let (facilitator, draft) = (ScriptedFacilitator::willing(), Draft::v2());
            let gate = unknown(&facilitator, &draft, before);
            facilitator.next_reconcile(Ok(answer.clone()));
            is_pending(&ask(&gate, &draft), draft.version, &text(Some(OTHER)));
            assert_eq!(gate.claim_store().state(&draft.key()), Some(ClaimState::Unknown(Some(OTHER))));
            is_pending(&ask(&gate, &draft), draft.version, &text(Some(OTHER)));
            assert_eq!(facilitator.reconciled(), [before, Some(OTHER)]);
        }
    }
}

#[test]
fn attack_4_of_twenty_copies_of_an_unknown_payment_one_asks_and_the_others_are_told_to_wait() {
    let (facilitator, draft) = (ScriptedFacilitator::willing().hesitating(3), Draft::v2());
    let gate = unknown(&facilitator, &draft, Some(HASH));
    facilitator.next_reconcile(Ok(settled(&draft)));
    let (headers, offers) = (draft.headers(), offers());
    let responses = join_all((0..20).map(|_| serve(&gate, &offers, &headers)));
    let (served, waiting): (Vec<_>, Vec<_>) =
        responses.iter().partition(|response| response.status() == StatusCode::OK);
    assert_eq!((served.len(), waiting.len()), (1, 19));
    is_served(served[0], &draft);
    for response in waiting {
        is_pending(response, draft.version, &text(Some(HASH)));
    }
    assert_eq!(calls(&facilitator), [1, 1, 1]);
}

#[test]
fn attack_4_copies_of_an_unknown_payment_on_several_threads_are_served_once() {
    let (facilitator, draft) = (ScriptedFacilitator::willing(), Draft::v2());
    let gate = unknown(&facilitator, &draft, None);
    facilitator.next_reconcile(Ok(settled(&draft)));
    let served = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| ask(&gate, &draft).status())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).filter(|status| *status == StatusCode::OK).count()
    });
    assert_eq!(served, 1);
    assert_eq!(calls(&facilitator), [1, 1, 1]);
}

#[test]
fn attack_5_an_unknown_payment_presented_for_another_resource_asks_nobody() {
    let (facilitator, draft) = (ScriptedFacilitator::willing(), Draft::v1());
    let gate = unknown(&facilitator, &draft, None);
    facilitator.next_reconcile(Ok(settled(&draft)));
    let elsewhere = offers_at("https://api.example.com/other");
    is_402(&block_on(serve(&gate, &elsewhere, &draft.headers())), &Reason::NONCE_USED);
    assert_eq!(calls(&facilitator), [1, 1, 0]);
    is_served(&ask(&gate, &draft), &draft);
}

/// A settlement that was cut off in the middle, as when its task was killed.
#[test]
fn a_settlement_that_was_dropped_is_asked_about_when_its_payment_is_presented_again() {
    let (facilitator, draft) = (ScriptedFacilitator::willing().hesitating(2), Draft::v2());
    let gate = gate(&facilitator);
    let admission = block_on(gate.admit(&offers(), draft.payload())).unwrap();
    assert!(poll_and_drop(admission.settle(), 1).is_none());
    assert_eq!(gate.claim_store().state(&draft.key()), Some(ClaimState::Unknown(None)));
    facilitator.next_reconcile(Ok(settled(&draft)));
    is_served(&ask(&gate, &draft), &draft);
    assert_eq!(calls(&facilitator), [1, 1, 1]);
}

/// Attack 2: somebody saw the authorization and put it on chain first. The money moved, to us.
#[test]
fn attack_2_a_nonce_that_is_spent_when_it_is_settled_is_unknown_until_it_is_asked_about() {
    for draft in BOTH.map(Draft::of) {
        let facilitator = ScriptedFacilitator::willing();
        let gate = gate(&facilitator);
        facilitator.next_settle(Ok(refused(Reason::NONCE_USED)));
        is_pending(&ask(&gate, &draft), draft.version, "");
        assert_eq!(gate.claim_store().state(&draft.key()), Some(ClaimState::Unknown(None)));
        facilitator.next_reconcile(Ok(settled(&draft)));
        is_served(&ask(&gate, &draft), &draft);
        assert_eq!(calls(&facilitator), [1, 1, 1]);
    }
}

/// A gate whose store fails at one call, and at which this payment is unknown and nobody holds it.
fn unknown_and_breaking(
    facilitator: &ScriptedFacilitator,
    draft: &Draft,
    at: Call,
) -> Gate<ScriptedFacilitator, Broken> {
    let gate = breaking(facilitator, at);
    // The store cannot write down the outcome, so that the claim is unknown once it is let go.
    facilitator.next_settle(Err(ScriptedFacilitator::lost(Reach::MaybeSent)));
    is_pending(&ask(&gate, draft), draft.version, "");
    assert_eq!(gate.claim_store().inner.state(&draft.key()), Some(ClaimState::Unknown(None)));
    gate
}

#[test]
fn a_store_that_cannot_write_down_what_was_found_out_serves_the_payer_and_frees_nothing() {
    for (at, end) in [(Call::Outcome, None), (Call::Delivered, Some("settled")), (Call::Release, Some("delivered"))] {
        let (facilitator, draft) = (ScriptedFacilitator::willing(), Draft::v2());
        let gate = unknown_and_breaking(&facilitator, &draft, at);
        // Not yet: it can be asked about again, whatever the store cannot do.
        is_pending(&ask(&gate, &draft), draft.version, "");
        facilitator.next_reconcile(Ok(settled(&draft)));
        is_served(&ask(&gate, &draft), &draft);
        let state = gate.claim_store().inner.state(&draft.key());
        match end {
            Some("settled") => assert!(matches!(state, Some(ClaimState::Settled(_))), "{state:?}"),
            _ => assert_eq!(state, Some(ClaimState::Delivered), "{at:?}"),
        }
        assert_eq!(facilitator.settle_calls(), 1);
    }
    let (facilitator, draft) = (ScriptedFacilitator::willing(), Draft::v2());
    let gate = unknown_and_breaking(&facilitator, &draft, Call::Outcome);
    facilitator.next_reconcile(Ok(refused(Reason::INVALID_TRANSACTION_STATE)));
    is_refused(&ask(&gate, &draft), &draft, &Reason::INVALID_TRANSACTION_STATE);
    assert_eq!(gate.claim_store().inner.state(&draft.key()), Some(ClaimState::Unknown(None)), "asked about again");
}

#[test]
fn a_store_that_is_down_does_not_ask_about_anything() {
    let (facilitator, draft) = (ScriptedFacilitator::willing(), Draft::v2());
    let gate = breaking(&facilitator, Call::Claim);
    let response = ask(&gate, &draft);
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.headers().contains_key(RETRY_AFTER));
    assert_eq!(calls(&facilitator), [0, 0, 0]);
}
