//! Faults, clock, chain and webhooks over HTTP, for tests in other languages.
//!
//! Below `/_sandbox` of the sandbox's address, outside `/v0`, if
//! [`SandboxBuilder::admin`](crate::sandbox::SandboxBuilder::admin) allowed it. No token is asked for, and no fault
//! strikes here. A body is JSON and says so in its `Content-Type`. Requests that a web page sent are refused, by their
//! `Origin`. Errors are the API's `ErrorResponse`.
//!
//! | endpoint | body or answer |
//! |---|---|
//! | `GET /_sandbox/faults` | `{"rules": [rule, …]}`: those that may still strike, with what they `seen` and `struck` |
//! | `POST /_sandbox/faults` | a rule |
//! | `DELETE /_sandbox/faults` | ends all rules, lifecycles and the lifetime of tokens |
//! | `POST /_sandbox/lifecycles` | `{"times": 1, "lifecycle": lifecycle}` for the next transactions |
//! | `POST /_sandbox/tokens` | `{"revoke": true, "lifetimeSeconds": 60}`, each optional |
//! | `GET /_sandbox/clock` | `{"now": 1750000000, "manual": true}` |
//! | `POST /_sandbox/clock` | `{"advanceSeconds": 60}` or `{"now": 1750000000}`; 403 unless the clock is [manual](crate::sandbox::SandboxClock) |
//! | `GET /_sandbox/chains/{chainId}/balances/{account}` | `{"native": "0", "tokens": {"0x036C…": "50000"}}`, in atomic units |
//! | `POST /_sandbox/wallets/{id}` | `{"balance": "0"}`, in wei |
//! | `DELETE /_sandbox/methods/{id}` | forgets a contract method |
//! | `POST /_sandbox/submit`, `POST /_sandbox/mine` | broadcasts, and mines, what is queued |
//! | `GET /_sandbox/webhooks` | `{"shape": "legacy", "form": "ecmaScript", "faults": [webhook fault, …]}` |
//! | `POST /_sandbox/webhooks` | `{"shape": "relayer", "form": "python"}`, each optional |
//! | `POST /_sandbox/webhooks/faults` | a webhook fault |
//! | `DELETE /_sandbox/webhooks/faults` | ends all webhook faults |
//! | `POST /_sandbox/webhooks/rotate` | `{"url": "http://127.0.0.1:8000/hook"}` gets another key; 422 if no endpoint has the URL |
//! | `GET /_sandbox/webhooks/deliveries` | `{"deliveries": [delivery, …]}`, oldest first; with `?settled=true` only when nothing more is to be sent |
//! | `POST /_sandbox/reset` | everything as it was at the start: see [below](#reset) |
//! | `GET /_sandbox/log` | `{"requests": [{"method", "route", "count"}], "transactions": [Transaction, …], "events": [event, …]}`, oldest first |
//!
//! # Reset
//!
//! What [`Sandbox::reset`](crate::sandbox::Sandbox::reset) does, for a suite whose tests share a sandbox. It ends all
//! faults, lifecycles and webhook faults, and the world is the one that the sandbox started with: balances, wallets,
//! contract methods, transactions, webhooks, deliveries and the log.
//!
//! What stays: API key and secret, access tokens, business id, the ids and addresses of the first wallets, the buyer's
//! key, and the clock. No id and no transaction's hash is given twice.
//!
//! # Events
//!
//! What [`Sandbox::events`](crate::sandbox::Sandbox::events) tells:
//!
//! ```json
//! [
//!   {"event": "transactionFinal", "transaction": "f4e3d951-85ad-42fa-8e21-75545145c7cb"},
//!   {"event": "lowBalance", "wallet": "8a6e0804-2bd0-4672-b79d-d97027f90720", "balance": "7", "threshold": "10000000000000000"},
//!   {"event": "depositConfirmed", "wallet": "8a6e0804-2bd0-4672-b79d-d97027f90720", "from": null, "amount": "8"}
//! ]
//! ```
//!
//! # Rules
//!
//! ```json
//! {
//!   "method": "POST",
//!   "route": "/methods/{id}/execute",
//!   "when": {"times": 1},
//!   "faults": [{"reset": {"after": true}}]
//! }
//! ```
//!
//! `when` is `"always"`, `{"between": {"from": 1750000000, "until": 1750000060}}`, `{"every": 3}`, `{"percent": 10}` or
//! `{"times": 2}`. Of `faults`, each request takes the next, and `null` lets it pass. A fault is one of
//!
//! ```json
//! [
//!   {"answer": {"status": 429, "body": {"error": {"type": "RateLimitError", "retryable": true}}, "retryAfter": "2", "after": false}},
//!   {"answer": {"status": 502, "body": {"html": "<h1>Bad gateway</h1>"}}},
//!   {"answer": {"status": 200, "body": {"json": {"isValid": true}}}},
//!   {"answer": {"status": 503, "body": "empty"}},
//!   "cutBody",
//!   {"edit": [{"op": "replace", "path": "/expires_in", "value": 0}, {"op": "remove", "path": "/scope"}, {"op": "move", "from": "/txHash", "path": "/transaction"}]},
//!   "emptyBody",
//!   {"hang": {"after": false}},
//!   {"latency": 6000},
//!   {"refusal": "insufficient_funds"},
//!   {"reset": {"after": true}},
//!   {"slowBody": 100},
//!   "truncatedBody"
//! ]
//! ```
//!
//! # Lifecycles
//!
//! ```json
//! {"stages": [{"status": "Pending", "polls": 2}, {"status": "Dropped", "polls": 1}], "end": "mined"}
//! ```
//!
//! `polls` are answers of `GET /transactions/{id}`, or blocks where the [endpoint waits](super::Lifecycle) for the end.
//! `end` is `"mined"`, `"forever"`, `"raced"` or `{"failed": {"reason": "Transaction reverted"}}`.
//!
//! # Webhooks
//!
//! What [`SandboxWebhooks`](crate::sandbox::SandboxWebhooks) does. `shape` is `"legacy"` or `"relayer"`, `form`
//! `"ecmaScript"` or `"python"`. A webhook fault has a `when` like a rule, and is one of
//!
//! ```json
//! [
//!   {"fault": "badSignature", "when": {"times": 1}},
//!   {"fault": {"delayed": 500}, "when": {"every": 2}},
//!   {"fault": "duplicate", "when": "always"},
//!   {"fault": "early", "when": {"percent": 10}},
//!   {"fault": {"stale": 3600000}, "when": {"times": 1}}
//! ]
//! ```
//!
//! Durations are milliseconds. Listed, it also says how often it was `seen`. A delivery is
//!
//! ```json
//! {
//!   "id": "4b4bab2d-673d-4b91-8e09-f1402962cd3e",
//!   "endpointId": "8a6e0804-2bd0-4672-b79d-d97027f90720",
//!   "eventName": "TransactionExecutionSuccess",
//!   "transactionId": "f4e3d951-85ad-42fa-8e21-75545145c7cb",
//!   "status": "Success",
//!   "attempts": [
//!     {
//!       "id": "1f0c5a4e-98d2-4a3b-9d3b-0a8a4f1f2f11",
//!       "body": "{}",
//!       "signature": "",
//!       "timestamp": 1750000000,
//!       "status": 200,
//!       "answer": "ok"
//!     }
//!   ]
//! }
//! ```
//!
//! `transactionId` is null if it tells of a wallet, and an attempt's `status` if there was no answer.

