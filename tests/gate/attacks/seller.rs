//! What a seller loses by what it answers.

use http::{Method, StatusCode, header::CACHE_CONTROL};
use x402_core::{Reason, X402Version, header::PAYMENT_REQUIRED};

use crate::support::{Act, Answer, BOTH, Latch, PREMIUM, Shop, bent};

/// No cache that people share may keep it, and caches tell payments apart.
#[track_caller]
fn is_for_nobody_else(answer: &Answer, cache_control: &str) {
    let all: Vec<_> = answer.headers.get_all(CACHE_CONTROL).iter().collect();
    assert_eq!(all, [cache_control]);
    let varies: Vec<_> = answer.headers.get_all("vary").iter().map(|value| value.to_str().unwrap()).collect();
    let varies = varies.join(", ").to_ascii_lowercase();
    for name in ["payment-signature", "x-payment", "accept"] {
        assert!(varies.split(", ").any(|vary| vary == name), "{varies}");
    }
}

#[tokio::test]
async fn attack_8_shared_caches_get_nothing_to_hand_to_others() {
    for version in BOTH {
        let shop = Shop::open().await;
        let payment = [shop.sign(version, PREMIUM, 1).await];
        is_for_nobody_else(&shop.get(PREMIUM, &[]).await, "no-store");
        // The handler says `public` and `s-maxage`.
        let served = shop.get(PREMIUM, &payment).await;
        served.is_served(version);
        is_for_nobody_else(&served, "max-age=60, private");
        is_for_nobody_else(&shop.get(PREMIUM, &payment).await, "no-store");

        shop.facilitator.next_verify(Act::saying(500, ""));
        let payment = [shop.sign(version, PREMIUM, 2).await];
        is_for_nobody_else(&shop.get(PREMIUM, &payment).await, "no-store");
        shop.facilitator.next_settle(Act::resetting());
        is_for_nobody_else(&shop.get(PREMIUM, &payment).await, "no-store");

        let (payment, latch) = ([shop.sign(version, PREMIUM, 3).await], Latch::new());
        shop.work.hold_at(&latch);
        let first = shop.get(PREMIUM, &payment);
        let second = async {
            latch.reached().await;
            let conflict = shop.get(PREMIUM, &payment).await;
            assert_eq!(conflict.status, StatusCode::CONFLICT);
            is_for_nobody_else(&conflict, "no-store");
            latch.open();
        };
        tokio::join!(first, second).0.is_served(version);
    }
}

#[tokio::test]
async fn attack_8_what_was_parked_is_protected_as_well() {
    let (shop, latch) = (Shop::open().await, Latch::new());
    shop.facilitator.next_settle(Act::honestly().held(&latch));
    let payment = shop.sign(X402Version::V2, PREMIUM, 1).await;
    let client = shop.send(PREMIUM, &payment).await;
    latch.reached().await;
    drop(client);
    latch.open();
    shop.quiet(1).await;
    is_for_nobody_else(&shop.get(PREMIUM, &[payment]).await, "max-age=60, private");
}

#[tokio::test]
async fn attack_31_unpaid_requests_cost_no_call_and_no_claim() {
    let shop = Shop::open().await;
    for method in [Method::GET, Method::POST, Method::HEAD, Method::DELETE] {
        for _ in 0..50 {
            let answer = shop.ask(method.clone(), PREMIUM, &[]).await;
            assert_eq!(answer.status, StatusCode::PAYMENT_REQUIRED);
            assert!(answer.headers.contains_key(PAYMENT_REQUIRED));
        }
    }
    assert_eq!((shop.facilitator.calls(), shop.facilitator.connections()), (0, 0), "/supported included");
    assert_eq!((shop.work.started(), shop.claims.len()), (0, 0));
}

#[tokio::test]
async fn attack_31_bad_signatures_burn_none_of_the_facilitators_patience() {
    for version in BOTH {
        let shop = Shop::open().await;
        let payment = shop.sign(version, PREMIUM, 1).await;
        for last in 0..50 {
            let forged = bent(&payment, |document| {
                document["payload"]["authorization"]["nonce"] = format!("0x{}{last:02x}", "cd".repeat(31)).into();
            });
            assert_eq!(shop.get(PREMIUM, &[forged]).await.status, StatusCode::PAYMENT_REQUIRED);
        }
        assert_eq!((shop.facilitator.calls(), shop.facilitator.connections()), (0, 0));
        assert_eq!((shop.work.started(), shop.claims.len()), (0, 0), "nor do they fill the claim store");
    }
}

#[tokio::test]
async fn attack_6_an_allowance_is_no_payment() {
    // `upto` and Permit2 promise up to an amount, and can be overdrawn; only exact transfers are taken.
    let shop = Shop::open().await;
    let good = shop.sign(X402Version::V2, PREMIUM, 1).await;
    let upto = bent(&good, |payment| payment["accepted"]["scheme"] = "upto".into());
    let answer = shop.get(PREMIUM, &[upto]).await;
    answer.is_refused(&Reason::UNSUPPORTED_SCHEME);
    let permit = bent(&good, |payment| {
        payment["payload"] = serde_json::json!({ "signature": "0x00", "permit2Authorization": {} });
    });
    let answer = shop.get(PREMIUM, &[permit]).await;
    answer.is_refused(&Reason::INVALID_PAYLOAD);
    assert_eq!((shop.work.started(), shop.facilitator.calls()), (0, 0));
}
