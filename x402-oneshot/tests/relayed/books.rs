//! An account that loses every execution, and whose list of transactions says what it is told to say.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use http::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};
use tokio::time::sleep;
use x402_core::{Asset, FacilitatorRequest, UnixSeconds, facilitator::Reach, testing::ManualClock, wire};
use x402_oneshot::{
    Client, Config, Credentials, RetryPolicy,
    api::WaitPolicy,
    facilitator::{Relayed, RelayedBuilder},
    transport::{Sending, Transport, TransportError, TransportErrorKind},
};

use crate::support::usdc;

pub(crate) const BUSINESS: &str = "d5f4e3a1-85ad-42fa-8e21-75545145c7cb";
/// The method that the account makes for whoever asks.
pub(crate) const METHOD: &str = "5d0f3e0c-9c1e-4d6a-8a3f-0e9a1b2c3d4e";
pub(crate) const WALLET: &str = "2f9d7a9e-6a75-4a0d-9f3b-5a1f3a6b8c22";
/// When an execution is sent.
pub(crate) const NOW: u64 = 1_760_000_000;

/// What the account is, and what it was asked.
#[derive(Clone, Default)]
pub(crate) struct Books(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// The pages of the list: the last one again and again.
    pages: VecDeque<Vec<Value>>,
    /// How long a page takes.
    pause: Duration,
    /// What an execution is answered with; it is lost if nothing.
    refusal: Option<u16>,
    asked: Vec<String>,
}

impl Books {
    pub(crate) fn of(rows: impl IntoIterator<Item = Value>) -> Self {
        Self::pages([rows.into_iter().collect()])
    }

    pub(crate) fn pages(pages: impl IntoIterator<Item = Vec<Value>>) -> Self {
        let books = Self::default();
        books.0.lock().unwrap().pages.extend(pages);
        books
    }

    /// Lets each page take this long.
    pub(crate) fn slow(self, pause: Duration) -> Self {
        self.0.lock().unwrap().pause = pause;
        self
    }

    /// Refuses executions with this status.
    pub(crate) fn refusing(self, status: u16) -> Self {
        self.0.lock().unwrap().refusal = Some(status);
        self
    }

    /// What was asked since the account was set up, without the token.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.0.lock().unwrap().asked.clone()
    }

    pub(crate) fn builder(&self) -> RelayedBuilder {
        let config = Config::new(Credentials::new("key", "secret")).retry(RetryPolicy::none()).random(|| 0);
        let client = Client::with_transport(config, self.clone());
        let wait = WaitPolicy::new().deadline(Duration::from_secs(10));
        let clock = ManualClock::at(UnixSeconds::from_secs(NOW));
        Relayed::builder(client, BUSINESS.parse().unwrap()).clock(clock).wait(wait)
    }

    pub(crate) async fn facilitator(&self) -> Relayed {
        self.facilitator_for([usdc()]).await
    }

    pub(crate) async fn facilitator_for(&self, tokens: impl IntoIterator<Item = Asset>) -> Relayed {
        let facilitator = tokens.into_iter().fold(self.builder(), RelayedBuilder::token).connect().await.unwrap();
        self.0.lock().unwrap().asked.clear();
        facilitator
    }

    /// The rows of the next page, of `memo`, and how many there are in all.
    fn list(&self, memo: &str) -> Value {
        let pages = &mut self.0.lock().unwrap().pages;
        let is_last = pages.len() < 2;
        let rows = if is_last { pages.front().cloned() } else { pages.pop_front() };
        let mut rows = rows.unwrap_or_default();
        for row in rows.iter_mut().filter(|row| row["memo"].is_null()) {
            row["memo"] = json!(memo);
        }
        // Unless it is the only one there is, others follow.
        let total = if is_last { rows.len() } else { 1_000_000 };
        json!({ "response": rows, "page": 1, "pageSize": 25, "totalResults": total })
    }
}

/// A payment in test USDC.
pub(crate) fn request() -> FacilitatorRequest {
    wire::decode_facilitator_request(include_bytes!("../fixtures/facilitator/request-v2.json")).unwrap()
}

/// An execution in the list: the one that was asked for, unless `more` says otherwise.
pub(crate) fn row(id: u8, status: &str, more: &Value) -> Value {
    let mut row = json!({
        "id": id_of(id), "status": status, "chainId": 84532, "transactionHash": hash(id), "walletId": WALLET,
        "contractAddress": usdc().address(), "created": NOW,
    });
    for (name, value) in more.as_object().unwrap() {
        row[name] = value.clone();
    }
    row
}

pub(crate) fn id_of(id: u8) -> String {
    format!("{id:02x}4bab2d-673d-4b91-8e09-f1402962cd3e")
}

pub(crate) fn hash(id: u8) -> String {
    format!("0x{}", format!("{id:02x}").repeat(32))
}

impl Transport for Books {
    fn send(&self, request: Request<bytes::Bytes>) -> Sending<'_> {
        let uri = request.uri();
        let (path, query) = (uri.path(), uri.query().unwrap_or_default());
        let value = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        let is_token = path.ends_with("/token");
        if !is_token {
            self.0.lock().unwrap().asked.push(format!("{} {}", request.method(), uri.path_and_query().unwrap()));
        }
        let lists = path.ends_with("/transactions");
        let mut status = StatusCode::OK;
        let body = if is_token {
            json!({ "access_token": "t", "token_type": "Bearer", "expires_in": 86_400 })
        } else if lists {
            self.list(&value("memo").unwrap_or_default().replace('+', " ").replace("%20", " ").replace("%3D", "="))
        } else if path.ends_with("/wallets") {
            let chain: u64 = value("chainId").unwrap().parse().unwrap();
            json!({ "page": 1, "pageSize": 25, "totalResults": 1, "response": [{
                "id": WALLET, "accountAddress": usdc().address(), "chainId": chain, "name": "till",
                "accountBalanceDetails": { "balance": "1" },
            }]})
        } else if path.ends_with("/methods") && request.method() == Method::GET {
            json!({ "response": [], "page": 1, "pageSize": 25, "totalResults": 0 })
        } else if path.ends_with("/methods") {
            let method: Value = serde_json::from_str(include_str!("../fixtures/contract_method.json")).unwrap();
            assert_eq!(method["id"], METHOD);
            method
        } else if path.ends_with("/execute") {
            let Some(refusal) = self.0.lock().unwrap().refusal else {
                return Box::pin(async { Err(TransportError::new(TransportErrorKind::Io, Reach::MaybeSent)) });
            };
            status = StatusCode::from_u16(refusal).unwrap();
            json!({ "type": "Refused", "message": "no", "retryable": false })
        } else {
            // One transaction: it is completed by now.
            let id = path.rsplit('/').next().unwrap();
            row(u8::from_str_radix(&id[..2], 16).unwrap(), "Completed", &json!({}))
        };
        let pause = if lists { self.0.lock().unwrap().pause } else { Duration::ZERO };
        let mut answer = Response::new(bytes::Bytes::from(body.to_string()));
        *answer.status_mut() = status;
        Box::pin(async move {
            sleep(pause).await;
            Ok(answer)
        })
    }
}
