//! A transport that follows a script and remembers what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use tokio::time::{Instant, sleep};
use x402_oneshot::transport::{Sending, Transport, TransportError, TransportErrorKind};
use x402_oneshot::{Client, Config, Credentials, Reach};

pub(crate) const KEY: &str = "key-hunter1";
pub(crate) const SECRET: &str = "secret-hunter2";
pub(crate) const ID: &str = "4b4bab2d-673d-4b91-8e09-f1402962cd3e";

/// One scripted reaction.
pub(crate) enum Step {
    Answer(Response<Bytes>),
    Fail(TransportErrorKind, Reach),
    /// The head of an answer comes, and then this.
    Break(u16, TransportErrorKind, Reach),
    Hang,
    /// Time passes before the reaction.
    Late(Duration, Box<Self>),
}

pub(crate) fn answer(status: u16, body: impl Into<String>) -> Step {
    with_headers(status, &[], body)
}

pub(crate) fn with_headers(status: u16, headers: &[(&'static str, &str)], body: impl Into<String>) -> Step {
    let mut response = Response::new(Bytes::from(body.into()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    for (name, value) in headers {
        response.headers_mut().insert(*name, value.parse().unwrap());
    }
    Step::Answer(response)
}

pub(crate) fn token(value: &str, expires_in: i64) -> Step {
    answer(200, format!(r#"{{"access_token":"{value}","token_type":"Bearer","expires_in":{expires_in}}}"#))
}

pub(crate) fn late(seconds: u64, step: Step) -> Step {
    Step::Late(Duration::from_secs(seconds), Box::new(step))
}

/// A request that was seen.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) line: String,
    pub(crate) authorization: Option<String>,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: String,
    pub(crate) at: Instant,
}

/// The script: reactions to token calls and to the others, each in order.
///
/// When the token script is over, tokens `token-1`, `token-2`… good for an hour are handed out. A
/// call of the API beyond the script is a failed test.
#[derive(Clone, Default)]
pub(crate) struct Script(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    tokens: VecDeque<Step>,
    calls: VecDeque<Step>,
    seen: Vec<Seen>,
    issued: u32,
}

impl Script {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn token(self, step: Step) -> Self {
        self.0.lock().unwrap().tokens.push_back(step);
        self
    }

    pub(crate) fn call(self, step: Step) -> Self {
        self.0.lock().unwrap().calls.push_back(step);
        self
    }

    pub(crate) fn calls(self, steps: impl IntoIterator<Item = Step>) -> Self {
        self.0.lock().unwrap().calls.extend(steps);
        self
    }

    /// A client of this script, whose jitter is always the longest.
    pub(crate) fn client(&self) -> Client {
        Client::with_transport(config(), self.clone())
    }

    /// What was asked, the token calls left out.
    pub(crate) fn api_calls(&self) -> Vec<Seen> {
        let state = self.0.lock().unwrap();
        let api = |seen: &&Seen| !is_token(&seen.line);
        state.seen.iter().filter(api).cloned().collect()
    }

    pub(crate) fn token_calls(&self) -> Vec<Seen> {
        let state = self.0.lock().unwrap();
        let token = |seen: &&Seen| is_token(&seen.line);
        state.seen.iter().filter(token).cloned().collect()
    }

    /// The only call of the API.
    pub(crate) fn only_call(&self) -> Seen {
        let mut calls = self.api_calls();
        assert_eq!(calls.len(), 1, "{calls:?}");
        calls.remove(0)
    }
}

pub(crate) fn config() -> Config {
    Config::new(Credentials::new(KEY, SECRET)).random(|| u64::MAX)
}

fn is_token(line: &str) -> bool {
    line == "POST /v0/token"
}

impl Transport for Script {
    fn send(&self, request: Request<Bytes>) -> Sending<'_> {
        let authorization = request.headers().get("authorization");
        let seen = Seen {
            line: format!("{} {}", request.method(), request.uri().path_and_query().unwrap()),
            authorization: authorization.map(|value| value.to_str().unwrap().to_owned()),
            headers: request.headers().clone(),
            body: String::from_utf8(request.body().to_vec()).unwrap(),
            at: Instant::now(),
        };
        let step = {
            let mut state = self.0.lock().unwrap();
            let step = if is_token(&seen.line) {
                state.issued += 1;
                let standard = token(&format!("token-{}", state.issued), 3600);
                state.tokens.pop_front().unwrap_or(standard)
            } else {
                let step = state.calls.pop_front();
                step.unwrap_or_else(|| panic!("the script has no answer to {}", seen.line))
            };
            state.seen.push(seen);
            step
        };
        Box::pin(play(step))
    }
}

async fn play(mut step: Step) -> Result<Response<Bytes>, TransportError> {
    loop {
        match step {
            Step::Answer(response) => return Ok(response),
            Step::Fail(kind, reach) => return Err(TransportError::new(kind, reach)),
            Step::Break(status, kind, reach) => {
                let status = StatusCode::from_u16(status).unwrap();
                return Err(TransportError::new(kind, reach).with_status(status));
            }
            Step::Hang => std::future::pending().await,
            Step::Late(time, then) => {
                sleep(time).await;
                step = *then;
            }
        }
    }
}
