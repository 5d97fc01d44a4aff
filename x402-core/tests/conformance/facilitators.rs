//! Facilitators that conform, and that do not.

use alloy_primitives::{Address, B256, U256};
use x402_core::{
    FacilitatorRequest, Network, Reason, SettleResponse, VerifyResponse,
    reason::ReasonKind,
    testing::{ScriptedFacilitator, conformance::facilitator},
};

use crate::{
    ledger::{Fault, Ledger},
    support::{BOTH, Draft, NOW, block_on, buyer, offer, offers, stranger},
};

fn request(draft: &Draft) -> FacilitatorRequest {
    FacilitatorRequest::new(draft.payload(), offer().requirements().clone(), offers().resource().clone())
}

fn good(nonce: u8) -> FacilitatorRequest {
    request(&Draft::of(BOTH[usize::from(nonce % 2)]).nonce(nonce))
}

fn payments() -> facilitator::Fixture {
    let mut fixture =
        facilitator::Fixture::new().payable(good(1)).payable(good(2)).contested(good(3)).contested(good(4));
    for version in BOTH {
        let bent = |bend: fn(&mut Draft)| request(&Draft::of(version).nonce(9).with(bend));
        let underfunded = bent(|draft| {
            draft.signer = stranger();
            draft.authorization.from = stranger().address();
        });
        fixture = fixture
            .invalid(underfunded, [ReasonKind::InsufficientFunds])
            .invalid(bent(|draft| draft.authorization.valid_before = U256::from(NOW)), [ReasonKind::Expired])
            .invalid(bent(|draft| draft.authorization.valid_after = U256::from(NOW + 9)), [ReasonKind::TooEarly])
            .invalid(bent(|draft| draft.signer = stranger()), [ReasonKind::Signature])
            .invalid(bent(|draft| draft.authorization.value -= U256::ONE), [ReasonKind::Amount])
            .invalid(bent(|draft| draft.authorization.to = Address::ZERO), []);
    }
    fixture
}

#[test]
fn facilitators_that_remember_and_that_refuse_what_is_settled_conform() {
    for remembers in [true, false] {
        let mut ledger = Ledger::new(Fault::None);
        ledger.remembers = remembers;
        block_on(facilitator::all(&ledger, &payments()));
        assert_eq!(ledger.spent.lock().unwrap().len(), 4);
        if !remembers {
            block_on(facilitator::refuses(&ledger, &good(1), &[ReasonKind::NonceUsed]));
        }
    }
}

#[test]
fn the_scripted_facilitator_conforms() {
    let willing = ScriptedFacilitator::willing().hesitating(2);
    let fixture = facilitator::Fixture::new().payable(good(1)).payable(good(2)).contested(good(3));
    block_on(facilitator::all(&willing, &fixture));
    let scripted = ScriptedFacilitator::willing();
    scripted.next_verify(Ok(VerifyResponse::invalid(Reason::INSUFFICIENT_FUNDS, None)));
    let failed = SettleResponse::failed(Reason::INSUFFICIENT_FUNDS, Network::BASE_SEPOLIA, None);
    scripted.next_settle(Ok(failed));
    block_on(facilitator::refuses(&scripted, &good(4), &[ReasonKind::InsufficientFunds]));
}

#[test]
#[should_panic(expected = "a payment settles in one transaction")]
fn a_facilitator_that_settles_twice_is_caught() {
    block_on(facilitator::settles_once(&Ledger::new(Fault::SettlesTwice), &good(1)));
}

#[test]
#[should_panic(expected = "copies of a payment that are settled at once settle once")]
fn a_facilitator_that_settles_copies_is_caught() {
    block_on(facilitator::settles_copies_once(&Ledger::new(Fault::SettlesTwice), &good(1)));
}

#[test]
#[should_panic(expected = "a bad payment is invalid")]
fn a_facilitator_that_says_yes_to_everything_is_caught() {
    block_on(facilitator::all(&ScriptedFacilitator::willing(), &payments()));
}

#[test]
#[should_panic(expected = "a good payment settles, with its network, payer and transaction")]
fn a_facilitator_that_says_success_without_a_transaction_is_caught() {
    let facilitator = ScriptedFacilitator::willing();
    let mut batched = SettleResponse::settled(B256::ZERO, Network::BASE_SEPOLIA, buyer().address());
    batched.transaction = String::new();
    facilitator.next_settle(Ok(batched));
    block_on(facilitator::settles_once(&facilitator, &good(1)));
}

#[test]
#[should_panic(expected = "the payer is who signed")]
fn a_facilitator_that_names_another_payer_is_caught() {
    let facilitator = ScriptedFacilitator::willing();
    facilitator.next_verify(Ok(VerifyResponse::valid(stranger().address())));
    block_on(facilitator::verifies(&facilitator, &good(1)));
}

#[test]
#[should_panic(expected = "asking what became of a payment does not settle it")]
fn a_facilitator_that_settles_when_it_is_asked_what_became_of_a_payment_is_caught() {
    block_on(facilitator::reconciles_without_settling(&Ledger::new(Fault::ReconcilesBySettling), &good(1)));
}

#[test]
#[should_panic(expected = "a transaction is not believed because it is named")]
fn a_facilitator_that_believes_in_any_transaction_is_caught() {
    block_on(facilitator::believes_no_transaction(&Ledger::new(Fault::ReconcilesByHearsay), &good(1)));
}

#[test]
#[should_panic(expected = "a settled payment is not said to have failed")]
fn a_facilitator_that_says_of_a_settled_payment_that_it_failed_is_caught() {
    block_on(facilitator::settles_once(&Ledger::new(Fault::ReconcilesAsRefused), &good(1)));
}

#[test]
#[should_panic(expected = "a settled payment is not said to have failed, nor to be in another transaction")]
fn a_facilitator_that_finds_another_transaction_is_caught() {
    block_on(facilitator::settles_copies_once(&Ledger::new(Fault::ReconcilesWithAnother), &good(1)));
}

/// A facilitator that cannot find out says so, or gives no answer at all: neither is a lie.
#[test]
fn a_facilitator_that_cannot_find_out_conforms() {
    let facilitator = ScriptedFacilitator::willing();
    for _ in 0..3 {
        facilitator.next_reconcile(Err(ScriptedFacilitator::lost(x402_core::facilitator::Reach::MaybeSent)));
    }
    block_on(facilitator::all(&facilitator, &facilitator::Fixture::new().payable(good(1))));
    assert_eq!(facilitator.reconcile_calls(), 3);
    let transaction = alloy_primitives::keccak256(good(1).exact().unwrap().authorization.nonce);
    assert_eq!(facilitator.reconciled(), [None, None, Some(transaction)]);
}
