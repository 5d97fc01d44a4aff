//! One payment, used again, elsewhere or spelled in another way.

use std::time::Duration;

use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};
use x402_core::{Network, Reason, X402Version, claim::ClaimState, header::PAYMENT_SIGNATURE};

use crate::support::{Act, BOTH, CHEAP, Latch, OTHER, PREMIUM, Shop, bent, document, encoded, twin};

#[tokio::test]
async fn attack_3_replay_one_payment_is_one_grant() {
    for version in BOTH {
        let shop = Shop::open().await;
        let payment = [shop.sign(version, PREMIUM, 1).await];
        shop.get(PREMIUM, &payment).await.is_served(version);
        for _ in 0..20 {
            shop.get(PREMIUM, &payment).await.is_refused(&Reason::NONCE_USED);
        }
        assert_eq!((shop.work.started(), shop.facilitator.transfers()), (1, 1));
        assert_eq!(shop.facilitator.calls(), 2, "the facilitator is not bothered with the replays");
    }
}

#[tokio::test]
async fn attack_5_cross_resource_substitution_a_cheap_payment_opens_nothing_dearer() {
    for version in BOTH {
        let shop = Shop::open().await;
        let payment = [shop.sign(version, CHEAP, 1).await];
        let answer = shop.get(PREMIUM, &payment).await;
        assert_eq!(answer.status, StatusCode::PAYMENT_REQUIRED);
        assert_eq!((shop.work.started(), shop.facilitator.calls()), (0, 0));
        shop.get(CHEAP, &payment).await.is_served(version);
    }
}

#[tokio::test]
async fn attack_5_cross_resource_substitution_a_v2_payment_names_its_resource() {
    let shop = Shop::open().await;
    let payment = [shop.sign(X402Version::V2, PREMIUM, 1).await];
    shop.get(OTHER, &payment).await.is_refused(&Reason::INVALID_PAYMENT_REQUIREMENTS);
    let elsewhere = bent(&payment[0], |document| document["resource"]["url"] = json!("https://evil.example/premium"));
    shop.get(PREMIUM, &[elsewhere]).await.is_refused(&Reason::INVALID_PAYMENT_REQUIREMENTS);
    assert_eq!((shop.work.started(), shop.facilitator.calls()), (0, 0));
}

#[tokio::test]
async fn attack_5_cross_resource_substitution_one_payment_opens_one_of_two_routes_of_one_price() {
    for version in BOTH {
        let shop = Shop::open().await;
        let mut payment = shop.sign(version, PREMIUM, 1).await;
        if version == X402Version::V2 {
            // The payer may leave the resource out, as v1 always does.
            payment = bent(&payment, |document| drop(document.as_object_mut().unwrap().remove("resource")));
        }
        let payment = [payment];
        shop.get(PREMIUM, &payment).await.is_served(version);
        shop.get(OTHER, &payment).await.is_refused(&Reason::NONCE_USED);
        assert_eq!((shop.work.started(), shop.facilitator.transfers()), (1, 1));
    }
}

#[tokio::test]
async fn attack_5_cross_resource_substitution_what_is_owed_for_one_route_is_not_handed_out_on_another() {
    let (shop, latch) = (Shop::open().await, Latch::new());
    shop.facilitator.next_settle(Act::honestly().held(&latch));
    let payment = shop.sign(X402Version::V1, PREMIUM, 1).await;
    let client = shop.send(PREMIUM, &payment).await;
    latch.reached().await;
    drop(client);
    latch.open();
    shop.quiet(1).await;
    assert!(matches!(shop.state(1), Some(ClaimState::Settled(_))));
    let payment = [payment];
    shop.get(OTHER, &payment).await.is_refused(&Reason::NONCE_USED);
    shop.get(PREMIUM, &payment).await.is_served(X402Version::V1);
    assert_eq!(shop.work.started(), 1);
}

#[tokio::test]
async fn attack_3_replay_what_is_owed_is_not_handed_to_another_authorization_with_the_same_nonce() {
    for version in BOTH {
        let (shop, latch) = (Shop::open().await, Latch::new());
        shop.facilitator.next_settle(Act::honestly().held(&latch));
        let payment = shop.sign(version, PREMIUM, 1).await;
        let client = shop.send(PREMIUM, &payment).await;
        latch.reached().await;
        drop(client);
        latch.open();
        shop.quiet(1).await;
        assert_eq!(shop.settlements.parked(), 1);
        shop.clock.advance(Duration::from_secs(1));
        let signed_again = shop.sign(version, PREMIUM, 1).await;
        assert_ne!(signed_again.1, payment.1);
        shop.get(PREMIUM, &[signed_again]).await.is_refused(&Reason::NONCE_USED);
        shop.get(PREMIUM, &[payment]).await.is_served(version);
        assert_eq!((shop.work.started(), shop.facilitator.transfers()), (1, 1));
    }
}

