//! Clients that hang up, at each point of a request's life.

use http::{HeaderName, HeaderValue};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use x402_core::{Reason, X402Version, claim::ClaimState, server::Identifiers};
use x402_tower::server::Order;

use crate::support::{Act, BOTH, CONTENT, Latch, PREMIUM, Settings, Shop, bent, head, within};

type Payment = (HeaderName, HeaderValue);

/// What must be true of the payment once the server has seen that its client is gone.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Then {
    /// Nothing happened: it is as good as new.
    Untouched,
    /// It was paid for, and the content waits.
    Owed,
    /// The content was handed over.
    Delivered,
    /// One of these: where the client is gone while its request arrives.
    Anything,
}

/// A shop, a payment and a latch.
struct Scene {
    shop: Shop,
    payment: Payment,
    version: X402Version,
    latch: Latch,
}

impl Scene {
    async fn set(version: X402Version, settings: Settings) -> Self {
        let shop = Shop::with(settings).await;
        let payment = shop.sign(version, PREMIUM, 1).await;
        Self { shop, payment, version, latch: Latch::new() }
    }

    fn head(&self) -> String {
        head(PREMIUM, &self.payment)
    }

    /// Sends the request, waits until it has come to the latch, and hangs up; the latch opens when the server has seen
    /// that.
    async fn hang_up_at_the_latch(&self) {
        let client = self.shop.send(PREMIUM, &self.payment).await;
        self.latch.reached().await;
        drop(client);
        self.shop.connections.over(1).await;
        self.latch.open();
    }

    /// Money and claim agree, and whoever presents the payment again gets what was paid for, once.
    async fn ends(self, case: &str, then: Then) {
        let Self { shop, payment, version, .. } = self;
        shop.quiet(1).await;
        let (state, transfers) = (shop.state(1), shop.facilitator.transfers());
        let seen = match (&state, transfers) {
            (None, 0) => Then::Untouched,
            (Some(ClaimState::Settled(_)), 1) => Then::Owed,
            (Some(ClaimState::Delivered), 1) => Then::Delivered,
            _ => panic!("{case}: {transfers} transfers, and the claim says {state:?}"),
        };
        assert!(seen == then || then == Then::Anything, "{case}: {seen:?}");
        assert!(shop.work.finished() <= 1, "{case}");
        assert_eq!(transfers > 0, shop.facilitator.settle_calls() > 0, "{case}");

        let payment = [payment];
        if seen != Then::Delivered {
            shop.get(PREMIUM, &payment).await.is_served(version);
        }
        shop.get(PREMIUM, &payment).await.is_refused(&Reason::NONCE_USED);
        assert_eq!(shop.work.finished(), 1, "{case}: worked once");
        assert_eq!((shop.facilitator.settle_calls(), shop.facilitator.transfers()), (1, 1), "{case}: paid once");
        assert_eq!(shop.state(1), Some(ClaimState::Delivered), "{case}");
        assert_eq!((shop.settlements.parked(), shop.settlements.unknown()), (0, 0), "{case}: nothing is left");
    }
}

/// Reads until the end of the head, at least; gives what was read.
async fn read_head(client: &mut TcpStream) -> String {
    let mut read = Vec::new();
    while !read.windows(4).any(|end| end == b"\r\n\r\n") {
        assert_ne!(within(client.read_buf(&mut read)).await.unwrap(), 0, "the head comes");
    }
    String::from_utf8(read).unwrap()
}

#[tokio::test]
async fn points_1_to_5_before_the_head_is_whole() {
    for version in BOTH {
        let scene = Scene::set(version, Settings::default()).await;
        let whole = scene.head().len();
        for (point, sent) in [(1, 0), (2, 5), (3, whole / 2), (4, whole - 4), (5, whole - 1)] {
            let scene = Scene::set(version, Settings::default()).await;
            let mut client = scene.shop.connect().await;
            client.write_all(&scene.head().as_bytes()[..sent]).await.unwrap();
            drop(client);
            scene.ends(&format!("point {point}, {version}"), Then::Untouched).await;
        }
    }
}

#[tokio::test]
async fn point_6_right_after_the_head() {
    for version in BOTH {
        let scene = Scene::set(version, Settings::default()).await;
        drop(scene.shop.send(PREMIUM, &scene.payment).await);
        scene.ends("point 6", Then::Anything).await;
    }
}

