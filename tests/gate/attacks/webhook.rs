//! Attack 30: webhooks that 1Shot did not send, or sent to be heard once.
//!
//! It is also how 1Shot's verifier and the tower service plug together: neither crate knows the other.

use std::time::Duration;

use axum::Router;
use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use x402_core::testing::ManualClock;
use x402_oneshot::webhook::{Delivery, ExecutionOutcome, KeySource, KeysError, PublicKey, Signer, Verifier};
use x402_tower::webhook::{Rejection, WebhookService};

use crate::support::{NOW, Sockets, client, within};

const TRANSACTION: &str = "4b4bab2d-673d-4b91-8e09-f1402962cd3e";

/// A server with a route that 1Shot reports to.
struct Receiver {
    url: String,
    clock: ManualClock,
    deliveries: mpsc::UnboundedReceiver<Delivery>,
    client: reqwest::Client,
}

impl Receiver {
    async fn open(keys: impl KeySource + 'static) -> Self {
        let clock = ManualClock::at(NOW);
        let verifier = Verifier::builder(keys).clock(clock.clone()).build();
        let (received, deliveries) = mpsc::unbounded_channel();
        let service = WebhookService::new(
            move |request: Request<Bytes>| {
                let verifier = verifier.clone();
                async move { verifier.verify(request.body()).await.map_err(|error| Rejection::from(error.status())) }
            },
            move |delivery| {
                let sent = received.send(delivery);
                async { Ok(sent?) }
            },
        );
        let sockets = Sockets::bind(([127, 0, 0, 1], 0).into()).await;
        let url = format!("http://{}/1shot", sockets.address());
        let app: Router = Router::new().route_service("/1shot", service);
        tokio::spawn(async move { axum::serve(sockets, app).await });
        Self { url, clock, deliveries, client: client() }
    }

    async fn post(&self, body: impl Into<reqwest::Body>) -> u16 {
        let response = within(self.client.post(&self.url).body(body).send()).await.unwrap();
        let status = response.status().as_u16();
        assert!(response.bytes().await.unwrap().is_empty(), "nobody is told why");
        status
    }
}

fn event() -> Value {
    json!({
        "eventName": "TransactionExecutionSuccess", "apiVersion": 0, "timestamp": NOW.as_secs(),
        "data": {
            "transactionId": TRANSACTION, "contractMethodId": "8a6e0804-2bd0-4672-b79d-d97027f90720",
            "chainId": 84532, "transactionMemo": "für 1 ☕",
        },
    })
}

fn signed(signer: &Signer, event: &Value) -> String {
    signer.sign(event.as_object().unwrap().clone()).unwrap()
}

#[tokio::test]
async fn what_1shot_signed_is_delivered_and_said_to_be_a_duplicate_the_second_time() {
    let signer = Signer::from_seed([7; 32]);
    let mut receiver = Receiver::open(signer.public_key()).await;
    let body = signed(&signer, &event());
    for duplicate in [false, true] {
        assert_eq!(receiver.post(body.clone()).await, 200);
        let delivery = receiver.deliveries.recv().await.unwrap();
        assert_eq!(delivery.is_duplicate(), duplicate);
        let execution = delivery.event().execution().unwrap();
        assert_eq!(execution.transaction_id.to_string(), TRANSACTION);
        assert_eq!(execution.memo.as_deref(), Some("für 1 ☕"));
        assert_eq!(execution.outcome, ExecutionOutcome::Succeeded);
    }
}

#[tokio::test]
async fn attack_30_what_is_forged_bent_or_stale_is_refused_with_4xx_and_delivered_to_nobody() {
    let (ours, theirs) = (Signer::from_seed([7; 32]), Signer::from_seed([8; 32]));
    let mut receiver = Receiver::open(ours.public_key()).await;
    let good = signed(&ours, &event());
    for (what, status, body) in [
        ("another key", 401, signed(&theirs, &event())),
        ("another transaction", 401, good.replace(TRANSACTION, "8a6e0804-2bd0-4672-b79d-d97027f90720")),
        ("an added member", 401, good.replacen('{', r#"{"__proto__":{"data":1},"#, 1)),
        ("no signature", 401, event().to_string()),
        ("no JSON", 400, good.replacen('{', "", 1)),
        ("no event", 400, signed(&ours, &json!({ "data": event() }))),
        ("nothing", 400, String::new()),
        ("too long", 413, good.clone() + &" ".repeat(256 * 1024)),
    ] {
        assert_eq!(receiver.post(body).await, status, "{what}");
    }
    let get = within(receiver.client.get(&receiver.url).send()).await.unwrap();
    assert_eq!((get.status().as_u16(), &get.headers()["allow"]), (405, &"POST".parse().unwrap()));

    receiver.clock.advance(Duration::from_secs(301));
    assert_eq!(receiver.post(good).await, 401, "too old");
    assert!(receiver.deliveries.try_recv().is_err());
}

#[tokio::test]
async fn only_a_key_that_we_could_not_get_is_our_fault_and_503() {
    struct Down;

    impl KeySource for Down {
        async fn fetch(&self) -> Result<Vec<PublicKey>, KeysError> {
            Err(KeysError::NoKey)
        }
    }

    let receiver = Receiver::open(Down).await;
    assert_eq!(receiver.post(signed(&Signer::from_seed([7; 32]), &event())).await, 503);
    assert_eq!(receiver.post("{}").await, 400);
}
