//! A facilitator that does as it is told, call by call.

use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use bytes::Bytes;
use http::{StatusCode, header};
use serde_json::{Value, json};

use super::{Connections, Halves, Latch, Sockets, Switch};

/// What facilitators write where a code should be. It must reach nobody.
pub(crate) const FREE_TEXT: &str = "connect ECONNREFUSED postgres://admin:hunter2@10.0.0.7/ledger";

/// What to do with one call.
#[derive(Clone)]
pub(crate) struct Act {
    /// Waited at before anything is done.
    before: Option<Latch>,
    /// Whether the transfer is put on chain.
    moves: bool,
    /// Waited at before anything is said.
    after: Option<Latch>,
    /// Waited at in the middle of the answer.
    midway: Option<Latch>,
    says: Says,
}

#[derive(Clone)]
enum Says {
    /// What is true.
    Truth,
    /// This; `$payer`, `$network` and `$hash` stand for the payment's.
    Text(StatusCode, String),
    /// Go there.
    Elsewhere(StatusCode, String),
    /// Nothing: the connection is reset.
    Reset,
}

impl Act {
    const fn of(moves: bool, says: Says) -> Self {
        Self { before: None, moves, after: None, midway: None, says }
    }

    /// Does what it should.
    pub(crate) const fn honestly() -> Self {
        Self::of(true, Says::Truth)
    }

    /// Does nothing, and says this.
    pub(crate) fn saying(status: u16, text: impl Into<String>) -> Self {
        Self::of(false, Says::Text(StatusCode::from_u16(status).unwrap(), text.into()))
    }

    /// Does nothing, and says that the settlement failed for this reason.
    pub(crate) fn refusing(reason: &str) -> Self {
        let refusal = json!({
            "success": false, "errorReason": reason, "errorMessage": FREE_TEXT,
            "transaction": "", "network": "$network", "payer": "$payer",
        });
        Self::saying(200, refusal.to_string())
    }

    /// Puts the transfer on chain, and says that it is pending.
    pub(crate) fn pending() -> Self {
        let pending = json!({
            "success": false, "errorReason": "settlement_pending", "errorMessage": FREE_TEXT,
            "transaction": "$hash", "network": "$network", "payer": "$payer",
        });
        Self::saying(200, pending.to_string()).moving()
    }

    /// Does nothing, and resets the connection.
    pub(crate) const fn resetting() -> Self {
        Self::of(false, Says::Reset)
    }

    /// Sends the caller to another server.
    pub(crate) fn redirecting(status: u16, to: impl Into<String>) -> Self {
        Self::of(false, Says::Elsewhere(StatusCode::from_u16(status).unwrap(), to.into()))
    }

    /// Does nothing, and never answers.
    pub(crate) fn hanging() -> Self {
        Self::of(false, Says::Truth).held(&Latch::new())
    }

    /// Puts the transfer on chain all the same.
    pub(crate) const fn moving(mut self) -> Self {
        self.moves = true;
        self
    }

    /// Waits before it does anything.
    pub(crate) fn held(mut self, latch: &Latch) -> Self {
        self.before = Some(latch.clone());
        self
    }

    /// Waits before it says anything.
    pub(crate) fn held_after(mut self, latch: &Latch) -> Self {
        self.after = Some(latch.clone());
        self
    }

    /// Waits in the middle of its answer.
    pub(crate) fn held_midway(mut self, latch: &Latch) -> Self {
        self.midway = Some(latch.clone());
        self
    }
}

/// The facilitator, and the chain behind it.
#[derive(Clone)]
pub(crate) struct Facilitator {
    address: SocketAddr,
    connections: Connections,
    state: Arc<Mutex<Record>>,
}

#[derive(Default)]
struct Record {
    verify_acts: VecDeque<Act>,
    settle_acts: VecDeque<Act>,
    verify_bodies: Vec<Bytes>,
    settle_bodies: Vec<Bytes>,
    supported_calls: usize,
    /// Spent nonces, and how often somebody tried to spend them.
    spent: BTreeMap<String, usize>,
}

