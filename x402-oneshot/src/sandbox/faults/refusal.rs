//! The x402 endpoints saying no.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// What `/x402/verify` or `/x402/settle` answers when it refuses for this reason; `None` for other endpoints.
pub(super) fn refuse(route: &str, request: &[u8], reason: &str) -> Option<Response> {
    let request: Value = serde_json::from_slice(request).unwrap_or_default();
    let payload = match request.get("paymentPayload") {
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
        payload => payload.cloned().unwrap_or_default(),
    };
    let payer = payload.pointer("/payload/authorization/from").cloned().unwrap_or_default();
    let answer = match (route, request.get("x402Version").and_then(Value::as_u64)) {
        ("/x402/verify", _) => json!({"isValid": false, "invalidReason": reason, "payer": payer}),
        ("/x402/settle", Some(1)) => {
            json!({"x402Version": 1, "success": false, "error": reason, "txHash": null, "networkId": null})
        }
        ("/x402/settle", _) => json!({
            "x402Version": 2,
            "success": false,
            "errorReason": reason,
            "transaction": null,
            "network": null,
            "payer": payer,
        }),
        _ => return None,
    };
    Some(Json(answer).into_response())
}
