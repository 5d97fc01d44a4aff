//! Real HTTP, real transfers on the sandbox's chain.

use alloy_primitives::U256;
use x402_core::{
    Facilitator as _, Network, Reason, Scheme, Settlement, X402Version,
    facilitator::{FacilitatorErrorKind, Reach},
};
use x402_oneshot::sandbox::SandboxStatus;

use crate::support::{Payment, SELLER, VERSIONS, builder, native, native_builder, usdc};

#[tokio::test]
async fn a_good_payment_is_valid_and_moves_nothing() {
    let sandbox = builder().start().await.unwrap();
    let facilitator = native(&sandbox).await;
    for version in VERSIONS {
        let answer = facilitator.verify(&Payment::of(&sandbox, version).request().await).await.unwrap();
        assert!(answer.is_valid, "{version}");
        assert_eq!(answer.invalid_reason, None, "{version}");
        assert_eq!(answer.payer, Some(sandbox.buyer_address().into()), "{version}");
    }
    assert!(sandbox.transactions().is_empty());
}

#[tokio::test]
async fn a_bad_payment_is_refused_with_the_protocols_code() {
    let sandbox = builder().start().await.unwrap();
    let facilitator = native(&sandbox).await;
    for version in VERSIONS {
        let good = || Payment::of(&sandbox, version);
        let poor = [3; 32].into();
        let dear = match version {
            X402Version::V1 => Reason::VALUE,
            _ => Reason::VALUE_MISMATCH,
        };
        for (payment, reason) in [
            (Payment { key: poor, ..good() }, Reason::INSUFFICIENT_FUNDS),
            (Payment { value: 49_999, ..good() }, dear.clone()),
            (Payment { value: 50_001, ..good() }, dear),
            (Payment { seconds: 0, ..good() }, Reason::VALID_BEFORE),
        ] {
            let request = payment.request().await;
            let answer = facilitator.verify(&request).await.unwrap();
            assert_eq!((answer.is_valid, answer.invalid_reason), (false, Some(reason.clone())), "{version}");
            let answer = facilitator.settle(&request).await.unwrap();
            assert_eq!((answer.success, answer.error_reason), (false, Some(reason)), "{version}");
        }
    }
    assert!(sandbox.transactions().is_empty());
}

#[tokio::test]
async fn a_settlement_moves_exactly_the_price_in_both_versions() {
    let sandbox = builder().start().await.unwrap();
    let facilitator = native(&sandbox).await;
    for (version, nonce) in [(X402Version::V1, 1), (X402Version::V2, 2)] {
        let before = (sandbox.balance_of(sandbox.buyer_address()), sandbox.balance_of(SELLER));
        let request = Payment { nonce, ..Payment::of(&sandbox, version) }.request().await;
        let answer = facilitator.settle(&request).await.unwrap();
        let judged = Settlement::judge(&answer, &Network::BASE_SEPOLIA, sandbox.buyer_address());
        let Settlement::Settled(receipt) = judged else { panic!("{judged:?}") };
        let transactions = sandbox.transactions();
        let last = transactions.last().unwrap();
        assert_eq!((last.status, last.hash), (SandboxStatus::Completed, Some(receipt.transaction)));
        assert_eq!(before.0 - sandbox.balance_of(sandbox.buyer_address()), U256::from(50_000), "{version}");
        assert_eq!(sandbox.balance_of(SELLER) - before.1, U256::from(50_000), "{version}");
    }
}

#[tokio::test]
async fn attack_2_a_nonce_found_spent_at_settlement_is_unknown_and_not_refused() {
    let sandbox = builder().start().await.unwrap();
    let facilitator = native(&sandbox).await;
    let request = Payment::of(&sandbox, X402Version::V2).request().await;
    facilitator.settle(&request).await.unwrap();
    let again = facilitator.settle(&request).await.unwrap();
    let judged = Settlement::judge(&again, &Network::BASE_SEPOLIA, sandbox.buyer_address());
    assert_eq!(judged, Settlement::Unknown(None));
    assert_eq!(sandbox.balance_of(SELLER), U256::from(50_000), "paid once");
}

#[tokio::test]
async fn round_trips_verify_is_one_and_settle_is_one_and_the_token_none_while_it_is_valid() {
    let sandbox = builder().start().await.unwrap();
    let facilitator = native_builder(&sandbox).token(usdc()).unconfirmed().connect().await.unwrap();
    let request = Payment::of(&sandbox, X402Version::V2).request().await;
    let set_up = sandbox.requests().total();
    assert_eq!(set_up, 2, "the token and what is supported");
    facilitator.verify(&request).await.unwrap();
    assert_eq!(sandbox.requests().total(), set_up + 1);
    facilitator.settle(&request).await.unwrap();
    let requests = sandbox.requests();
    assert_eq!(requests.total(), set_up + 2);
    assert_eq!((requests.of("POST", "/x402/verify"), requests.of("POST", "/x402/settle")), (1, 1));
    assert_eq!(requests.of("POST", "/token"), 1);
}

#[tokio::test]
async fn round_trips_confirming_a_settlement_that_was_answered_mined_is_one_more() {
    let sandbox = builder().start().await.unwrap();
    let facilitator = native(&sandbox).await;
    let request = Payment::of(&sandbox, X402Version::V2).request().await;
    let set_up = sandbox.requests().total();
    assert!(facilitator.settle(&request).await.unwrap().success);
    let requests = sandbox.requests();
    assert_eq!(requests.total(), set_up + 2);
    assert_eq!(requests.of("GET", "/business/{id}/transactions"), 1);
}

#[tokio::test]
async fn a_signature_that_is_not_of_65_bytes_is_refused_before_anything_is_sent() {
    let sandbox = builder().start().await.unwrap();
    let facilitator = native(&sandbox).await;
    let set_up = sandbox.requests().total();
    for version in VERSIONS {
        let request = Payment { more: 1, ..Payment::of(&sandbox, version) }.request().await;
        let answer = facilitator.verify(&request).await.unwrap();
        assert_eq!((answer.is_valid, answer.invalid_reason), (false, Some(Reason::INVALID_SIGNATURE)));
        let answer = facilitator.settle(&request).await.unwrap();
        assert_eq!((answer.success, answer.error_reason), (false, Some(Reason::INVALID_SIGNATURE)));
    }
    assert_eq!(sandbox.requests().total(), set_up);
}

#[tokio::test]
async fn another_token_is_refused_before_anything_is_sent() {
    let sandbox = builder().start().await.unwrap();
    let facilitator = native_builder(&sandbox).connect().await.unwrap();
    let set_up = sandbox.requests().total();
    let error = facilitator.settle(&Payment::of(&sandbox, X402Version::V2).request().await).await.unwrap_err();
    assert_eq!((error.kind(), error.reach()), (FacilitatorErrorKind::Configuration, Reach::NotSent));
    assert_eq!(sandbox.requests().total(), set_up);
}

#[tokio::test]
async fn it_supports_both_versions_and_says_in_which_tokens() {
    let sandbox = builder().start().await.unwrap();
    let supported = native(&sandbox).await.supported().await.unwrap();
    for version in VERSIONS {
        assert!(supported.supports(version, &Scheme::EXACT, &Network::BASE_SEPOLIA));
    }
    let at_home = supported.kinds.into_iter().filter(|kind| kind.network == Network::BASE_SEPOLIA);
    let at_home: Vec<_> = at_home.collect();
    assert_eq!(at_home.len(), 2);
    for kind in at_home {
        assert_eq!(kind.extra.unwrap()["tokens"][0], "0x036CbD53842c5426634e7929541eC2318f3dCF7e");
    }
}
