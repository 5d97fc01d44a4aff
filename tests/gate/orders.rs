//! Settling before the handler, and beside it, with a facilitator that fails.

use http::StatusCode;
use x402_core::{
    Reason, X402Version,
    claim::ClaimState,
    header::{PAYMENT_RESPONSE, X_PAYMENT_RESPONSE},
};
use x402_tower::server::Order;

use crate::support::{Act, BOTH, CONTENT, FREE_TEXT, Latch, PREMIUM, Settings, Shop};

/// What a settlement comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    NotSent,
    Refused,
    Unknown,
}

fn faults() -> Vec<(&'static str, Act, Outcome)> {
    let lie = |text: &str| Act::saying(200, format!(r#"{{"success":true,{text}}}"#));
    vec![
        ("500", Act::saying(500, FREE_TEXT), Outcome::Unknown),
        ("500 after the transfer", Act::saying(500, FREE_TEXT).moving(), Outcome::Unknown),
        ("429", Act::saying(429, FREE_TEXT), Outcome::NotSent),
        ("garbage", Act::saying(200, FREE_TEXT), Outcome::Unknown),
        ("reset", Act::resetting(), Outcome::Unknown),
        ("reset after the transfer", Act::resetting().moving(), Outcome::Unknown),
        ("refused", Act::refusing("insufficient_funds"), Outcome::Refused),
        ("pending", Act::refusing("settlement_pending"), Outcome::Unknown),
        ("no hash", lie(r#""transaction":"","network":"$network","payer":"$payer""#), Outcome::Unknown),
        ("another network", lie(r#""transaction":"$hash","network":"eip155:1","payer":"$payer""#), Outcome::Unknown),
        (
            "another payer",
            lie(r#""transaction":"$hash","network":"$network","payer":"0x209693Bc6afc0C5328bA36FaF03C514EF312287C""#),
            Outcome::Unknown,
        ),
    ]
}

async fn shop(order: Order) -> Shop {
    Shop::with(Settings { order, ..Settings::default() }).await
}

#[tokio::test]
async fn before_no_fault_at_settle_gives_content_away_or_runs_the_handler() {
    for version in BOTH {
        for (case, act, outcome) in faults() {
            let shop = shop(Order::Before).await;
            shop.facilitator.next_settle(act);
            let payment = [shop.sign(version, PREMIUM, 1).await];
            let answer = shop.get(PREMIUM, &payment).await;
            match outcome {
                Outcome::NotSent => answer.is_unavailable(),
                Outcome::Refused => answer.is_refused_at_settlement(version, &Reason::INSUFFICIENT_FUNDS),
                Outcome::Unknown => drop(answer.is_unknown(version)),
            }
            assert_eq!((shop.work.started(), shop.facilitator.settle_calls()), (0, 1), "{case}");
            let again = shop.get(PREMIUM, &payment).await;
            match outcome {
                Outcome::NotSent => again.is_served(version),
                Outcome::Refused => again.is_refused(&Reason::INSUFFICIENT_FUNDS),
                Outcome::Unknown => drop(again.is_unknown(version)),
            }
            assert_eq!(shop.work.started(), usize::from(outcome == Outcome::NotSent), "{case}");
        }
    }
}

#[tokio::test]
async fn before_the_handler_starts_only_when_the_money_has_moved() {
    for version in BOTH {
        let (shop, latch) = (shop(Order::Before).await, Latch::new());
        shop.facilitator.next_settle(Act::honestly().held_after(&latch));
        let payment = [shop.sign(version, PREMIUM, 1).await];
        let asking = shop.get(PREMIUM, &payment);
        let meanwhile = async {
            latch.reached().await;
            assert_eq!((shop.work.started(), shop.facilitator.transfers()), (0, 1));
            latch.open();
        };
        tokio::join!(asking, meanwhile).0.is_served(version);
        assert_eq!(shop.work.started(), 1);
    }
}

#[tokio::test]
async fn background_gives_content_away_once_under_each_fault_and_never_twice() {
    for version in BOTH {
        for (case, act, outcome) in faults() {
            let (shop, latch) = (shop(Order::Background).await, Latch::new());
            shop.facilitator.next_settle(act.held(&latch));
            let payment = [shop.sign(version, PREMIUM, 1).await];
            // The documented loss: the content is handed over, whatever comes of the payment.
            let answer = shop.get(PREMIUM, &payment).await;
            assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, CONTENT), "{case}");
            let has_receipt =
                [PAYMENT_RESPONSE, X_PAYMENT_RESPONSE].iter().any(|name| answer.headers.contains_key(name));
            assert!(!has_receipt, "{case}: nothing is claimed that is not known");
            latch.reached().await;
            assert_eq!(shop.get(PREMIUM, &payment).await.status, StatusCode::CONFLICT, "{case}");
            latch.open();
            shop.quiet(2).await;
            let state = shop.state(1);
            let again = shop.get(PREMIUM, &payment).await;
            match outcome {
                Outcome::Unknown => {
                    assert!(matches!(state, Some(ClaimState::Unknown(_))), "{case}: {state:?}");
                    again.is_unknown(version);
                }
                Outcome::NotSent | Outcome::Refused => {
                    let Some(ClaimState::Rejected(reason)) = state else { panic!("{case}: {state:?}") };
                    again.is_refused(&reason);
                }
            }
            assert_eq!((shop.work.started(), shop.facilitator.settle_calls()), (1, 1), "{case}");
        }
    }
}

#[tokio::test]
async fn background_an_honest_settlement_is_waited_for_by_drain_though_the_client_is_gone() {
    let (shop, latch) = (shop(Order::Background).await, Latch::new());
    shop.facilitator.next_settle(Act::honestly().held(&latch));
    let payment = [shop.sign(X402Version::V2, PREMIUM, 1).await];
    shop.get(PREMIUM, &payment).await;
    latch.reached().await;
    let draining = shop.settlements.drain();
    let settling = async {
        shop.connections.over(1).await;
        assert_eq!(shop.facilitator.transfers(), 0);
        latch.open();
    };
    tokio::join!(draining, settling);
    assert_eq!((shop.state(1), shop.facilitator.transfers()), (Some(ClaimState::Delivered), 1));
}

#[tokio::test]
async fn no_fault_at_verify_lets_any_order_begin() {
    for order in [Order::After, Order::Before, Order::Background] {
        for act in [Act::saying(500, FREE_TEXT), Act::saying(200, "{}"), Act::resetting()] {
            let shop = shop(order).await;
            shop.facilitator.next_verify(act);
            let payment = [shop.sign(X402Version::V2, PREMIUM, 1).await];
            shop.get(PREMIUM, &payment).await.is_unavailable();
            assert_eq!((shop.work.started(), shop.facilitator.settle_calls()), (0, 0), "{order:?}");
            assert!(shop.claims.is_empty());
        }
    }
}
