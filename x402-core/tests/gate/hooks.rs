//! Hooks: what they see, what they decide, and how they fail.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use alloy_primitives::B256;
use http::StatusCode;
use x402_core::{
    Reason, Receipt,
    error::BoxError,
    facilitator::Reach,
    server::{Asked, Decision, Gate, Hooks, Payment, RefusalKind},
    testing::ScriptedFacilitator,
};

use crate::{
    expect::{
        ask, calls, gate, is_402, is_pending, is_refused, is_served, is_unavailable, pending, refused, serve, settled,
        transaction,
    },
    support::{BOTH, Draft, block_on, buyer, join_all, offers},
};

#[derive(Clone, Debug, PartialEq, Eq)]
enum Seen {
    BeforeVerify,
    AfterVerify,
    AfterSettle(B256),
    OnUnknown(Option<B256>),
}

type Verdicts = Mutex<VecDeque<Result<Decision, BoxError>>>;

/// Writes down what it sees, with how often the facilitator was asked by then.
#[derive(Default)]
struct Watcher {
    seen: Mutex<Vec<(Seen, [usize; 3])>>,
    before: Verdicts,
    after: Verdicts,
    facilitator: ScriptedFacilitator,
}

/// The hooks of a gate are its own; these are shared with the test.
struct Shared(Arc<Watcher>);

impl Watcher {
    fn saw(&self, payment: &Payment, seen: Seen) {
        assert_eq!(payment.payer, buyer().address());
        self.seen.lock().unwrap().push((seen, calls(&self.facilitator)));
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().iter().map(|(seen, _)| seen.clone()).collect()
    }

    fn next(verdicts: &Verdicts) -> Result<Decision, BoxError> {
        verdicts.lock().unwrap().pop_front().unwrap_or(Ok(Decision::Proceed))
    }
}

impl Hooks for Shared {
    async fn before_verify(&self, payment: &Payment) -> Result<Decision, BoxError> {
        self.0.saw(payment, Seen::BeforeVerify);
        Watcher::next(&self.0.before)
    }

    async fn after_verify(&self, payment: &Payment) -> Result<Decision, BoxError> {
        self.0.saw(payment, Seen::AfterVerify);
        Watcher::next(&self.0.after)
    }

    async fn after_settle(&self, payment: &Payment, receipt: &Receipt) {
        self.0.saw(payment, Seen::AfterSettle(receipt.transaction));
    }

    async fn on_unknown(&self, payment: &Payment, transaction: Option<B256>) {
        self.0.saw(payment, Seen::OnUnknown(transaction));
    }
}

fn watched() -> (Arc<Watcher>, ScriptedFacilitator, Gate<ScriptedFacilitator>) {
    let watcher = Arc::new(Watcher::default());
    let facilitator = watcher.facilitator.clone();
    let gate = gate(&facilitator).hooks(Shared(Arc::clone(&watcher)));
    (watcher, facilitator, gate)
}

#[test]
fn each_hook_is_called_once_and_in_its_place() {
    for draft in BOTH.map(Draft::of) {
        let (watcher, _, gate) = watched();
        is_served(&ask(&gate, &draft), &draft);
        let expected = [
            (Seen::BeforeVerify, [0, 0, 0]),
            (Seen::AfterVerify, [1, 0, 0]),
            (Seen::AfterSettle(transaction(&draft)), [1, 1, 0]),
        ];
        assert_eq!(*watcher.seen.lock().unwrap(), expected);
        // A copy is stopped before any of them.
        is_402(&ask(&gate, &draft), &Reason::NONCE_USED);
        assert_eq!(watcher.seen().len(), 3);
    }
}

#[test]
fn after_verify_is_for_payments_that_would_settle() {
    let (watcher, facilitator, gate) = watched();
    let invalid = x402_core::VerifyResponse::invalid(Reason::INSUFFICIENT_FUNDS, None);
    facilitator.next_verify(Ok(invalid));
    is_402(&ask(&gate, &Draft::v2()), &Reason::INSUFFICIENT_FUNDS);
    facilitator.next_verify(Err(ScriptedFacilitator::lost(Reach::MaybeSent)));
    is_unavailable(&ask(&gate, &Draft::v2()));
    assert_eq!(watcher.seen(), [Seen::BeforeVerify, Seen::BeforeVerify]);
}

