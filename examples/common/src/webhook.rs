//! What 1Shot reports.

use axum::{
    body::Bytes,
    http::{Request, StatusCode},
    routing::{MethodRouter, any_service, post},
};
use x402_oneshot::{facilitator::Listener, webhook::Delivery};
use x402_tower::webhook::{Rejection, WebhookService};

/// Takes what 1Shot reports of settlements: who waits for one learns of it sooner than by asking. Without anybody who
/// waits for reports, one is acknowledged, and nothing is believed of it.
pub fn reports(listener: Option<Listener>) -> MethodRouter {
    let Some(listener) = listener else { return post(|| async { StatusCode::NO_CONTENT }) };
    let verifier = move |request: Request<Bytes>| {
        let listener = listener.clone();
        async move {
            listener.hear(request.body()).await.map_err(|error| {
                tracing::info!(status = error.status().as_u16(), "refused a webhook");
                Rejection::from(error.status())
            })
        }
    };
    any_service(WebhookService::new(verifier, |delivery: Delivery| async move {
        match delivery.event().execution() {
            Some(end) => {
                tracing::info!(transaction = %end.transaction_id, event = %delivery.event().name, "1Shot reports")
            }
            None => tracing::info!(event = %delivery.event().name, "1Shot reports"),
        }
        Ok(())
    }))
}
