//! The routes.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, FromRequest as _, Request, State},
    http::{StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde_json::json;
use tokio::time::timeout;
use x402_core::{FacilitatorRequest, claim::ClaimStore, wire};
use x402_oneshot::facilitator::Listener;

use crate::{desk::Desk, tokens::Tokens};

/// The longest request that is read: a payment and its requirements are a few kilobytes, with generous `extra`.
const MAX_BODY: usize = 64 * 1024;
/// How long a caller may take to send it.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Who is let in, and who is told what 1Shot reports.
pub(crate) struct Door {
    pub(crate) tokens: Tokens,
    pub(crate) reports: Option<Listener>,
}

/// A facilitator's routes.
pub(crate) fn app<C: ClaimStore + 'static>(desk: Desk<C>, door: Door) -> Router {
    let guarded = Router::new()
        .route("/verify", post(verify::<C>))
        .route("/settle", post(settle::<C>))
        .route("/supported", get(supported::<C>))
        .method_not_allowed_fallback(|| async { refusal(StatusCode::METHOD_NOT_ALLOWED, "another method is needed") })
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn_with_state(door.tokens, guard))
        .with_state(Arc::new(desk));
    guarded
        .route("/healthcheck", get(|| async { "ok" }))
        .route("/1shot", common::reports(door.reports))
        .fallback(|| async { refusal(StatusCode::NOT_FOUND, "there is no such route") })
}

/// Lets in who shows a token, before anything else of a request is read.
async fn guard(State(tokens): State<Tokens>, request: Request, next: Next) -> Response {
    if tokens.admit(request.headers()) {
        return next.run(request).await;
    }
    let mut response = refusal(StatusCode::UNAUTHORIZED, "a bearer token is needed");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"));
    response
}

async fn verify<C: ClaimStore + 'static>(State(desk): State<Arc<Desk<C>>>, request: Request) -> Response {
    let request = match read(request).await {
        Ok(request) => request,
        Err(response) => return response,
    };
    match desk.verify(&request).await {
        Ok(answer) => document(wire::encode_verify_response(&answer)),
        Err(_) => unavailable(),
    }
}

async fn settle<C: ClaimStore + 'static>(State(desk): State<Arc<Desk<C>>>, request: Request) -> Response {
    let request = match read(request).await {
        Ok(request) => request,
        Err(response) => return response,
    };
    let version = request.payload().version();
    match desk.settle(request).await {
        Ok(answer) => document(wire::encode_settle_response(&answer, version)),
        Err(_) => unavailable(),
    }
}

async fn supported<C: ClaimStore + 'static>(State(desk): State<Arc<Desk<C>>>) -> Response {
    match desk.supported().await {
        Ok(answer) => document(wire::encode_supported_response(&answer)),
        Err(_) => unavailable(),
    }
}

/// Reads what is asked, of which there must not be too much, nor too slowly.
async fn read(request: Request) -> Result<FacilitatorRequest, Response> {
    let body = match timeout(BODY_TIMEOUT, Bytes::from_request(request, &())).await {
        Ok(Ok(body)) => body,
        Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return Err(refusal(StatusCode::PAYLOAD_TOO_LARGE, "the request is too long"));
        }
        Ok(Err(_)) => return Err(refusal(StatusCode::BAD_REQUEST, "the request broke off")),
        Err(_) => return Err(refusal(StatusCode::REQUEST_TIMEOUT, "the request came too slowly")),
    };
    wire::decode_facilitator_request(&body).map_err(|error| refusal(StatusCode::BAD_REQUEST, &error.to_string()))
}

fn document(json: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], Body::from(json)).into_response()
}

/// No verdict.
fn refusal(status: StatusCode, error: &str) -> Response {
    let mut response = document(json!({ "error": error }).to_string().into_bytes());
    *response.status_mut() = status;
    response
}

/// No verdict now: what is behind this server gave none. The reason is in the log, and not told.
fn unavailable() -> Response {
    let mut response = refusal(StatusCode::SERVICE_UNAVAILABLE, "no answer can be given now");
    response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("2"));
    response
}

#[cfg(test)]
mod tests {
    use std::{
        convert::Infallible,
        pin::Pin,
        task::{Context, Poll},
    };

    use axum::body::HttpBody;

    use super::*;

    /// A body that never comes.
    struct Stalled;

    impl HttpBody for Stalled {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
            Poll::Pending
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_come_is_not_waited_for_for_ever() {
        let refused = read(Request::new(Body::new(Stalled))).await.unwrap_err();
        assert_eq!(refused.status(), StatusCode::REQUEST_TIMEOUT);
    }
}
