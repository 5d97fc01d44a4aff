//! Who webhooks are sent to, and what is done with the API to have some sent.

use std::collections::BTreeMap;

use alloy_primitives::B256;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use x402_core::testing::ManualClock;
use x402_oneshot::webhook::{PublicKey, Verifier};

use crate::harness::{Api, Overload};

/// A server on a loopback port that hands out each request and answers as it is told.
pub(crate) struct Receiver {
    pub(crate) url: String,
    calls: mpsc::UnboundedReceiver<Call>,
}

/// A webhook that was received and not answered yet; dropped, it is answered with 200.
pub(crate) struct Call {
    pub(crate) body: String,
    pub(crate) headers: HeaderMap,
    reply: oneshot::Sender<Response<String>>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/1shot?shop=7", listener.local_addr().unwrap());
        let (sender, calls) = mpsc::unbounded_channel();
        let router = Router::new().fallback(receive).with_state(sender);
        tokio::spawn(async { axum::serve(listener, router).await });
        Self { url, calls }
    }

    /// Takes all that comes and answers this, from now on.
    pub(crate) fn answer(mut self, status: u16) -> String {
        tokio::spawn(async move {
            while let Some(call) = self.calls.recv().await {
                call.answer(status);
            }
        });
        self.url
    }

    pub(crate) async fn next(&mut self) -> Call {
        self.calls.recv().await.unwrap()
    }
}

async fn receive(
    State(sender): State<mpsc::UnboundedSender<Call>>,
    headers: HeaderMap,
    body: String,
) -> Response<String> {
    let (reply, answer) = oneshot::channel();
    // A test that no longer listens has seen enough.
    let _ = sender.send(Call { body, headers, reply });
    answer.await.unwrap_or_default()
}

impl Call {
    pub(crate) fn answer(self, status: u16) {
        let mut response = Response::new(format!("this is {status}"));
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        self.answer_with(response);
    }

    pub(crate) fn answer_with(self, response: Response<String>) {
        // The sender may have hung up.
        let _ = self.reply.send(response);
    }

    /// Waits until the sender hangs up.
    pub(crate) async fn hung_up(mut self) {
        self.reply.closed().await;
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// By hand, as the documentation has it: Ed25519 over the sorted JSON without the signature.
    pub(crate) fn is_signed_by(&self, key: &str) -> bool {
        let mut body = self.json();
        let signature = body.as_object_mut().unwrap().remove("signature").unwrap();
        let key: PublicKey = key.parse().unwrap();
        let key = VerifyingKey::from_bytes(key.as_bytes()).unwrap();
        let signature = Signature::from_bytes(&base64(signature.as_str().unwrap()).try_into().unwrap());
        key.verify_strict(sorted(&body).as_bytes(), &signature).is_ok()
    }
}

fn base64(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}

/// Good for the names and numbers that are in webhooks of the sandbox: ASCII, and integers.
fn sorted(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<&String, &Value> = members.iter().collect();
            let members = members.iter().map(|(name, value)| format!("{}:{}", json!(name), sorted(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(sorted).collect::<Vec<_>>().join(",")),
        leaf => leaf.to_string(),
    }
}

/// A contract method whose executions are told to this URL.
pub(crate) async fn told(api: &Api, url: &str) -> Value {
    let mut declaration = api.declaration("transferWithAuthorization", Overload::Bytes.inputs());
    declaration["callbackUrl"] = json!(url);
    api.post(&api.business("/methods"), declaration).await
}

/// Executes a transfer that is good if no other with this nonce was before it; gives the transaction's id.
pub(crate) async fn pay(api: &Api, method: &Value, nonce: u8) -> String {
    let answer = api.post(&execution(method), transfer(api, nonce)).await;
    answer["id"].as_str().unwrap().to_owned()
}

pub(crate) fn execution(method: &Value) -> String {
    format!("/methods/{}/execute", method["id"].as_str().unwrap())
}

pub(crate) fn transfer(api: &Api, nonce: u8) -> Value {
    let mut authorization = api.authorization();
    authorization.nonce = B256::repeat_byte(nonce);
    let params = Overload::Bytes.params(&authorization, api.sandbox.buyer_key().expose());
    json!({"params": params, "memo": MEMO})
}

/// JavaScript and Python write it in two ways.
pub(crate) const MEMO: &str = "caf\u{e9} \u{1f980}";

pub(crate) fn key(owner: &Value) -> &str {
    owner["publicKey"].as_str().unwrap()
}

/// A receiver's verifier that knows this key.
pub(crate) fn verifier(api: &Api, owner: &Value) -> Verifier<PublicKey, ManualClock> {
    Verifier::builder(key(owner).parse::<PublicKey>().unwrap()).clock(api.clock.clone()).build()
}
