//! Presenting a payment that was made before.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header::RETRY_AFTER};
use reqwest::{Client, Response, redirect::Policy};
use tokio::time::{Instant, sleep};
use x402_core::{
    Receipt, Settlement,
    client::read_offer,
    error::chain,
    header::{decode_payment, read_receipt},
};

use crate::{
    arguments::Plan,
    journey::{Outcome, TIMEOUT, redirected, request},
};

/// Sends the request with the payment in its headers, again and again while its outcome is open. Signs nothing.
pub(crate) async fn present(plan: &Plan) -> Outcome {
    let client = match Client::builder().redirect(Policy::none()).timeout(TIMEOUT).build() {
        Ok(client) => client,
        Err(error) => return Outcome::Failed { why: chain(&error) },
    };
    let deadline = Instant::now() + plan.wait;
    loop {
        let (why, wait) = match client.execute(request(plan)).await {
            // The request may have arrived before the connection broke.
            Err(error) => (chain(&error), Duration::from_secs(2)),
            Ok(response) if is_open(response.status()) => {
                let wait = retry_after(response.headers()).unwrap_or(Duration::from_secs(2));
                (format!("the server answered {}", response.status()), wait)
            }
            Ok(response) if response.status().is_redirection() => {
                return Outcome::Failed { why: redirected(response.headers(), response.status()) };
            }
            Ok(response) => match served_or_not(plan, response).await {
                Ok(outcome) => return outcome,
                Err(error) => (chain(&error), Duration::from_secs(2)),
            },
        };
        if wait > deadline.saturating_duration_since(Instant::now()) {
            return Outcome::Unknown { why, payment: None };
        }
        eprintln!("{why}; presenting the same payment again in {} s", wait.as_secs());
        sleep(wait).await;
    }
}

/// Whether an answer leaves open what became of the payment.
fn is_open(status: StatusCode) -> bool {
    status.is_server_error() || matches!(status, StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS)
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds).max(Duration::from_secs(1)))
}

async fn served_or_not(plan: &Plan, response: Response) -> Result<Outcome, reqwest::Error> {
    let (status, headers) = (response.status(), response.headers().clone());
    let body: Bytes = response.bytes().await?;
    let reason = reason(&headers, &body);
    // Servers also say 402, and nothing else, of a payment that settled and whose receipt they lost.
    if status == StatusCode::PAYMENT_REQUIRED && reason.is_none() {
        return Ok(Outcome::Unknown { why: format!("the server answered {status} without a reason"), payment: None });
    }
    if status.is_client_error() || status.is_server_error() {
        return Ok(Outcome::NotServed { status, reason, body });
    }
    Ok(Outcome::Served { status, body, paid: None, receipt: receipt(plan, &headers) })
}

/// The receipt, if it is of the payment that was sent.
fn receipt(plan: &Plan, headers: &HeaderMap) -> Option<Receipt> {
    let sent = plan.headers.iter().find_map(|(_, value)| decode_payment(value).ok())?;
    let answer = read_receipt(headers).ok()??;
    match Settlement::judge(&answer, sent.network(), sent.exact()?.authorization.from) {
        Settlement::Settled(receipt) => Some(receipt),
        _ => None,
    }
}

/// The protocol's code for a refusal, from the receipt or from a fresh offer.
fn reason(headers: &HeaderMap, body: &[u8]) -> Option<String> {
    let receipt = read_receipt(headers).ok().flatten().and_then(|receipt| receipt.error_reason);
    receipt
        .map(|reason| reason.to_string())
        .or_else(|| read_offer(headers, body).ok().and_then(|offered| offered.required.error))
        .map(|reason| reason.escape_debug().collect())
}
