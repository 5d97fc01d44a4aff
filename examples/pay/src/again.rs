//! Presenting a payment that was made before.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use tokio::time::{Instant, sleep};
use x402_core::{
    PaymentPayload,
    client::{Earlier, Verdict},
    error::chain,
};

use crate::{
    arguments::Plan,
    journey::{answered, http, request},
    outcome::{Outcome, Told},
    report::say,
};

/// Between two attempts, unless the server says otherwise.
const PAUSE: Duration = Duration::from_secs(2);

/// Sends the request with the payment in its headers, again and again while its outcome is open. Signs nothing.
pub(crate) async fn present(plan: &Plan, payload: &PaymentPayload) -> Outcome {
    let client = match http(plan).redirect(reqwest::redirect::Policy::none()).build() {
        Ok(client) => client,
        Err(error) => return Outcome::Failed { why: chain(&error) },
    };
    let unknown = |why| Outcome::Unknown { why, payment: None, told: Told::sent() };
    let deadline = Instant::now() + plan.wait;
    // It was given up on before, and may have been taken then.
    let mut earlier = Earlier::Open;
    loop {
        let (why, after) = match client.execute(request(plan)).await {
            // The request may have arrived before the connection broke.
            Err(error) => (chain(&error), None),
            Ok(mut response) => {
                let (status, headers) = (response.status(), response.headers().clone());
                let body = match status {
                    StatusCode::PAYMENT_REQUIRED => words(&mut response).await,
                    _ => Bytes::new(),
                };
                let verdict = Verdict::of(payload, None, earlier, status, &headers, &body);
                earlier = verdict.then(status, earlier);
                let told = |answer: Option<_>| Told::sent().answer(payload, answer.as_ref());
                match verdict {
                    Verdict::Served { receipt } => {
                        return answered(plan, response, None, Told::sent().receipt(receipt)).await;
                    }
                    Verdict::Refused { reason, .. } => {
                        return Outcome::NotServed { status, reason, body, told: Told::default() };
                    }
                    Verdict::Unknown { why, receipt } => {
                        return Outcome::Unknown { why, payment: None, told: told(receipt) };
                    }
                    Verdict::Contradiction { what, receipt } => {
                        let why = format!("the receipt contradicts the payment: {what}");
                        return Outcome::Unknown { why, payment: None, told: told(receipt) };
                    }
                    Verdict::Open { after, .. } => (format!("the server answered {status}"), after),
                }
            }
        };
        let wait = after.unwrap_or(PAUSE).max(Duration::from_secs(1));
        if wait > deadline.saturating_duration_since(Instant::now()) {
            return unknown(why);
        }
        say(&format!("{why}; presenting the same payment again in {} s", wait.as_secs()));
        sleep(wait).await;
    }
}

/// The body of a refusal, as far as it came, and no more than an offer's length.
async fn words(response: &mut reqwest::Response) -> Bytes {
    const MOST: usize = 64 * 1024;
    let mut all = Vec::new();
    while let Ok(Some(piece)) = response.chunk().await {
        all.extend_from_slice(&piece);
        if all.len() > MOST {
            break;
        }
    }
    all.into()
}
