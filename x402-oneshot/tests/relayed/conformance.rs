//! The rules that every facilitator keeps, core's suite, on the sandbox's chain.

use x402_core::{
    reason::ReasonKind,
    testing::conformance::facilitator::{Fixture, all},
};
use x402_oneshot::facilitator::Overload;

use crate::support::{Payment, builder, relayed_builder, usdc};

#[tokio::test]
async fn relayed_keeps_every_rule_through_both_overloads() {
    for overload in [Overload::Bytes, Overload::Parts] {
        let sandbox = builder().start().await.unwrap();
        let facilitator = relayed_builder(&sandbox).token_by(usdc(), overload).connect().await.unwrap();
        let good = |nonce| Payment { nonce, ..Payment::by_buyer_of(&sandbox) };
        let fixture = Fixture::new()
            .payable(good(1).request().await)
            .contested(good(2).request().await)
            .invalid(Payment { key: [3; 32].into(), ..good(3) }.request().await, [ReasonKind::InsufficientFunds])
            .invalid(Payment { valid_before: 1, ..good(3) }.request().await, [ReasonKind::Expired])
            .invalid(Payment { more: 1, ..good(3) }.request().await, [ReasonKind::Signature]);
        all(&facilitator, &fixture).await;
    }
}
