//! Asking on about a settlement, while its claim is held.

use std::sync::Arc;

use alloy_primitives::B256;
use x402_core::{
    Network, Reason, SettleResponse, UnixSeconds,
    claim::{ClaimState, MemoryClaims},
    facilitator::Reach,
    server::{Asked, Gate, Pending, RefusalKind},
    testing::ScriptedFacilitator,
};

use crate::{
    expect::{ask, calls, gate, is_402, is_pending, is_served, pending, refused, settled, transaction},
    support::{BOTH, Draft, NOW, block_on, buyer, offers},
};
const HASH: B256 = B256::repeat_byte(0xaa);
const OTHER: B256 = B256::repeat_byte(0xbb);

type Asking = Box<Pending<Arc<ScriptedFacilitator>, Arc<MemoryClaims>>>;

/// A settlement that answers this, and what to ask on with.
fn unsettled(gate: &Gate<ScriptedFacilitator>, draft: &Draft) -> (x402_core::server::Refusal, Option<Asking>) {
    let admission = block_on(gate.admit(&offers(), draft.payload())).unwrap();
    block_on(admission.settle()).unwrap_err().into_parts()
}

fn asking(
    facilitator: &ScriptedFacilitator,
    draft: &Draft,
    named: Option<B256>,
) -> (Gate<ScriptedFacilitator>, Asking) {
    let gate = gate(facilitator);
    facilitator.next_settle(Ok(pending(named)));
    let (refusal, asking) = unsettled(&gate, draft);
    assert!(refusal.may_have_settled());
    (gate, asking.unwrap())
}

#[test]
fn only_an_unknown_settlement_is_asked_about() {
    let draft = Draft::v2();
    for (answer, kind, asks) in [
        (Ok(refused(Reason::INSUFFICIENT_FUNDS)), RefusalKind::SettlementRefused, false),
        (Err(ScriptedFacilitator::lost(Reach::NotSent)), RefusalKind::Unavailable, false),
        (Err(ScriptedFacilitator::lost(Reach::MaybeSent)), RefusalKind::SettlementUnknown, true),
        (Err(ScriptedFacilitator::lost(Reach::Answered)), RefusalKind::SettlementUnknown, true),
        (Ok(refused(Reason::NONCE_USED)), RefusalKind::SettlementUnknown, true),
        (Ok(SettleResponse::settled(HASH, Network::BASE, buyer().address())), RefusalKind::SettlementUnknown, true),
    ] {
        let facilitator = ScriptedFacilitator::willing();
        facilitator.next_settle(answer);
        let (refusal, asking) = unsettled(&gate(&facilitator), &draft);
        assert_eq!((refusal.kind(), asking.is_some()), (kind, asks));
    }
}

#[test]
fn it_says_what_it_asks_about() {
    let (facilitator, draft) = (ScriptedFacilitator::willing(), Draft::v1());
    let (_gate, asking) = asking(&facilitator, &draft, Some(HASH));
    assert_eq!((asking.key(), asking.transaction()), (&draft.key(), Some(HASH)));
    assert_eq!((asking.payment().payer, asking.payment().receipt.as_ref()), (buyer().address(), None));
    assert_eq!(asking.expires(), UnixSeconds::from_secs(NOW + 60));
    let shown = format!("{asking:?}");
    let signature = draft.json()["payload"]["signature"].as_str().unwrap()[2..].to_owned();
    assert!(shown.contains("payer") && !shown.contains(&signature), "{shown}");
}

#[test]
fn while_it_is_asked_about_whoever_presents_the_payment_is_told_to_wait_and_does_not_ask() {
    for draft in BOTH.map(Draft::of) {
        let facilitator = ScriptedFacilitator::willing();
        let (gate, asking) = asking(&facilitator, &draft, Some(HASH));
        is_pending(&ask(&gate, &draft), draft.version, &HASH.to_string());
        let Asked::Pending(asking) = block_on(asking.ask()) else { panic!("not known yet") };
        is_pending(&ask(&gate, &draft), draft.version, &HASH.to_string());
        assert_eq!(calls(&facilitator), [1, 1, 1], "only its holder asks");
        // Given up, the next one asks.
        drop(asking);
        assert_eq!(gate.claim_store().state(&draft.key()), Some(ClaimState::Unknown(Some(HASH))));
        facilitator.next_reconcile(Ok(settled(&draft)));
        is_served(&ask(&gate, &draft), &draft);
        assert_eq!(calls(&facilitator), [1, 1, 2]);
    }
}

