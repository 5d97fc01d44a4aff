//! The API's error answers.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// An `ErrorResponse` and the status it travels with.
#[derive(Debug)]
pub(super) struct Failure {
    status: StatusCode,
    kind: &'static str,
    message: String,
    data: Value,
    retryable: bool,
}

impl Failure {
    fn new(status: StatusCode, kind: &'static str, message: impl Into<String>) -> Self {
        Self { status, kind, message: message.into(), data: Value::Null, retryable: false }
    }

    /// 400: the body is not JSON, not what the endpoint takes at all, or asks for what cannot be.
    pub(super) fn malformed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "INVALID_PARAMETERS_ERROR", message)
    }

    /// 401: no token, a wrong or an expired one, or wrong credentials.
    pub(super) fn unauthenticated(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "UnauthenticatedError", message)
    }

    /// 403: the business is somebody else's.
    pub(super) fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "UnauthorizedError", message)
    }

    /// 404: no entity has this id.
    pub(super) fn unknown_entity(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "UnknownEntityError", message)
    }

    /// 404: the sandbox has no such endpoint.
    pub(super) fn unknown_endpoint() -> Self {
        let message = "the sandbox has no such endpoint";
        Self::new(StatusCode::NOT_FOUND, "ERR_UNKNOWN_FUNCTION", message)
    }

    /// 405: the endpoint exists, the method does not.
    pub(super) fn method_not_allowed() -> Self {
        let message = "the endpoint has no such method";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "ERR_UNKNOWN_FUNCTION", message)
    }

    /// 413, or whatever status says that the body could not be read.
    pub(super) fn unreadable(status: StatusCode, message: impl Into<String>) -> Self {
        Self::new(status, "INVALID_PARAMETERS_ERROR", message)
    }

    /// 422: this parameter, found in the path, query or body, is wrong. The API calls it retryable, so this does too.
    pub(super) fn invalid(place: &str, name: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            data: json!({"parameterType": place, "parameterName": name, "parameterValue": null}),
            retryable: true,
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "InvalidApiParametersError", message)
        }
    }

    /// 422: the sandbox has no token with EIP-3009 there.
    pub(super) fn no_token() -> Self {
        Self::invalid("body", "contractAddress", "the sandbox has no token at this address of the wallet's chain")
    }

    /// 500: what was to be read or estimated reverts. The API calls it retryable, so this does too.
    pub(super) fn reverted(reason: &str) -> Self {
        let message = format!("the call fails: {reason}");
        Self { retryable: true, ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, "EthereumReadError", message) }
    }

    /// 500: the wallet cannot pay for the gas.
    pub(super) fn insufficient_funds() -> Self {
        let message = "the wallet cannot pay for the gas";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "ERR_INSUFFICIENT_FUNDS", message)
    }

    /// 501: 1Shot does this and the sandbox cannot; nothing was done.
    pub(super) fn not_simulated(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_IMPLEMENTED, "ERR_UNKNOWN_FUNCTION", message)
    }

    /// 503: the sandbox closes.
    /// Or it was reset, and what is waited for will not come.
    pub(super) fn closing() -> Self {
        let message = "the sandbox closes, or was reset meanwhile";
        Self { retryable: true, ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "RetryError", message) }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let body = Json(json!({
            "type": self.kind,
            "message": self.message,
            "data": self.data,
            "retryable": self.retryable,
        }));
        let mut response = (self.status, body).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = header::HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}
