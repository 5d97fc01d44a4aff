//! The overload that takes a signature in parts.

use alloy_primitives::U256;
use x402_core::{Facilitator as _, Reason};
use x402_oneshot::{
    Client,
    facilitator::{Overload, Relayed},
    sandbox::Sandbox,
};

use crate::support::{Payment, SELLER, builder, config, method_of, relayed, relayed_builder, usdc};

async fn by_parts(sandbox: &Sandbox) -> Relayed {
    relayed_builder(sandbox).token_by(usdc(), Overload::Parts).connect().await.unwrap()
}

#[tokio::test]
async fn both_overloads_verify_and_settle() {
    let sandbox = builder().start().await.unwrap();
    for (nonce, facilitator) in [(1, relayed(&sandbox).await), (2, by_parts(&sandbox).await)] {
        let request = Payment { nonce, ..Payment::by_buyer_of(&sandbox) }.request().await;
        assert!(facilitator.verify(&request).await.unwrap().is_valid);
        assert!(facilitator.settle(&request).await.unwrap().success);
        assert_eq!(sandbox.balance_of(SELLER), U256::from(50_000 * u32::from(nonce)));
    }
}

#[tokio::test]
async fn each_overload_has_a_method_of_its_own() {
    let sandbox = builder().start().await.unwrap();
    let client = Client::new(config(&sandbox)).unwrap();
    let ids = [method_of(&relayed(&sandbox).await), method_of(&by_parts(&sandbox).await)];
    let mut inputs = Vec::new();
    for id in ids {
        let method = client.methods().get(id).await.unwrap();
        inputs.push(method.inputs.into_iter().skip(6).map(|input| input.name).collect::<Vec<_>>());
    }
    assert_eq!(inputs, [vec!["signature"], vec!["v", "r", "s"]]);
    assert_eq!(ids, [method_of(&relayed(&sandbox).await), method_of(&by_parts(&sandbox).await)], "found again");
}

#[tokio::test]
async fn a_signature_that_cannot_be_taken_apart_is_refused_before_anything_is_sent() {
    let sandbox = builder().start().await.unwrap();
    let facilitator = by_parts(&sandbox).await;
    let request = Payment { more: 1, ..Payment::by_buyer_of(&sandbox) }.request().await;
    let set_up = sandbox.requests().total();
    let answer = facilitator.verify(&request).await.unwrap();
    assert_eq!((answer.is_valid, answer.invalid_reason), (false, Some(Reason::INVALID_SIGNATURE)));
    let answer = facilitator.settle(&request).await.unwrap();
    assert_eq!((answer.success, answer.error_reason), (false, Some(Reason::INVALID_SIGNATURE)));
    assert_eq!(sandbox.requests().total(), set_up);
}