#[test]
fn it_is_asked_until_it_settled_and_its_content_is_handed_over_once() {
    let (facilitator, draft) = (ScriptedFacilitator::willing(), Draft::v2());
    let (gate, mut asking) = asking(&facilitator, &draft, None);
    facilitator.next_reconcile(Ok(pending(None)));
    facilitator.next_reconcile(Err(ScriptedFacilitator::lost(Reach::MaybeSent)));
    facilitator.next_reconcile(Ok(SettleResponse::settled(HASH, Network::BASE, buyer().address())));
    facilitator.next_reconcile(Ok(pending(None)));
    for named in [None, None, Some(HASH), Some(HASH)] {
        let Asked::Pending(again) = block_on(asking.ask()) else { panic!("not known yet") };
        asking = again;
        assert_eq!(asking.transaction(), named, "a transaction that was named once is kept");
    }
    facilitator.next_reconcile(Ok(settled(&draft)));
    let Asked::Settled(done) = block_on(asking.ask()) else { panic!("it settled") };
    assert_eq!(done.receipt().transaction, transaction(&draft));
    assert_eq!(facilitator.reconciled(), [None, None, None, Some(HASH), Some(HASH)]);
    let copy = block_on(gate.admit(&offers(), draft.payload())).unwrap_err();
    assert_eq!(copy.kind(), RefusalKind::InFlight, "being handed over");
    block_on(done.deliver());
    is_402(&ask(&gate, &draft), &Reason::NONCE_USED);
    assert_eq!(calls(&facilitator), [1, 1, 5]);
}

#[test]
fn settled_in_the_end_and_not_handed_over_it_is_owed_to_whoever_presents_it() {
    let (facilitator, draft) = (ScriptedFacilitator::willing(), Draft::v2());
    let (gate, asking) = asking(&facilitator, &draft, None);
    facilitator.next_reconcile(Ok(settled(&draft)));
    drop(block_on(asking.ask()));
    is_served(&ask(&gate, &draft), &draft);
    assert_eq!(calls(&facilitator), [1, 1, 1]);
}

#[test]
fn it_is_asked_until_it_was_refused() {
    let (facilitator, draft) = (ScriptedFacilitator::willing(), Draft::v2());
    let (gate, asking) = asking(&facilitator, &draft, None);
    let reason = Reason::INVALID_TRANSACTION_STATE;
    facilitator.next_reconcile(Ok(refused(reason.clone())));
    let Asked::Refused(refusal) = block_on(asking.ask()) else { panic!("it was refused") };
    assert_eq!((refusal.kind(), refusal.reason()), (RefusalKind::SettlementRefused, Some(&reason)));
    assert_eq!(gate.claim_store().state(&draft.key()), Some(ClaimState::Rejected(reason.clone())));
    is_402(&ask(&gate, &draft), &reason);
    assert_eq!(calls(&facilitator), [1, 1, 1]);
}

#[test]
fn a_transaction_that_was_named_while_asking_outlives_the_one_who_asked() {
    for before in [None, Some(HASH)] {
        let (facilitator, draft) = (ScriptedFacilitator::willing(), Draft::v2());
        let (gate, asking) = asking(&facilitator, &draft, before);
        facilitator.next_reconcile(Ok(pending(Some(OTHER))));
        let asked = block_on(asking.ask());
        assert_eq!(gate.claim_store().state(&draft.key()), Some(ClaimState::Unknown(Some(OTHER))));
        // Whoever waits is told too.
        is_pending(&ask(&gate, &draft), draft.version, &OTHER.to_string());
        drop(asked);
        is_pending(&ask(&gate, &draft), draft.version, &OTHER.to_string());
        assert_eq!(facilitator.reconciled(), [before, Some(OTHER)]);
    }
}