/// The payment in other spellings that mean the same.
fn spellings(payment: &(HeaderName, HeaderValue)) -> Vec<(HeaderName, HeaderValue)> {
    let original = document(payment);
    let signature = original["payload"]["signature"].as_str().unwrap().to_owned();
    let signed = |signature: String| bent(payment, |document| document["payload"]["signature"] = json!(signature));
    let v = |v: u8| format!("{}{v:02x}", &signature[..130]);
    let parity = u8::from(signature.ends_with("1c"));
    let compact = {
        // EIP-2098: the parity is the first bit of `s`.
        let first = u8::from_str_radix(&signature[66..68], 16).unwrap() | (parity << 7);
        format!("0x{}{first:02x}{}", &signature[2..66], &signature[68..130])
    };
    let lower = |document: &mut Value| {
        let from = &mut document["payload"]["authorization"]["from"];
        *from = json!(from.as_str().unwrap().to_lowercase());
    };
    let unpadded = payment.1.to_str().unwrap().trim_end_matches('=');
    vec![
        signed(twin(&signature)),
        signed(v(parity)),
        signed(compact),
        signed(format!("0x{}", signature[2..].to_uppercase())),
        bent(payment, lower),
        bent(payment, |document| document["unknown"] = json!("member")),
        encoded(&payment.0, serde_json::to_string_pretty(&original).unwrap()),
        encoded(&payment.0, format!(" {original}\n\n")),
        (payment.0.clone(), unpadded.parse().unwrap()),
    ]
}

#[tokio::test]
async fn attack_16_signature_malleability_no_spelling_of_a_payment_makes_it_another() {
    for version in BOTH {
        let shop = Shop::open().await;
        let payment = shop.sign(version, PREMIUM, 1).await;
        shop.get(PREMIUM, std::slice::from_ref(&payment)).await.is_served(version);
        for spelling in spellings(&payment) {
            let answer = shop.get(PREMIUM, &[spelling]).await;
            assert!(answer.status == 402 || answer.status == 400, "{}", answer.status);
        }
        assert_eq!((shop.work.started(), shop.facilitator.transfers(), shop.claims.len()), (1, 1, 1));
    }
}

#[tokio::test]
async fn attack_16_signature_malleability_no_spelling_gets_past_a_payment_in_flight() {
    let (shop, latch) = (Shop::open().await, Latch::new());
    shop.work.hold_at(&latch);
    let payment = shop.sign(X402Version::V2, PREMIUM, 1).await;
    let served = shop.get(PREMIUM, std::slice::from_ref(&payment));
    let meanwhile = async {
        latch.reached().await;
        for spelling in spellings(&payment) {
            let answer = shop.get(PREMIUM, &[spelling]).await;
            assert!([400, 402, 409].contains(&answer.status.as_u16()), "{}", answer.status);
        }
        latch.open();
    };
    tokio::join!(served, meanwhile).0.is_served(X402Version::V2);
    assert_eq!((shop.work.started(), shop.facilitator.calls(), shop.facilitator.transfers()), (1, 2, 1));
}

#[tokio::test]
async fn attack_16_a_signature_in_another_spelling_cannot_take_the_payment_from_its_payer() {
    let shop = Shop::open().await;
    let payment = shop.sign(X402Version::V2, PREMIUM, 1).await;
    let twin = bent(&payment, |document| {
        let signature = &mut document["payload"]["signature"];
        *signature = json!(twin(signature.as_str().unwrap()));
    });
    shop.get(PREMIUM, &[twin]).await.is_refused(&Reason::INVALID_SIGNATURE);
    assert!(shop.claims.is_empty());
    shop.get(PREMIUM, &[payment]).await.is_served(X402Version::V2);
    assert_eq!(shop.facilitator.calls(), 2);
}