use std::sync::Arc;
use std::time::Duration;

use alloy_primitives::{Address, U256};
use axum::Json;
use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::header::ORIGIN;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{delete, get, post};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use x402_core::{Asset, UnixSeconds};

use super::engine::{Full, MAX_FAULTS};
use super::handle::Faults;
use super::lifecycle::Lifecycle;
use super::rule::Rule;
use crate::sandbox::event::SandboxEvent;
use crate::sandbox::extract::{DeclaredBody, Id};
use crate::sandbox::failure::Failure;
use crate::sandbox::genesis;
use crate::sandbox::shared::Shared;
use crate::sandbox::value;
use crate::sandbox::webhooks::admin::{Answer, done, router as webhooks_admin};

pub(in crate::sandbox) fn router(shared: Arc<Shared>) -> Router {
    let admin = Router::new()
        .route("/faults", get(rules).post(add).delete(clear))
        .route("/lifecycles", post(script))
        .route("/tokens", post(tokens))
        .route("/clock", get(clock).post(set_clock))
        .route("/chains/{chain}/balances/{account}", get(balances))
        .route("/wallets/{id}", post(set_balance))
        .route("/methods/{id}", delete(forget_method))
        .route("/submit", post(submit))
        .route("/mine", post(mine))
        .route("/reset", post(reset))
        .route("/log", get(log))
        .nest("/webhooks", webhooks_admin())
        .layer(from_fn(keep_pages_out));
    Router::new().nest("/_sandbox", admin).with_state(shared)
}