#[tokio::test]
async fn point_7_with_half_of_the_request_body_sent() {
    for version in BOTH {
        let scene = Scene::set(version, Settings::default()).await;
        let mut client = scene.shop.connect().await;
        let head = scene.head().replace("GET ", "POST ").replace("\r\n\r\n", "\r\ncontent-length: 10\r\n\r\nhalf.");
        client.write_all(head.as_bytes()).await.unwrap();
        within(async {
            while scene.shop.work.started() == 0 {
                tokio::task::yield_now().await;
            }
        })
        .await;
        drop(client);
        scene.ends("point 7", Then::Untouched).await;
    }
}

#[tokio::test]
async fn points_8_and_9_during_verification() {
    for version in BOTH {
        for (point, act) in [(8, Act::held as fn(Act, &Latch) -> Act), (9, Act::held_midway)] {
            let scene = Scene::set(version, Settings::default()).await;
            scene.shop.facilitator.next_verify(act(Act::honestly(), &scene.latch));
            scene.hang_up_at_the_latch().await;
            scene.ends(&format!("point {point}"), Then::Untouched).await;
        }
    }
}

#[tokio::test]
async fn point_10_during_the_handler() {
    for version in BOTH {
        let scene = Scene::set(version, Settings::default()).await;
        scene.shop.work.hold_at(&scene.latch);
        scene.hang_up_at_the_latch().await;
        assert_eq!((scene.shop.work.started(), scene.shop.work.finished()), (1, 0), "it was dropped in its middle");
        scene.ends("point 10", Then::Untouched).await;
    }
}

#[tokio::test]
async fn points_11_to_13_during_settlement() {
    for version in BOTH {
        for (point, act) in [(11, Act::held as fn(Act, &Latch) -> Act), (12, Act::held_after), (13, Act::held_midway)] {
            let scene = Scene::set(version, Settings::default()).await;
            scene.shop.facilitator.next_settle(act(Act::honestly(), &scene.latch));
            scene.hang_up_at_the_latch().await;
            scene.ends(&format!("point {point}"), Then::Owed).await;
        }
    }
}

#[tokio::test]
async fn point_14_during_settlement_with_a_reset() {
    for version in BOTH {
        let scene = Scene::set(version, Settings::default()).await;
        scene.shop.facilitator.next_settle(Act::honestly().held(&scene.latch));
        let client = scene.shop.send(PREMIUM, &scene.payment).await;
        scene.latch.reached().await;
        client.set_zero_linger().unwrap();
        drop(client);
        scene.shop.connections.over(1).await;
        scene.latch.open();
        scene.ends("point 14", Then::Owed).await;
    }
}

#[tokio::test]
async fn point_15_before_a_settlement_that_is_then_refused() {
    for version in BOTH {
        let scene = Scene::set(version, Settings::default()).await;
        scene.shop.facilitator.next_settle(Act::refusing("insufficient_funds").held(&scene.latch));
        scene.hang_up_at_the_latch().await;
        let Scene { shop, payment, .. } = scene;
        shop.quiet(1).await;
        assert_eq!(shop.state(1), Some(ClaimState::Rejected(Reason::INSUFFICIENT_FUNDS)));
        assert_eq!((shop.facilitator.transfers(), shop.settlements.parked()), (0, 0), "the content is thrown away");
        shop.get(PREMIUM, &[payment]).await.is_refused(&Reason::INSUFFICIENT_FUNDS);
        assert_eq!((shop.work.finished(), shop.facilitator.settle_calls()), (1, 1));
    }
}

#[tokio::test]
async fn point_16_before_a_settlement_whose_outcome_is_then_lost() {
    for version in BOTH {
        for act in [Act::resetting(), Act::resetting().moving()] {
            let scene = Scene::set(version, Settings::default()).await;
            scene.shop.facilitator.next_settle(act.held(&scene.latch));
            scene.hang_up_at_the_latch().await;
            let Scene { shop, payment, .. } = scene;
            shop.quiet(1).await;
            assert_eq!(shop.state(1), Some(ClaimState::Unknown(None)));
            assert_eq!((shop.settlements.parked(), shop.settlements.unknown()), (1, 1), "it is asked about");
            shop.get(PREMIUM, &[payment]).await.is_unknown(version);
            assert_eq!((shop.work.finished(), shop.facilitator.settle_calls()), (1, 1));
        }
    }
}