#[tokio::test]
async fn attack_17_cross_chain_replay_a_payment_of_another_chain_is_refused_here() {
    for version in BOTH {
        let shop = Shop::open().await;
        let payment = shop.sign(version, PREMIUM, 1).await;
        let networks = match version {
            X402Version::V1 => ["base", "polygon"],
            X402Version::V2 => ["eip155:8453", "eip155:1"],
        };
        for network in networks {
            let named = bent(&payment, |document| match version {
                X402Version::V1 => document["network"] = json!(network),
                X402Version::V2 => document["accepted"]["network"] = json!(network),
            });
            shop.get(PREMIUM, &[named]).await.is_refused(&Reason::INVALID_NETWORK);
        }
        // Signed for the other chain, and sent as if for this one: the domain is ours, and not the client's to say.
        let foreign = foreign(&shop, version).await;
        shop.get(PREMIUM, &[foreign]).await.is_refused(&Reason::INVALID_SIGNATURE);
        assert_eq!((shop.work.started(), shop.facilitator.calls()), (0, 0));
    }
}

/// A payment that was signed for Base, where the token is another, and is said to be for this shop's offer.
async fn foreign(shop: &Shop, version: X402Version) -> (HeaderName, HeaderValue) {
    let there = shop.sign_for(&Network::BASE, version, 1).await;
    let here = document(&shop.sign(version, PREMIUM, 1).await);
    bent(&there, |document| {
        for member in ["accepted", "network", "resource"] {
            if let Some(ours) = here.get(member) {
                document[member] = ours.clone();
            }
        }
    })
}

#[tokio::test]
async fn attack_18_tampered_accepted_is_compared_with_our_own_offer() {
    let shop = Shop::open().await;
    let payment = shop.sign(X402Version::V2, PREMIUM, 1).await;
    for (member, value, reason) in [
        ("amount", json!("1"), Reason::VALUE_MISMATCH),
        ("amount", json!("50001"), Reason::VALUE_MISMATCH),
        ("payTo", json!("0x209693Bc6afc0C5328bA36FaF03C514EF312287C"), Reason::RECIPIENT_MISMATCH),
        ("asset", json!("0x209693Bc6afc0C5328bA36FaF03C514EF312287C"), Reason::INVALID_PAYMENT_REQUIREMENTS),
        ("network", json!("eip155:8453"), Reason::INVALID_NETWORK),
        ("scheme", json!("upto"), Reason::UNSUPPORTED_SCHEME),
        ("scheme", json!("free"), Reason::UNSUPPORTED_SCHEME),
        ("maxTimeoutSeconds", json!(86_400), Reason::INVALID_PAYMENT_REQUIREMENTS),
        ("extra", json!({ "name": "Evil", "version": "2" }), Reason::INVALID_PAYMENT_REQUIREMENTS),
        ("discount", json!(true), Reason::INVALID_PAYMENT_REQUIREMENTS),
    ] {
        let tampered = bent(&payment, |document| document["accepted"][member] = value.clone());
        shop.get(PREMIUM, &[tampered]).await.is_refused(&reason);
    }
    for (member, value, reason) in [
        ("value", json!("1"), Reason::VALUE_MISMATCH),
        ("to", json!("0x209693Bc6afc0C5328bA36FaF03C514EF312287C"), Reason::RECIPIENT_MISMATCH),
        ("from", json!("0x209693Bc6afc0C5328bA36FaF03C514EF312287C"), Reason::INVALID_SIGNATURE),
        ("nonce", json!(format!("0x{}", "ab".repeat(32))), Reason::INVALID_SIGNATURE),
        ("validAfter", json!("1"), Reason::INVALID_SIGNATURE),
    ] {
        let tampered = bent(&payment, |document| document["payload"]["authorization"][member] = value.clone());
        shop.get(PREMIUM, &[tampered]).await.is_refused(&reason);
    }
    // A v1 document in the v2 header.
    let v1 = document(&shop.sign(X402Version::V1, PREMIUM, 1).await);
    let answer = shop.get(PREMIUM, &[encoded(&PAYMENT_SIGNATURE, v1.to_string())]).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!((shop.work.started(), shop.facilitator.calls(), shop.claims.len()), (0, 0, 0));
    shop.get(PREMIUM, &[payment]).await.is_served(X402Version::V2);
}

#[tokio::test]
async fn attack_18_the_facilitator_is_told_our_requirements_and_not_the_clients() {
    let shop = Shop::open().await;
    // `extra` may say more than ours; what the facilitator is asked is ours.
    let payment = shop.sign(X402Version::V2, PREMIUM, 1).await;
    let more = bent(&payment, |document| document["accepted"]["extra"]["discount"] = json!("all of it"));
    shop.get(PREMIUM, &[more]).await.is_served(X402Version::V2);
    let body: Value = serde_json::from_slice(&shop.facilitator.settle_bodies()[0]).unwrap();
    assert_eq!(body["paymentRequirements"]["amount"], "50000");
    assert!(!body["paymentRequirements"].to_string().contains("discount"));
}
