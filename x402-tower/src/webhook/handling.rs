//! Handing an event on without keeping its sender waiting.

use std::future::Future;
use std::time::Duration;

use http::StatusCode;
use tokio::{task::JoinHandle, time::timeout};
use x402_core::error::BoxError;

use super::Rejection;

/// Runs a handler on a task of its own, so that a sender that hangs up does not stop it, and waits for it this long.
pub(super) async fn handled<F>(handler: F, patience: Duration) -> Result<StatusCode, Rejection>
where
    F: Future<Output = Result<(), BoxError>> + Send + 'static,
{
    let task: JoinHandle<_> = tokio::spawn(handler);
    match timeout(patience, task).await {
        Ok(Ok(Ok(()))) => Ok(StatusCode::OK),
        // It failed, or it panicked. Sent again, it may go better.
        Ok(Ok(Err(_)) | Err(_)) => Err(Rejection::unavailable()),
        Err(_) => Ok(StatusCode::ACCEPTED),
    }
}