#[tokio::test]
async fn points_17_to_19_after_the_head_of_the_response_in_the_body_and_at_its_end() {
    for version in BOTH {
        for point in 17..=19 {
            let scene = Scene::set(version, Settings::default()).await;
            if point < 19 {
                scene.shop.work.pause_at(&scene.latch);
            }
            let mut client = scene.shop.send(PREMIUM, &scene.payment).await;
            let mut read = read_head(&mut client).await;
            assert!(read.starts_with("HTTP/1.1 200 OK\r\n"), "{read}");
            if point == 18 {
                while !read.contains(&CONTENT[..CONTENT.len() / 2]) {
                    let mut more = [0; 256];
                    let length = within(client.read(&mut more)).await.unwrap();
                    read.push_str(std::str::from_utf8(&more[..length]).unwrap());
                }
                assert!(!read.contains(CONTENT));
            }
            drop(client);
            // The body is the handler's; the latch stays shut until the server has noticed.
            scene.shop.connections.over(1).await;
            scene.latch.open();
            scene.ends(&format!("point {point}"), Then::Delivered).await;
        }
    }
}

#[tokio::test]
async fn point_20_the_owed_response_is_lost_too_while_it_is_handed_over() {
    for version in BOTH {
        let scene = Scene::set(version, Settings::default()).await;
        scene.shop.facilitator.next_settle(Act::honestly().held(&scene.latch));
        scene.hang_up_at_the_latch().await;
        scene.shop.quiet(1).await;
        assert_eq!(scene.shop.settlements.parked(), 1);
        // The second client is gone before the server can have read its request, or after: never is anything lost.
        drop(scene.shop.send(PREMIUM, &scene.payment).await);
        scene.shop.quiet(2).await;
        let delivered = scene.shop.state(1) == Some(ClaimState::Delivered);
        scene.ends("point 20", if delivered { Then::Delivered } else { Then::Owed }).await;
    }
}

#[tokio::test]
async fn before_during_settlement_and_in_the_handler_afterwards() {
    let settings = Settings { order: Order::Before, ..Settings::default() };
    for version in BOTH {
        let scene = Scene::set(version, settings).await;
        scene.shop.facilitator.next_settle(Act::honestly().held(&scene.latch));
        scene.hang_up_at_the_latch().await;
        scene.shop.quiet(1).await;
        assert_eq!(scene.shop.work.started(), 0, "nobody to work for");
        scene.ends("before, settling", Then::Owed).await;

        let scene = Scene::set(version, settings).await;
        scene.shop.work.hold_at(&scene.latch);
        scene.hang_up_at_the_latch().await;
        scene.ends("before, in the handler", Then::Owed).await;
    }
}

#[tokio::test]
async fn background_during_settlement() {
    let settings = Settings { order: Order::Background, ..Settings::default() };
    for version in BOTH {
        let scene = Scene::set(version, settings).await;
        scene.shop.facilitator.next_settle(Act::honestly().held(&scene.latch));
        scene.hang_up_at_the_latch().await;
        scene.ends("background", Then::Delivered).await;
    }
}

#[tokio::test]
async fn a_payment_that_was_named_gets_its_response_again_wherever_it_was_lost() {
    let settings = Settings { identifiers: Some(Identifiers::Optional), ..Settings::default() };
    let named = |payment: &Payment| {
        bent(payment, |document| {
            document["extensions"]["payment-identifier"]["info"]["id"] = "pay_0123456789abcdef".into()
        })
    };
    // While it settles.
    let mut scene = Scene::set(X402Version::V2, settings).await;
    scene.payment = named(&scene.payment);
    scene.shop.facilitator.next_settle(Act::honestly().held(&scene.latch));
    scene.hang_up_at_the_latch().await;
    scene.shop.quiet(1).await;
    lost_and_found(&scene).await;

    // After the head of the response.
    let mut scene = Scene::set(X402Version::V2, settings).await;
    scene.payment = named(&scene.payment);
    let mut client = scene.shop.send(PREMIUM, &scene.payment).await;
    read_head(&mut client).await;
    drop(client);
    scene.shop.quiet(1).await;
    assert_eq!(scene.shop.state(1), Some(ClaimState::Delivered));
    lost_and_found(&scene).await;
}

async fn lost_and_found(Scene { shop, payment, version, .. }: &Scene) {
    for _ in 0..2 {
        shop.get(PREMIUM, std::slice::from_ref(payment)).await.is_served(*version);
    }
    assert_eq!((shop.work.started(), shop.facilitator.settle_calls(), shop.facilitator.transfers()), (1, 1, 1));
}
