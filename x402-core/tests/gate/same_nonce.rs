//! One nonce, signed twice: what was paid with the one authorization is not owed to the other.

use alloy_primitives::{Address, U256};
use x402_core::{
    Amount, FacilitatorRequest, Reason, ResourceInfo, VerifyResponse,
    server::{Clearing, Offer, Offers},
    testing::ScriptedFacilitator,
};

use crate::{
    expect::{calls, gate, is_402, is_pending, is_served, pending, refused, serve, settled},
    support::{BOTH, Draft, PRICE, URL, accepted, block_on, buyer, offers, stranger, usdc},
};

/// What the same resource costs on another day, or for another body: a hundred times as much.
const DEAR: u64 = 100 * PRICE;

fn to(pay_to: Address, price: u64) -> Offers {
    Offers::new(URL, [Offer::exact_amount(&usdc(), Amount::from_atomic(price), pay_to).unwrap()]).unwrap()
}

/// The same nonce, for other offers.
fn signed_again(draft: &Draft, offers: &Offers, pay_to: Address, price: u64) -> Draft {
    draft.clone().with(|draft| {
        draft.authorization.to = pay_to;
        draft.authorization.value = U256::from(price);
        draft.accepted = accepted(offers, 0);
    })
}

#[test]
fn attack_3_what_was_settled_cheap_and_not_delivered_is_not_owed_at_a_dear_price() {
    for draft in BOTH.map(Draft::of) {
        let facilitator = ScriptedFacilitator::willing();
        let gate = gate(&facilitator);
        let dear = to(crate::support::PAY_TO, DEAR);
        let again = signed_again(&draft, &dear, crate::support::PAY_TO, DEAR);
        drop(block_on(block_on(gate.admit(&offers(), draft.payload())).unwrap().settle()).unwrap());
        is_402(&block_on(serve(&gate, &dear, &again.headers())), &Reason::NONCE_USED);
        // Nor with a longer validity, which is no other price.
        let longer = draft.clone().with(|draft| draft.authorization.valid_before += U256::ONE);
        is_402(&block_on(serve(&gate, &offers(), &longer.headers())), &Reason::NONCE_USED);
        // What was paid is still owed.
        is_served(&block_on(serve(&gate, &offers(), &draft.headers())), &draft);
        assert_eq!(calls(&facilitator), [1, 1, 0]);
    }
}

#[test]
fn attack_3_an_unknown_settlement_is_not_asked_about_for_another_authorization() {
    for draft in BOTH.map(Draft::of) {
        let facilitator = ScriptedFacilitator::willing();
        let gate = gate(&facilitator);
        let dear = to(crate::support::PAY_TO, DEAR);
        let again = signed_again(&draft, &dear, crate::support::PAY_TO, DEAR);
        facilitator.next_settle(Ok(pending(None)));
        is_pending(&block_on(serve(&gate, &offers(), &draft.headers())), draft.version, "");
        is_402(&block_on(serve(&gate, &dear, &again.headers())), &Reason::NONCE_USED);
        assert_eq!(calls(&facilitator), [1, 1, 0]);
        facilitator.next_reconcile(Ok(settled(&draft)));
        is_served(&block_on(serve(&gate, &offers(), &draft.headers())), &draft);
    }
}

/// The payer pays itself, and shows a shop the receipt.
#[test]
fn attack_5_a_settlement_for_one_shop_is_not_told_to_another_whom_the_same_nonce_was_signed_for() {
    for draft in BOTH.map(Draft::of) {
        let (ours, theirs) = (crate::support::PAY_TO, stranger().address());
        let request = |draft: &Draft, offers: &Offers| {
            let requirements = offers.offers()[0].requirements().clone();
            FacilitatorRequest::new(draft.payload(), requirements, ResourceInfo::new(URL))
        };
        let (shop, own) = (to(ours, DEAR), to(theirs, PRICE));
        let to_the_shop = request(&signed_again(&draft, &shop, ours, DEAR), &shop);
        let to_itself = request(&signed_again(&draft, &own, theirs, PRICE), &own);

        let facilitator = ScriptedFacilitator::willing();
        let clearing = Clearing::new(gate(&facilitator), [usdc()]);
        // The shop has it verified, and serves; meanwhile the payer has the other settled.
        assert!(block_on(clearing.verify(&to_the_shop)).unwrap().is_valid);
        assert!(block_on(clearing.settle(&to_itself)).unwrap().success);
        let answer = block_on(clearing.settle(&to_the_shop)).unwrap();
        assert_eq!((answer.success, answer.error_reason), (false, Some(Reason::NONCE_USED)));
        let answer = block_on(clearing.verify(&to_the_shop)).unwrap();
        assert_eq!(answer, VerifyResponse::invalid(Reason::NONCE_USED, Some(buyer().address())));
        assert_eq!(facilitator.settle_calls(), 1);
    }
}

#[test]
fn a_payment_in_another_envelope_with_the_same_authorization_is_the_same_payment() {
    let [v1, v2] = BOTH.map(Draft::of);
    let facilitator = ScriptedFacilitator::willing();
    let gate = gate(&facilitator);
    facilitator.next_settle(Ok(refused(Reason::NONCE_USED)));
    is_pending(&block_on(serve(&gate, &offers(), &v1.headers())), v1.version, "");
    facilitator.next_reconcile(Ok(settled(&v2)));
    is_served(&block_on(serve(&gate, &offers(), &v2.headers())), &v2);
}
