//! An answer in the place of the sandbox's own.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

/// An answer that is given instead of the endpoint's own: what [`Fault::Answer`](super::Fault::Answer) gives.
///
/// ```
/// use x402_oneshot::sandbox::faults::Answer;
///
/// let busy = Answer::error(429, "RateLimitError").retryable().retry_after_seconds(2);
/// let gateway = Answer::html(502).after();
/// # let _ = (busy, gateway);
/// ```
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "an answer does nothing until a rule gives it"]
pub struct Answer {
    #[serde(deserialize_with = "status")]
    status: u16,
    body: Content,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after: Option<String>,
    #[serde(default)]
    after: bool,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
enum Content {
    Empty,
    Error {
        r#type: String,
        #[serde(default)]
        message: String,
        #[serde(default)]
        data: Value,
        #[serde(default)]
        retryable: bool,
    },
    Html(String),
    Json(Value),
}

impl Answer {
    const fn new(status: u16, body: Content) -> Self {
        assert!(is_status(status), "an answer's status is between 200 and 599");
        Self { status, body, retry_after: None, after: false }
    }

    /// No body at all.
    ///
    /// # Panics
    ///
    /// If the status is not between 200 and 599, as with every constructor here.
    pub const fn empty(status: u16) -> Self {
        Self::new(status, Content::Empty)
    }

    /// The API's `ErrorResponse` of this type, not retryable, without data.
    ///
    /// # Panics
    ///
    /// If the status is not between 200 and 599.
    pub fn error(status: u16, kind: impl Into<String>) -> Self {
        let body = Content::Error {
            r#type: kind.into(),
            message: "a fault of the sandbox".to_owned(),
            data: Value::Null,
            retryable: false,
        };
        Self::new(status, body)
    }

    /// A page for people, as a gateway or a load balancer would give it.
    ///
    /// # Panics
    ///
    /// If the status is not between 200 and 599.
    pub fn html(status: u16) -> Self {
        let text = "<html><body><h1>The server is not well</h1></body></html>";
        Self::new(status, Content::Html(text.to_owned()))
    }

    /// Any JSON.
    ///
    /// # Panics
    ///
    /// If the status is not between 200 and 599.
    pub const fn json(status: u16, body: Value) -> Self {
        Self::new(status, Content::Json(body))
    }

    /// Has the `ErrorResponse` say that a retry helps. Nothing happens to other bodies.
    pub fn retryable(mut self) -> Self {
        if let Content::Error { retryable, .. } = &mut self.body {
            *retryable = true;
        }
        self
    }

    /// Gives the `ErrorResponse` details. Nothing happens to other bodies.
    pub fn data(mut self, details: Value) -> Self {
        if let Content::Error { data, .. } = &mut self.body {
            *data = details;
        }
        self
    }

    /// Adds `Retry-After`, in whole seconds.
    pub fn retry_after(self, wait: Duration) -> Self {
        self.retry_after_seconds(wait.as_secs())
    }

    /// Adds `Retry-After`, in seconds.
    pub fn retry_after_seconds(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds.to_string());
        self
    }

    /// Gives the answer when the request has been carried out, so that the error hides what was done.
    pub const fn after(mut self) -> Self {
        self.after = true;
        self
    }

    pub(super) const fn is_after(&self) -> bool {
        self.after
    }

    pub(super) fn to_response(&self) -> Response<Body> {
        let (content_type, body) = match &self.body {
            Content::Empty => (None, Body::empty()),
            Content::Error { r#type, message, data, retryable } => {
                let body = json!({"type": r#type, "message": message, "data": data, "retryable": retryable});
                (Some("application/json"), body.to_string().into())
            }
            Content::Html(text) => (Some("text/html; charset=utf-8"), text.clone().into()),
            Content::Json(body) => (Some("application/json"), body.to_string().into()),
        };
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if let Some(content_type) = content_type {
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        if let Some(value) = self.retry_after.as_deref().and_then(|wait| HeaderValue::from_str(wait).ok()) {
            response.headers_mut().insert(header::RETRY_AFTER, value);
        }
        response
    }
}

const fn is_status(status: u16) -> bool {
    matches!(status, 200..=599)
}

fn status<'de, D: Deserializer<'de>>(from: D) -> Result<u16, D::Error> {
    let status = u16::deserialize(from)?;
    let refused = || serde::de::Error::custom("the status is not between 200 and 599");
    is_status(status).then_some(status).ok_or_else(refused)
}
