//! What a facilitator's answer says: first its body, then its status.

use http::StatusCode;
use serde_json::Value;
use x402_core::{
    Reason, SettleResponse, SupportedResponse, VerifyResponse,
    facilitator::{FacilitatorError, FacilitatorErrorKind, Reach},
    wire,
};

use super::Endpoint;

/// An answer of no use, by what may be shown of it: where it came from and its status, never its text.
#[derive(Debug, thiserror::Error)]
#[error("{} was answered {}{}", .endpoint.path(), .status.as_u16(), if *.contradicts { ", which contradicts its body" } else { "" })]
struct Useless {
    endpoint: Endpoint,
    status: StatusCode,
    contradicts: bool,
}

/// Reads the answer to `/verify`.
///
/// "Invalid" counts whatever the status. "Valid" counts with a 2xx only: a server that says both that it failed and
/// that all is well is not believed.
pub(super) fn verification(status: StatusCode, body: &[u8]) -> Result<VerifyResponse, FacilitatorError> {
    match wire::decode_verify_response(body) {
        Ok(answer) if answer.is_valid && !status.is_success() => Err(contradiction(Endpoint::Verify, status)),
        Ok(answer) => Ok(answer),
        Err(_) => Err(no_verdict(Endpoint::Verify, status, body)),
    }
}

/// Reads the answer to `/settle`.
///
/// As for [`verification`]. A success with another status than 2xx is a contradiction, after which the outcome is
/// unknown.
pub(super) fn settlement(status: StatusCode, body: &[u8]) -> Result<SettleResponse, FacilitatorError> {
    match wire::decode_settle_response(body) {
        Ok(answer) if answer.success && !status.is_success() => Err(contradiction(Endpoint::Settle, status)),
        Ok(mut answer) => {
            if !answer.success && answer.error_reason.is_none() {
                answer.error_reason = snake_case_reason(body);
            }
            Ok(answer)
        }
        Err(_) => Err(no_verdict(Endpoint::Settle, status, body)),
    }
}

/// Reads the answer to `/supported`.
pub(super) fn supported(status: StatusCode, body: &[u8]) -> Result<SupportedResponse, FacilitatorError> {
    let answer = wire::decode_supported_response(body).ok().filter(|_| status.is_success());
    answer.ok_or_else(|| no_verdict(Endpoint::Supported, status, body))
}

/// x402-rs writes `error_reason` in v1.
fn snake_case_reason(body: &[u8]) -> Option<Reason> {
    let body: Value = serde_json::from_slice(body).ok()?;
    Reason::parse(body.get("error_reason")?.as_str()?)
}

fn contradiction(endpoint: Endpoint, status: StatusCode) -> FacilitatorError {
    let source = Useless { endpoint, status, contradicts: true };
    FacilitatorError::new(FacilitatorErrorKind::BadAnswer, Reach::Answered).with_source(source)
}

/// What the status alone says.
fn no_verdict(endpoint: Endpoint, status: StatusCode, body: &[u8]) -> FacilitatorError {
    let (kind, mut reach) = match status {
        // Credentials, paths, verbs and rate limits are looked at before a request is worked on, and mostly by a
        // gateway in front of the facilitator: that nothing was executed is as good as proved.
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => {
            (FacilitatorErrorKind::Configuration, Reach::NotSent)
        }
        StatusCode::TOO_MANY_REQUESTS => (FacilitatorErrorKind::Unavailable, Reach::NotSent),
        StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => (FacilitatorErrorKind::Timeout, Reach::Answered),
        status if status.is_server_error() => (FacilitatorErrorKind::Unavailable, Reach::Answered),
        // Not followed. A 303 can even mean that it was done.
        status if status.is_redirection() => (FacilitatorErrorKind::Configuration, Reach::Answered),
        // Any other 4xx may come from within: a facilitator that trips over its own database answers 400 too.
        _ => (FacilitatorErrorKind::BadAnswer, Reach::Answered),
    };
    // A mangled verdict is no gateway's answer: somebody did look at the payment.
    let mangled = serde_json::from_slice::<Value>(body).is_ok_and(|body| body.get("success").is_some());
    if mangled {
        reach = Reach::Answered;
    }
    FacilitatorError::new(kind, reach).with_source(Useless { endpoint, status, contradicts: false })
}