#[test]
fn a_payment_that_fails_the_local_check_reaches_no_hook() {
    let (watcher, _, gate) = watched();
    is_402(
        &ask(&gate, &Draft::v2().with(|draft| draft.signer = crate::support::stranger())),
        &Reason::INVALID_SIGNATURE,
    );
    assert_eq!(watcher.seen(), []);
}

#[test]
fn a_granted_payment_is_not_verified_and_has_to_settle_all_the_same() {
    let (watcher, facilitator, gate) = watched();
    watcher.before.lock().unwrap().push_back(Ok(Decision::Grant));
    let draft = Draft::v2().nonce(1);
    is_served(&ask(&gate, &draft), &draft);
    assert_eq!(calls(&facilitator), [0, 1, 0]);
    assert_eq!(watcher.seen(), [Seen::BeforeVerify, Seen::AfterVerify, Seen::AfterSettle(transaction(&draft))]);
    // What is granted and does not settle is not served.
    watcher.before.lock().unwrap().push_back(Ok(Decision::Grant));
    facilitator.next_settle(Ok(refused(Reason::INSUFFICIENT_FUNDS)));
    let draft = Draft::v2().nonce(2);
    is_refused(&ask(&gate, &draft), &draft, &Reason::INSUFFICIENT_FUNDS);
    // After verification it changes nothing.
    watcher.after.lock().unwrap().push_back(Ok(Decision::Grant));
    let draft = Draft::v2().nonce(3);
    is_served(&ask(&gate, &draft), &draft);
    assert_eq!(calls(&facilitator), [1, 3, 0]);
}

#[test]
fn a_granted_payment_is_still_refused_by_the_hook_after_it() {
    let (watcher, facilitator, gate) = watched();
    watcher.before.lock().unwrap().push_back(Ok(Decision::Grant));
    watcher.after.lock().unwrap().push_back(Ok(Decision::Refuse(Reason::parse("payer_blocked").unwrap())));
    is_402(&ask(&gate, &Draft::v2()), &Reason::parse("payer_blocked").unwrap());
    assert_eq!(calls(&facilitator), [0, 0, 0]);
}

#[test]
fn a_refused_payment_is_a_402_with_the_hooks_code_and_is_released() {
    for draft in BOTH.map(Draft::of) {
        for (after, verified) in [(false, 0), (true, 1)] {
            let (watcher, facilitator, gate) = watched();
            let code = Reason::parse("payer_blocked").unwrap();
            let verdicts = if after { &watcher.after } else { &watcher.before };
            verdicts.lock().unwrap().push_back(Ok(Decision::Refuse(code.clone())));
            is_402(&ask(&gate, &draft), &code);
            assert_eq!(calls(&facilitator), [verified, 0, 0]);
            assert!(gate.claim_store().is_empty());
            is_served(&ask(&gate, &draft), &draft);
        }
    }
}

#[test]
fn a_hook_that_fails_is_a_503_and_the_payment_is_released() {
    for draft in BOTH.map(Draft::of) {
        for (after, verified) in [(false, 0), (true, 1)] {
            let (watcher, facilitator, gate) = watched();
            let verdicts = if after { &watcher.after } else { &watcher.before };
            verdicts.lock().unwrap().push_back(Err("10.0.0.7:5432 said SECRET".into()));
            // Its words are for the server's own log.
            is_unavailable(&ask(&gate, &draft));
            assert_eq!(calls(&facilitator), [verified, 0, 0]);
            assert!(gate.claim_store().is_empty());
            verdicts.lock().unwrap().push_back(Err("10.0.0.7:5432 said SECRET".into()));
            let refusal = block_on(gate.admit(&offers(), draft.payload())).unwrap_err();
            assert_eq!(refusal.kind(), RefusalKind::Unavailable);
            assert!(!refusal.to_string().contains("SECRET"));
            is_served(&ask(&gate, &draft), &draft);
        }
    }
}

