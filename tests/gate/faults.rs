//! The fault table: each way in which facilitators fail, and what the client of the shop sees of it.

use std::time::Duration;

use http::StatusCode;
use tokio::net::TcpListener;
use x402_core::{Reason, X402Version, claim::ClaimState, header::PAYMENT_REQUIRED};

use crate::support::{Act, BOTH, FREE_TEXT, Facilitator, Latch, PREMIUM, Settings, Shop};

/// Long enough for an honest call, and short enough to wait for.
const SHORT: Duration = Duration::from_secs(2);

/// A facilitator that fails at verification: 503, nothing ran, nothing was settled, and the same payment is good
/// afterwards.
async fn fails_at_verify(case: &str, act: impl Fn() -> Act) {
    for version in BOTH {
        let settings = Settings { verify_timeout: SHORT, ..Settings::default() };
        // Only the call that hangs is to meet its limit.
        let settings = if case == "hangs" { settings } else { Settings::default() };
        let shop = Shop::with(settings).await;
        shop.facilitator.next_verify(act());
        let payment = [shop.sign(version, PREMIUM, 1).await];
        shop.get(PREMIUM, &payment).await.is_unavailable();
        assert_eq!(shop.facilitator.verify_calls(), 1, "{case}: asked once");
        assert_eq!((shop.work.started(), shop.facilitator.settle_calls()), (0, 0), "{case}");
        assert!(shop.claims.is_empty(), "{case}: released");
        shop.get(PREMIUM, &payment).await.is_served(version);
        assert_eq!((shop.work.started(), shop.facilitator.transfers()), (1, 1), "{case}");
    }
}

/// A facilitator whose settlement leaves the outcome open: 503 with a pending receipt, never a 402, and presenting the
/// payment again settles nothing again.
async fn unknown_at_settle(case: &str, settings: Settings, act: impl Fn() -> Act) {
    for version in BOTH {
        let shop = Shop::with(settings).await;
        shop.facilitator.next_settle(act());
        let payment = [shop.sign(version, PREMIUM, 1).await];
        for _ in 0..2 {
            shop.get(PREMIUM, &payment).await.is_unknown(version);
        }
        assert_eq!((shop.work.started(), shop.facilitator.settle_calls()), (1, 1), "{case}");
        assert!(matches!(shop.state(1), Some(ClaimState::Unknown(_))), "{case}: {:?}", shop.state(1));
    }
}