impl Facilitator {
    /// Listens on a port that is free.
    pub(crate) async fn start() -> Self {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0))).await
    }

    /// Does not listen: for the address of one that is down.
    pub(crate) async fn absent(address: SocketAddr) -> Self {
        let connections = Sockets::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.connections();
        Self { address, connections, state: Arc::default() }
    }

    pub(crate) async fn start_at(address: SocketAddr) -> Self {
        let sockets = Sockets::bind(address).await;
        let (address, connections) = (sockets.address(), sockets.connections());
        let facilitator = Self { address, connections, state: Arc::default() };
        let app = Router::new()
            .route("/verify", post(verify))
            .route("/settle", post(settle))
            .route("/supported", get(supported))
            .with_state(facilitator.clone());
        let app = app.into_make_service_with_connect_info::<Switch>();
        tokio::spawn(async move { axum::serve(sockets, app).await });
        facilitator
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.state.lock().unwrap()
    }

    /// Acts like this at the next call of `/verify` that has no act yet; without acts it is honest.
    pub(crate) fn next_verify(&self, act: Act) {
        self.record().verify_acts.push_back(act);
    }

    pub(crate) fn next_settle(&self, act: Act) {
        self.record().settle_acts.push_back(act);
    }

    pub(crate) fn verify_calls(&self) -> usize {
        self.record().verify_bodies.len()
    }

    pub(crate) fn settle_calls(&self) -> usize {
        self.record().settle_bodies.len()
    }

    pub(crate) fn settle_bodies(&self) -> Vec<Bytes> {
        self.record().settle_bodies.clone()
    }

    /// How often anything was asked of it.
    pub(crate) fn calls(&self) -> usize {
        let record = self.record();
        record.verify_bodies.len() + record.settle_bodies.len() + record.supported_calls
    }

    /// How often anybody connected.
    pub(crate) fn connections(&self) -> usize {
        self.connections.accepted()
    }

    /// How many transfers there are on chain.
    pub(crate) fn transfers(&self) -> usize {
        self.record().spent.len()
    }

    async fn answer(&self, act: Act, asked: &Asked, switch: &Switch, truth: impl FnOnce(&Self) -> Value) -> Response {
        if let Some(latch) = &act.before {
            latch.pass().await;
        }
        let truth = truth(self);
        if let Some(latch) = &act.after {
            latch.pass().await;
        }
        let (status, text) = match act.says {
            Says::Truth => (StatusCode::OK, truth.to_string()),
            Says::Text(status, text) => (status, text),
            Says::Elsewhere(status, to) => return (status, [(header::LOCATION, to)]).into_response(),
            Says::Reset => {
                switch.reset();
                return StatusCode::OK.into_response();
            }
        };
        let text =
            text.replace("$payer", &asked.payer).replace("$network", &asked.network).replace("$hash", &asked.hash);
        match act.midway {
            Some(latch) => (status, Body::new(Halves::new(&text, latch))).into_response(),
            None => (status, text).into_response(),
        }
    }
}

/// What a request is about.
struct Asked {
    payer: String,
    nonce: String,
    network: String,
    hash: String,
}

impl Asked {
    fn of(body: &[u8]) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let authorization = &body["paymentPayload"]["payload"]["authorization"];
        let nonce = text(&authorization["nonce"]);
        // A transaction of its own for each nonce.
        let hash = format!("0x7a{}", &nonce[4..]);
        Self {
            payer: text(&authorization["from"]),
            network: text(&body["paymentRequirements"]["network"]),
            nonce,
            hash,
        }
    }
}

async fn verify(
    State(facilitator): State<Facilitator>,
    ConnectInfo(switch): ConnectInfo<Switch>,
    body: Bytes,
) -> Response {
    let asked = Asked::of(&body);
    let act = {
        let mut record = facilitator.record();
        record.verify_bodies.push(body);
        record.verify_acts.pop_front().unwrap_or_else(Act::honestly)
    };
    let truth = |facilitator: &Facilitator| match facilitator.record().spent.contains_key(&asked.nonce) {
        true => json!({ "isValid": false, "invalidReason": "invalid_exact_evm_nonce_already_used" }),
        false => json!({ "isValid": true, "payer": asked.payer }),
    };
    facilitator.answer(act, &asked, &switch, truth).await
}

async fn settle(
    State(facilitator): State<Facilitator>,
    ConnectInfo(switch): ConnectInfo<Switch>,
    body: Bytes,
) -> Response {
    let asked = Asked::of(&body);
    let act = {
        let mut record = facilitator.record();
        record.settle_bodies.push(body);
        record.settle_acts.pop_front().unwrap_or_else(Act::honestly)
    };
    let moves = act.moves;
    let truth = |facilitator: &Facilitator| {
        let mut record = facilitator.record();
        let is_spent = record.spent.contains_key(&asked.nonce);
        if moves {
            *record.spent.entry(asked.nonce.clone()).or_default() += 1;
        }
        let Asked { payer, network, hash, .. } = &asked;
        match is_spent {
            true => json!({
                "success": false, "errorReason": "invalid_exact_evm_nonce_already_used",
                "transaction": "", "network": network, "payer": payer,
            }),
            false => json!({ "success": true, "transaction": hash, "network": network, "payer": payer }),
        }
    };
    facilitator.answer(act, &asked, &switch, truth).await
}

async fn supported(State(facilitator): State<Facilitator>) -> String {
    facilitator.record().supported_calls += 1;
    json!({ "kinds": [], "extensions": [], "signers": {} }).to_string()
}