#[test]
fn hooks_are_called_where_verification_is_left_out_too() {
    let (watcher, facilitator, gate) = watched();
    let gate = gate.verify(false);
    let draft = Draft::v2();
    is_served(&ask(&gate, &draft), &draft);
    assert_eq!(watcher.seen(), [Seen::BeforeVerify, Seen::AfterVerify, Seen::AfterSettle(transaction(&draft))]);
    assert_eq!(calls(&facilitator), [0, 1, 0]);
}

#[test]
fn of_twenty_copies_one_reaches_the_hooks() {
    let (watcher, _, gate) = watched();
    let (draft, offers) = (Draft::v2(), offers());
    let headers = draft.headers();
    let responses = join_all((0..20).map(|_| serve(&gate, &offers, &headers)));
    assert_eq!(responses.iter().filter(|response| response.status() == StatusCode::OK).count(), 1);
    assert_eq!(watcher.seen().len(), 3);
}

#[test]
fn on_unknown_is_called_once_and_after_settle_when_it_is_known() {
    let hash = B256::repeat_byte(0xaa);
    for named in [None, Some(hash)] {
        let (watcher, facilitator, gate) = watched();
        let draft = Draft::v2();
        facilitator.next_settle(Ok(pending(named)));
        let text = named.map(|hash| hash.to_string()).unwrap_or_default();
        is_pending(&ask(&gate, &draft), draft.version, &text);
        let so_far = [Seen::BeforeVerify, Seen::AfterVerify, Seen::OnUnknown(named)];
        assert_eq!(watcher.seen(), so_far);
        // Still not known is no news.
        is_pending(&ask(&gate, &draft), draft.version, &text);
        assert_eq!(watcher.seen(), so_far);
        facilitator.next_reconcile(Ok(settled(&draft)));
        is_served(&ask(&gate, &draft), &draft);
        assert_eq!(watcher.seen()[3..], [Seen::AfterSettle(transaction(&draft))]);
        assert_eq!(calls(&facilitator), [1, 1, 2]);
    }
}

#[test]
fn after_settle_is_called_once_by_the_one_who_asked_and_not_when_the_content_is_fetched_later() {
    let (watcher, facilitator, gate) = watched();
    let draft = Draft::v2();
    facilitator.next_settle(Ok(pending(None)));
    let admission = block_on(gate.admit(&offers(), draft.payload())).unwrap();
    let (_, asking) = block_on(admission.settle()).unwrap_err().into_parts();
    let Asked::Pending(asking) = block_on(asking.unwrap().ask()) else { panic!("not known yet") };
    assert_eq!(watcher.seen()[2..], [Seen::OnUnknown(None)]);
    facilitator.next_reconcile(Ok(settled(&draft)));
    drop(block_on(asking.ask()));
    assert_eq!(watcher.seen()[3..], [Seen::AfterSettle(transaction(&draft))]);
    is_served(&ask(&gate, &draft), &draft);
    assert_eq!(watcher.seen().len(), 4);
}

#[test]
fn a_settlement_that_was_refused_or_never_sent_calls_no_hook() {
    for answer in [Ok(refused(Reason::INSUFFICIENT_FUNDS)), Err(ScriptedFacilitator::lost(Reach::NotSent))] {
        let (watcher, facilitator, gate) = watched();
        facilitator.next_settle(answer);
        assert_ne!(ask(&gate, &Draft::v2()).status(), StatusCode::OK);
        assert_eq!(watcher.seen(), [Seen::BeforeVerify, Seen::AfterVerify]);
    }
    let (watcher, facilitator, gate) = watched();
    facilitator.next_settle(Ok(pending(None)));
    is_pending(&ask(&gate, &Draft::v2()), Draft::v2().version, "");
    facilitator.next_reconcile(Ok(refused(Reason::INSUFFICIENT_FUNDS)));
    is_refused(&ask(&gate, &Draft::v2()), &Draft::v2(), &Reason::INSUFFICIENT_FUNDS);
    assert_eq!(watcher.seen(), [Seen::BeforeVerify, Seen::AfterVerify, Seen::OnUnknown(None)]);
}
