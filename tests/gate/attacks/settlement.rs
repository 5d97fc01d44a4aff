//! Between the settlement and the content.

use std::time::Duration;

use http::StatusCode;
use serde_json::json;
use tokio::io::AsyncReadExt as _;
use x402_core::{Reason, X402Version, claim::ClaimState, header::PAYMENT_REQUIRED};
use x402_tower::server::Order;

use crate::support::{Act, BOTH, CONTENT, FREE_TEXT, Latch, NOW, PREMIUM, Settings, Shop, bent, within};

#[tokio::test]
async fn attack_1_revert_grant_no_byte_leaves_before_the_settlement_is_known() {
    for version in BOTH {
        let (shop, latch) = (Shop::open().await, Latch::new());
        shop.facilitator.next_settle(Act::refusing("invalid_transaction_state").held(&latch));
        let payment = shop.sign(version, PREMIUM, 1).await;
        let mut client = shop.send(PREMIUM, &payment).await;
        latch.reached().await;
        assert_eq!(shop.work.finished(), 1, "the content is there");
        let nothing = client.try_read(&mut [0; 1]).unwrap_err();
        assert_eq!(nothing.kind(), std::io::ErrorKind::WouldBlock, "and nothing of it was sent");
        latch.open();
        // The transfer reverts.
        let mut read = Vec::new();
        while !read.windows(4).any(|end| end == b"\r\n\r\n") {
            within(client.read_buf(&mut read)).await.unwrap();
        }
        let read = String::from_utf8(read).unwrap();
        assert!(read.starts_with("HTTP/1.1 402 "), "{read}");
        assert!(!read.contains(&CONTENT[..8]), "{read}");
        shop.get(PREMIUM, &[payment]).await.is_refused(&Reason::INVALID_TRANSACTION_STATE);
        assert_eq!(shop.work.started(), 1);
    }
}

#[tokio::test]
async fn attack_2_settlement_preemption_a_nonce_spent_by_an_observer_is_no_reason_to_pay_again() {
    for version in BOTH {
        let (shop, latch) = (Shop::open().await, Latch::new());
        shop.facilitator.next_settle(Act::refusing("invalid_exact_evm_nonce_already_used").moving().held(&latch));
        let payment = [shop.sign(version, PREMIUM, 1).await];
        let asking = shop.get(PREMIUM, &payment);
        let observer = async {
            latch.reached().await;
            latch.open();
        };
        // Whoever put it on chain: it pays this shop, and the payer owes nothing.
        tokio::join!(asking, observer).0.is_unknown(version);
        assert_eq!(shop.state(1), Some(ClaimState::Unknown(None)));
        shop.get(PREMIUM, &payment).await.is_unknown(version);
        assert_eq!((shop.work.started(), shop.facilitator.settle_calls()), (1, 1));
    }
}

#[tokio::test]
async fn attack_7_denial_of_settlement_money_that_is_gone_after_the_work_buys_no_content() {
    for version in BOTH {
        for (order, runs) in [(Order::After, 1), (Order::Before, 0)] {
            let shop = Shop::with(Settings { order, ..Settings::default() }).await;
            shop.facilitator.next_settle(Act::refusing("insufficient_funds"));
            let payment = [shop.sign(version, PREMIUM, 1).await];
            shop.get(PREMIUM, &payment).await.is_refused_at_settlement(version, &Reason::INSUFFICIENT_FUNDS);
            assert_eq!(shop.work.started(), runs, "{order:?}: costly work waits for the money");
        }
    }
}

#[tokio::test]
async fn attack_7_denial_of_settlement_a_payment_that_is_about_to_expire_is_not_worked_on() {
    for version in BOTH {
        let shop = Shop::open().await;
        let payment = shop.sign(version, PREMIUM, 1).await;
        // Valid for five minutes; then for five seconds.
        shop.clock.advance(Duration::from_secs(295));
        shop.get(PREMIUM, std::slice::from_ref(&payment)).await.is_refused(&Reason::VALID_BEFORE);
        let forever = bent(&payment, |document| {
            document["payload"]["authorization"]["validBefore"] = json!((NOW.as_secs() + 100_000_000).to_string());
        });
        shop.get(PREMIUM, &[forever]).await.is_refused(&Reason::VALID_BEFORE);
        assert_eq!((shop.work.started(), shop.facilitator.calls()), (0, 0));
    }
}