#[tokio::test]
async fn verify_500_or_429() {
    for status in [500, 502, 503, 429] {
        for body in [FREE_TEXT.to_owned(), format!(r#"{{"error":"{FREE_TEXT}"}}"#), String::new()] {
            fails_at_verify("status", || Act::saying(status, body.as_str())).await;
        }
    }
}

#[tokio::test]
async fn verify_garbage_body_or_is_valid_null() {
    for body in [
        "",
        "<html>hunter2</html>",
        "null",
        "{}",
        r#"{"isValid":null}"#,
        r#"{"isValid":"true"}"#,
        r#"{"isValid":true"#,
        r#"{"isValid":true,"isValid":false}"#,
    ] {
        fails_at_verify(body, || Act::saying(200, body)).await;
    }
    fails_at_verify("reset", Act::resetting).await;
    fails_at_verify("valid, and failed", || Act::saying(500, r#"{"isValid":true,"payer":"$payer"}"#)).await;
}

#[tokio::test]
async fn verify_for_another_payer_is_not_believed() {
    let somebody = r#"{"isValid":true,"payer":"0x209693Bc6afc0C5328bA36FaF03C514EF312287C"}"#;
    fails_at_verify("somebody else", || Act::saying(200, somebody)).await;
}

#[tokio::test]
async fn verify_hangs() {
    fails_at_verify("hangs", Act::hanging).await;
}

#[tokio::test]
async fn verify_says_no() {
    for version in BOTH {
        let shop = Shop::open().await;
        let no = format!(r#"{{"isValid":false,"invalidReason":"insufficient_funds","invalidMessage":"{FREE_TEXT}"}}"#);
        for status in [200, 400, 412, 500] {
            shop.facilitator.next_verify(Act::saying(status, no.as_str()));
            let payment = [shop.sign(version, PREMIUM, 1).await];
            shop.get(PREMIUM, &payment).await.is_refused(&Reason::INSUFFICIENT_FUNDS);
        }
        let words = format!(r#"{{"isValid":false,"invalidReason":"{FREE_TEXT}"}}"#);
        shop.facilitator.next_verify(Act::saying(200, words));
        let payment = [shop.sign(version, PREMIUM, 1).await];
        shop.get(PREMIUM, &payment).await.is_refused(&Reason::UNEXPECTED_VERIFY_ERROR);
        assert_eq!((shop.work.started(), shop.facilitator.settle_calls()), (0, 0));
    }
}

#[tokio::test]
async fn settle_500_or_connection_reset() {
    for status in [500, 502, 503, 504] {
        let failing = || Act::saying(status, format!(r#"{{"error":"{FREE_TEXT}"}}"#));
        unknown_at_settle("500", Settings::default(), failing).await;
        unknown_at_settle("500 after the transfer", Settings::default(), || failing().moving()).await;
    }
    unknown_at_settle("reset", Settings::default(), Act::resetting).await;
    unknown_at_settle("reset after the transfer", Settings::default(), || Act::resetting().moving()).await;
}

#[tokio::test]
async fn settle_hangs() {
    let settings = Settings { settle_timeout: SHORT, ..Settings::default() };
    unknown_at_settle("hangs", settings, Act::hanging).await;
    let after_transfer = || Act::honestly().held_after(&Latch::new());
    unknown_at_settle("hangs after the transfer", settings, after_transfer).await;
    let midway = || Act::honestly().held_midway(&Latch::new());
    unknown_at_settle("hangs in the middle of its answer", settings, midway).await;
}

#[tokio::test]
async fn settle_garbage() {
    for status in [200, 202, 302, 400, 409] {
        for body in ["", "<html>hunter2</html>", "null", "[]", "{}", r#"{"success":null}"#, r#"{"success":"true"}"#] {
            unknown_at_settle(body, Settings::default(), || Act::saying(status, body)).await;
        }
    }
}

#[tokio::test]
async fn settle_success_with_a_failing_status() {
    let success = r#"{"success":true,"transaction":"$hash","network":"$network","payer":"$payer"}"#;
    for status in [302, 400, 404, 429, 500] {
        unknown_at_settle("contradiction", Settings::default(), || Act::saying(status, success)).await;
    }
}

#[tokio::test]
async fn settle_429_was_not_looked_at() {
    for version in BOTH {
        let shop = Shop::open().await;
        shop.facilitator.next_settle(Act::saying(429, FREE_TEXT));
        let payment = [shop.sign(version, PREMIUM, 1).await];
        shop.get(PREMIUM, &payment).await.is_unavailable();
        assert!(shop.claims.is_empty(), "released");
        shop.get(PREMIUM, &payment).await.is_served(version);
        assert_eq!((shop.work.finished(), shop.facilitator.transfers()), (2, 1), "the first work was for nothing");
    }
}

#[tokio::test]
async fn settle_success_false() {
    for version in BOTH {
        let shop = Shop::open().await;
        shop.facilitator.next_settle(Act::refusing("insufficient_funds"));
        let payment = [shop.sign(version, PREMIUM, 1).await];
        shop.get(PREMIUM, &payment).await.is_refused_at_settlement(version, &Reason::INSUFFICIENT_FUNDS);
        assert_eq!((shop.work.started(), shop.facilitator.settle_calls()), (1, 1));
        // It is over for this payment; a new one is welcome.
        shop.get(PREMIUM, &payment).await.is_refused(&Reason::INSUFFICIENT_FUNDS);
        let another = [shop.sign(version, PREMIUM, 2).await];
        shop.get(PREMIUM, &another).await.is_served(version);
        assert_eq!((shop.work.started(), shop.facilitator.settle_calls()), (2, 2));
    }
}

#[tokio::test]
async fn settle_success_false_in_free_text_proves_nothing() {
    unknown_at_settle("free text", Settings::default(), || Act::refusing(FREE_TEXT)).await;
}

#[tokio::test]
async fn settlement_pending_with_tx_is_asked_once_more_and_then_settled() {
    for version in BOTH {
        let shop = Shop::open().await;
        shop.facilitator.next_settle(Act::pending());
        let settled = r#"{"success":true,"transaction":"$hash","network":"$network","payer":"$payer"}"#;
        shop.facilitator.next_settle(Act::saying(200, settled));
        let payment = [shop.sign(version, PREMIUM, 1).await];
        shop.get(PREMIUM, &payment).await.is_served(version);
        let bodies = shop.facilitator.settle_bodies();
        assert_eq!(bodies.len(), 2);
        assert_eq!(bodies[0], bodies[1], "the identical body");
        assert_eq!((shop.work.started(), shop.facilitator.transfers()), (1, 1));
    }
}

#[tokio::test]
async fn settlement_pending_with_tx_twice_is_unknown_and_the_client_is_told_the_transaction() {
    for version in BOTH {
        let shop = Shop::open().await;
        shop.facilitator.next_settle(Act::pending());
        shop.facilitator.next_settle(Act::pending());
        let payment = [shop.sign(version, PREMIUM, 1).await];
        let told = shop.get(PREMIUM, &payment).await.is_unknown(version).transaction;
        assert!(told.starts_with("0x7a") && told.len() == 66, "{told}");
        assert_eq!(shop.facilitator.settle_calls(), 2, "and is not asked a third time");
        assert_eq!(shop.get(PREMIUM, &payment).await.is_unknown(version).transaction, told);
        assert_eq!((shop.work.started(), shop.facilitator.transfers()), (1, 1));
    }
}

#[tokio::test]
async fn success_true_with_transaction_empty_or_wrong_network_or_wrong_payer() {
    for lie in [
        r#"{"success":true,"transaction":"","network":"$network","payer":"$payer"}"#,
        r#"{"success":true,"network":"$network","payer":"$payer"}"#,
        r#"{"success":true,"transaction":"0x12","network":"$network","payer":"$payer"}"#,
        r#"{"success":true,"transaction":"$hash","network":"eip155:8453","payer":"$payer"}"#,
        r#"{"success":true,"transaction":"$hash","network":"base","payer":"$payer"}"#,
        r#"{"success":true,"transaction":"$hash","network":"$network","payer":"0x209693Bc6afc0C5328bA36FaF03C514EF312287C"}"#,
    ] {
        unknown_at_settle(lie, Settings::default(), || Act::saying(200, lie)).await;
    }
}

#[tokio::test]
async fn client_disconnects_during_settle() {
    for version in BOTH {
        let shop = Shop::open().await;
        let latch = Latch::new();
        shop.facilitator.next_settle(Act::honestly().held(&latch));
        let payment = shop.sign(version, PREMIUM, 1).await;
        let client = shop.send(PREMIUM, &payment).await;
        latch.reached().await;
        drop(client);
        shop.connections.over(1).await;
        assert_eq!((shop.settlements.in_flight(), shop.facilitator.transfers()), (1, 0), "it goes on");
        latch.open();
        shop.quiet(1).await;
        assert_eq!((shop.facilitator.transfers(), shop.settlements.parked()), (1, 1));
        shop.get(PREMIUM, &[payment]).await.is_served(version);
        assert_eq!((shop.work.started(), shop.facilitator.settle_calls()), (1, 1));
    }
}

#[tokio::test]
async fn facilitator_down_at_start_and_an_unpaid_get_is_still_a_402() {
    // A port that was free a moment ago, and where nobody listens.
    let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let shop = Shop::over(Facilitator::absent(address).await, Settings::default()).await;
    let unpaid = shop.get(PREMIUM, &[]).await;
    assert_eq!(unpaid.status, StatusCode::PAYMENT_REQUIRED);
    assert!(unpaid.headers.contains_key(PAYMENT_REQUIRED) && unpaid.body.contains("accepts"));

    let payment = [shop.sign(X402Version::V2, PREMIUM, 1).await];
    for _ in 0..2 {
        shop.get(PREMIUM, &payment).await.is_unavailable();
    }
    assert!(shop.work.started() == 0 && shop.claims.is_empty());

    // And once it is up the same payment is good, without a restart.
    let facilitator = Facilitator::start_at(address).await;
    shop.get(PREMIUM, &payment).await.is_served(X402Version::V2);
    assert_eq!((shop.work.started(), facilitator.transfers()), (1, 1));
}
