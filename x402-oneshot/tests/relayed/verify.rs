//! Verification: a test run sees what the chain would.

use alloy_primitives::{B256, U256};
use x402_core::{Facilitator as _, Reason};

use crate::support::{Payment, SELLER, builder, relayed};

#[tokio::test]
async fn a_good_payment_is_valid_and_moves_nothing() {
    let sandbox = builder().start().await.unwrap();
    let facilitator = relayed(&sandbox).await;
    let answer = facilitator.verify(&Payment::by_buyer_of(&sandbox).request().await).await.unwrap();
    assert!(answer.is_valid);
    assert_eq!(answer.payer.unwrap(), sandbox.buyer_address());
    assert_eq!(sandbox.balance_of(SELLER), U256::ZERO);
}

#[tokio::test]
async fn each_bad_payment_has_the_protocols_code() {
    let sandbox = builder().start().await.unwrap();
    let facilitator = relayed(&sandbox).await;
    let good = || Payment::by_buyer_of(&sandbox);
    let stranger = B256::repeat_byte(3);
    for (payment, reason) in [
        (Payment { key: stranger, ..good() }, Reason::INSUFFICIENT_FUNDS),
        (Payment { value: 1_000_000_001, ..good() }, Reason::INSUFFICIENT_FUNDS),
        (Payment { valid_before: 1, ..good() }, Reason::VALID_BEFORE),
    ] {
        let answer = facilitator.verify(&payment.request().await).await.unwrap();
        assert_eq!((answer.is_valid, answer.invalid_reason), (false, Some(reason)));
    }
}

#[tokio::test]
async fn a_spent_nonce_is_seen() {
    let sandbox = builder().start().await.unwrap();
    let facilitator = relayed(&sandbox).await;
    let request = Payment::by_buyer_of(&sandbox).request().await;
    assert!(facilitator.settle(&request).await.unwrap().success);
    let answer = facilitator.verify(&request).await.unwrap();
    assert_eq!(answer.invalid_reason, Some(Reason::NONCE_USED));
}
