//! Where a request meets its fault.

use std::future::Future;
use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time::sleep;

use super::body::Pieces;
use super::edit::Edit;
use super::fault::Fault;
use super::refusal::refuse;
use crate::sandbox::connection::Switch;
use crate::sandbox::failure::Failure;
use crate::sandbox::route::{self, MAX_BODY};
use crate::sandbox::shared::Shared;

/// Lets a request pass, or strikes it.
pub(in crate::sandbox) async fn inject(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>();
    let route = path.and_then(route::of).unwrap_or_default().to_owned();
    match shared.faults.strike(request.method().as_str(), &route, shared.now()) {
        Some(fault) => strike(fault, &shared, &route, request, next).await,
        None => next.run(request).await,
    }
}

async fn strike(fault: Fault, shared: &Shared, route: &str, request: Request, next: Next) -> Response {
    let switch = request.extensions().get::<ConnectInfo<Switch>>().map(|info| info.0.clone());
    // What is not carried out is read all the same: a client that could not even send it would know that.
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        return Failure::unreadable(StatusCode::PAYLOAD_TOO_LARGE, "the body cannot be read").into_response();
    };
    let carried_out = |body: Bytes| next.run(Request::from_parts(head, Body::from(body)));
    match fault {
        Fault::Answer(answer) => {
            if answer.is_after() {
                carried_out(body).await;
            }
            answer.to_response()
        }
        Fault::CutBody => {
            let (mut response, whole) = apart(carried_out(body)).await;
            response.headers_mut().insert(CONTENT_LENGTH, whole.len().into());
            with_body(response, Pieces::cut(whole))
        }
        Fault::Edit(edits) => {
            let (mut response, whole) = apart(carried_out(body)).await;
            response.headers_mut().remove(CONTENT_LENGTH);
            with_body(response, edited(&edits, whole).into())
        }
        Fault::EmptyBody => {
            let (mut response, _) = apart(carried_out(body)).await;
            response.headers_mut().remove(CONTENT_LENGTH);
            response
        }
        Fault::Hang { after } => {
            if after {
                carried_out(body).await;
            }
            shared.closed().await;
            cut(switch)
        }
        Fault::Latency(wait) => {
            let response = carried_out(body).await;
            tokio::select! {
                () = sleep(wait) => {}
                () = shared.closed() => {}
            }
            response
        }
        Fault::Refusal(reason) => match refuse(route, &body, &reason) {
            Some(refusal) => refusal,
            None => carried_out(body).await,
        },
        Fault::Reset { after } => {
            if after {
                carried_out(body).await;
            }
            cut(switch)
        }
        Fault::SlowBody(pause) => {
            let (mut response, whole) = apart(carried_out(body)).await;
            response.headers_mut().insert(CONTENT_LENGTH, whole.len().into());
            with_body(response, Pieces::slowly(&whole, pause))
        }
        Fault::TruncatedBody => {
            let (mut response, mut whole) = apart(carried_out(body)).await;
            whole.truncate(whole.len() / 2);
            response.headers_mut().remove(CONTENT_LENGTH);
            with_body(response, whole.into())
        }
    }
}

/// An answer's head, and all of its body.
async fn apart(response: impl Future<Output = Response>) -> (Response, Bytes) {
    let (head, body) = response.await.into_parts();
    // The sandbox's own bodies are in memory already and do not fail.
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    (Response::from_parts(head, Body::empty()), whole)
}

fn with_body(response: Response, body: Body) -> Response {
    response.map(|_| body)
}

fn edited(edits: &[Edit], whole: Bytes) -> Bytes {
    let Ok(mut json) = serde_json::from_slice(&whole) else {
        return whole;
    };
    for edit in edits {
        edit.apply(&mut json);
    }
    json.to_string().into()
}

/// Hangs up. The answer is written to a connection that takes nothing any more.
fn cut(switch: Option<Switch>) -> Response {
    if let Some(switch) = switch {
        switch.cut();
    }
    ().into_response()
}
