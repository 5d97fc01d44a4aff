//! A transport that follows a script, and requests to send over it.

use std::{
    collections::VecDeque,
    error::Error,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use x402_core::{
    Facilitator as _, FacilitatorRequest, Network, SettleResponse, Settlement, VerifyResponse,
    facilitator::FacilitatorError, wire,
};
use x402_oneshot::{
    Reach,
    facilitator::{Remote, RemoteBuilder},
    transport::{Sending, Transport, TransportError, TransportErrorKind},
};

pub(crate) const V1: &str = include_str!("../fixtures/facilitator/request-v1.json");
pub(crate) const V2: &str = include_str!("../fixtures/facilitator/request-v2.json");
pub(crate) const PAYER: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
pub(crate) const HASH: &str = "0x1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdef";

/// What stands for text of the other side that nobody may see.
pub(crate) const SECRET: &str = "hunter2";

pub(crate) fn request(json: &str) -> FacilitatorRequest {
    wire::decode_facilitator_request(json.as_bytes()).unwrap()
}

pub(crate) fn settled() -> String {
    format!(r#"{{"success":true,"payer":"{PAYER}","transaction":"{HASH}","network":"eip155:84532"}}"#)
}

pub(crate) fn pending() -> String {
    format!(r#"{{"success":false,"errorReason":"settlement_pending","transaction":"{HASH}","network":"eip155:84532"}}"#)
}

pub(crate) fn refused(reason: &str) -> String {
    format!(r#"{{"success":false,"errorReason":"{reason}","transaction":"","network":"eip155:84532"}}"#)
}

/// What the gate would make of an answer.
pub(crate) fn judge(answer: &SettleResponse) -> Settlement {
    Settlement::judge(answer, &Network::BASE_SEPOLIA, PAYER.parse().unwrap())
}

/// One scripted reaction.
pub(crate) enum Step {
    Answer(u16, String),
    Fail(TransportErrorKind, Reach),
    Hang,
    /// A good answer, after so many seconds.
    Late(u64, &'static str),
}

pub(crate) fn answer(status: u16, body: impl Into<String>) -> Step {
    Step::Answer(status, body.into())
}

/// A request that was seen.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) line: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Reactions in order; a request beyond them is a failed test.
#[derive(Clone, Default)]
pub(crate) struct Script(Arc<Mutex<(VecDeque<Step>, Vec<Seen>)>>);

impl Script {
    pub(crate) fn of(steps: impl IntoIterator<Item = Step>) -> Self {
        Self(Arc::new(Mutex::new((steps.into_iter().collect(), Vec::new()))))
    }

    pub(crate) fn remote(&self) -> Remote {
        self.remote_of(Remote::builder("https://facilitator.example/x402/").unwrap())
    }

    pub(crate) fn remote_of(&self, builder: RemoteBuilder) -> Remote {
        builder.with_transport(self.clone())
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.0.lock().unwrap().1.clone()
    }
}

impl Transport for Script {
    fn send(&self, request: Request<Bytes>) -> Sending<'_> {
        let seen = Seen {
            line: format!("{} {}", request.method(), request.uri()),
            headers: request.headers().clone(),
            body: request.body().clone(),
        };
        let step = {
            let (steps, all) = &mut *self.0.lock().unwrap();
            let step = steps.pop_front().unwrap_or_else(|| panic!("the script has no answer to {}", seen.line));
            all.push(seen);
            step
        };
        Box::pin(async move {
            // Callers that are to meet on the way get the chance to.
            tokio::task::yield_now().await;
            match step {
                Step::Answer(status, body) => {
                    let mut response = Response::new(Bytes::from(body));
                    *response.status_mut() = StatusCode::from_u16(status).unwrap();
                    Ok(response)
                }
                Step::Fail(kind, reach) => Err(TransportError::new(kind, reach)),
                Step::Late(seconds, body) => {
                    tokio::time::sleep(std::time::Duration::from_secs(seconds)).await;
                    Ok(Response::new(Bytes::from(body)))
                }
                Step::Hang => std::future::pending().await,
            }
        })
    }
}

pub(crate) async fn verify(step: Step) -> Result<VerifyResponse, FacilitatorError> {
    let script = Script::of([step]);
    let outcome = script.remote().verify(&request(V2)).await;
    assert_eq!(script.seen().len(), 1, "verify is one call");
    outcome
}

pub(crate) async fn settle(step: Step) -> Result<SettleResponse, FacilitatorError> {
    let script = Script::of([step]);
    let outcome = script.remote().settle(&request(V2)).await;
    assert_eq!(script.seen().len(), 1, "settle is one call");
    outcome
}

/// An error and all its causes, in every form that ends up in a log.
pub(crate) fn rendered(error: &FacilitatorError) -> String {
    let mut text = format!("{error} {error:?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(" {error} {error:?}"));
        cause = error.source();
    }
    text
}