/// Browsers say whose page sends, whenever it is not a mere `GET`.
async fn keep_pages_out(request: Request, next: Next) -> Result<Response, Failure> {
    if request.headers().contains_key(ORIGIN) {
        return Err(Failure::unauthorized("web pages have no business here"));
    }
    Ok(next.run(request).await)
}

fn full(name: &str) -> impl FnOnce(Full) -> Failure {
    move |Full| Failure::invalid("body", name, format!("the sandbox holds no more than {MAX_FAULTS} of these"))
}

async fn rules(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({"rules": shared.faults.rules()}))
}

async fn add(State(shared): State<Arc<Shared>>, DeclaredBody(rule): DeclaredBody<Rule>) -> Answer {
    shared.faults.add(rule).map_err(full("faults"))?;
    done()
}

async fn clear(State(shared): State<Arc<Shared>>) -> Answer {
    shared.faults.clear();
    done()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Script {
    #[serde(default = "one")]
    times: usize,
    lifecycle: Lifecycle,
}

const fn one() -> usize {
    1
}

async fn script(State(shared): State<Arc<Shared>>, DeclaredBody(body): DeclaredBody<Script>) -> Answer {
    let Script { times, lifecycle } = body;
    shared.faults.script(&lifecycle, times).map_err(full("times"))?;
    done()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Tokens {
    #[serde(default)]
    revoke: bool,
    lifetime_seconds: Option<u64>,
}

async fn tokens(State(shared): State<Arc<Shared>>, DeclaredBody(body): DeclaredBody<Tokens>) -> Answer {
    let Tokens { revoke, lifetime_seconds } = body;
    let faults = Faults(&shared);
    if revoke {
        faults.revoke_tokens();
    }
    if let Some(seconds) = lifetime_seconds {
        faults.token_lifetime(Duration::from_secs(seconds));
    }
    done()
}

async fn clock(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({"now": shared.now(), "manual": shared.manual_clock.is_some()}))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Hands {
    now: Option<u64>,
    #[serde(default)]
    advance_seconds: u64,
}

async fn set_clock(State(shared): State<Arc<Shared>>, DeclaredBody(body): DeclaredBody<Hands>) -> Answer {
    let Hands { now, advance_seconds } = body;
    let Some(clock) = &shared.manual_clock else {
        return Err(Failure::unauthorized("the clock is not the sandbox's own"));
    };
    if let Some(now) = now {
        clock.set(UnixSeconds::from_secs(now));
    }
    clock.advance(Duration::from_secs(advance_seconds));
    done()
}

async fn balances(State(shared): State<Arc<Shared>>, path: Result<Path<(u64, Address)>, PathRejection>) -> Answer {
    let Ok(Path((chain, account))) = path else {
        return Err(Failure::invalid("path", "account", "the path names no chain, or no account"));
    };
    let state = shared.state();
    let chain = state.chains.check(chain)?;
    let balance = |token: Address| chain.balance_of(token, account).unwrap_or_default().to_string();
    let tokens = chain.tokens().iter().map(Asset::address);
    let tokens: Map<String, Value> = tokens.map(|token| (token.to_string(), balance(token).into())).collect();
    Ok(Json(json!({"native": chain.native_balance(account).to_string(), "tokens": tokens})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Balance {
    balance: Value,
}

async fn set_balance(
    Id(wallet): Id,
    State(shared): State<Arc<Shared>>,
    DeclaredBody(body): DeclaredBody<Balance>,
) -> Answer {
    let Balance { balance } = body;
    let refused = || Failure::invalid("body", "balance", "balance is no amount of wei");
    let wei: U256 = value::uint(&balance, 256).ok_or_else(refused)?;
    Faults(&shared).set_wallet_balance(wallet.into(), wei);
    done()
}

async fn forget_method(Id(method): Id, State(shared): State<Arc<Shared>>) -> Answer {
    Faults(&shared).forget_method(method.into());
    done()
}

async fn submit(State(shared): State<Arc<Shared>>) -> Answer {
    shared.submit();
    done()
}

async fn mine(State(shared): State<Arc<Shared>>) -> Answer {
    shared.submit();
    shared.mine();
    done()
}

async fn reset(State(shared): State<Arc<Shared>>) -> Answer {
    genesis::reset(&shared);
    done()
}

async fn log(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let state = shared.state();
    let requests = state.requests.iter();
    let requests: Value =
        requests.map(|(method, route, count)| json!({"method": method, "route": route, "count": count})).collect();
    let transactions: Value = state.transactions.iter().map(|known| known.to_json(&shared.account)).collect();
    let events: Value = state.events.iter().map(SandboxEvent::to_json).collect();
    Json(json!({"requests": requests, "transactions": transactions, "events": events}))
}