#[tokio::test]
async fn attack_21_a_facilitator_that_lies_opens_nothing_in_no_order() {
    let lies = [
        json!({ "success": true, "transaction": "", "network": "$network", "payer": "$payer" }),
        json!({ "success": true, "transaction": null, "network": "$network", "payer": "$payer" }),
        json!({ "success": true, "transaction": "0x00", "network": "$network", "payer": "$payer" }),
        json!({ "success": true, "transaction": format!("0x{}", "0".repeat(64)), "network": "$network" }),
        json!({ "success": true, "transaction": FREE_TEXT, "network": "$network", "payer": "$payer" }),
        json!({ "success": true, "transaction": "$hash", "network": "", "payer": "$payer" }),
        json!({ "success": true, "transaction": "$hash", "payer": "$payer" }),
        json!({ "success": true, "transaction": "$hash", "network": "eip155:8453", "payer": "$payer" }),
        json!({ "success": true, "transaction": "$hash", "network": "$network", "payer": FREE_TEXT }),
    ];
    for order in [Order::After, Order::Before] {
        for (lie, version) in lies.iter().flat_map(|lie| BOTH.map(|version| (lie, version))) {
            let shop = Shop::with(Settings { order, ..Settings::default() }).await;
            shop.facilitator.next_settle(Act::saying(200, lie.to_string()));
            let payment = [shop.sign(version, PREMIUM, 1).await];
            shop.get(PREMIUM, &payment).await.is_unknown(version);
            assert_eq!(shop.facilitator.settle_calls(), 1, "{lie}");
        }
    }
}

#[tokio::test]
async fn attack_22_ambiguous_failure_the_payer_is_never_asked_to_pay_a_second_time() {
    let success = r#"{"success":true,"transaction":"$hash","network":"$network","payer":"$payer"}"#;
    for version in BOTH {
        for (case, act) in [
            ("accept then reset", Act::resetting().moving()),
            ("5xx after settle", Act::saying(500, FREE_TEXT).moving()),
            ("success with 5xx", Act::saying(502, success).moving()),
            ("cut answer", Act::saying(200, &success[..20]).moving()),
            ("pending without a transaction", Act::refusing("settlement_pending").moving()),
            ("exception", Act::refusing("unexpected_settle_error").moving()),
        ] {
            let shop = Shop::open().await;
            shop.facilitator.next_settle(act);
            let payment = [shop.sign(version, PREMIUM, 1).await];
            for _ in 0..3 {
                let answer = shop.get(PREMIUM, &payment).await;
                assert_ne!(answer.status, StatusCode::PAYMENT_REQUIRED, "{case}: a double 402");
                assert!(!answer.headers.contains_key(PAYMENT_REQUIRED), "{case}");
                answer.is_unknown(version);
            }
            assert_eq!((shop.facilitator.settle_calls(), shop.facilitator.transfers()), (1, 1), "{case}: paid once");
            assert_eq!(shop.work.started(), 1, "{case}");
        }
    }
}

#[tokio::test]
async fn attack_22_a_transaction_that_was_named_is_asked_about_until_it_is_mined_and_the_content_is_then_there() {
    for version in BOTH {
        let (shop, latch) = (Shop::open().await, Latch::new());
        for _ in 0..2 {
            shop.facilitator.next_settle(Act::pending());
        }
        let settled = r#"{"success":true,"transaction":"$hash","network":"$network","payer":"$payer"}"#;
        shop.facilitator.next_settle(Act::saying(200, settled).held(&latch));
        let payment = [shop.sign(version, PREMIUM, 1).await];
        shop.get(PREMIUM, &payment).await.is_unknown(version);
        // The server asks by itself.
        latch.reached().await;
        latch.open();
        within(async {
            while shop.settlements.unknown() > 0 {
                tokio::task::yield_now().await;
            }
        })
        .await;
        assert!(matches!(shop.state(1), Some(ClaimState::Settled(_))));
        shop.get(PREMIUM, &payment).await.is_served(version);
        assert_eq!((shop.work.started(), shop.facilitator.transfers()), (1, 1));
        let bodies = shop.facilitator.settle_bodies();
        assert!(bodies.len() == 3 && bodies.iter().all(|body| *body == bodies[0]), "always the identical request");
    }
}

#[tokio::test]
async fn attack_22_a_server_that_stopped_asking_lets_the_payer_ask() {
    let shop = Shop::open().await;
    for _ in 0..2 {
        shop.facilitator.next_settle(Act::pending());
    }
    let payment = [shop.sign(X402Version::V2, PREMIUM, 1).await];
    shop.get(PREMIUM, &payment).await.is_unknown(X402Version::V2);
    shop.settlements.drain().await;
    // Still not mined.
    shop.facilitator.next_settle(Act::pending());
    shop.get(PREMIUM, &payment).await.is_unknown(X402Version::V2);
    assert_eq!((shop.work.started(), shop.facilitator.settle_calls(), shop.facilitator.transfers()), (1, 3, 1));
}
