//! Ask, choose, sign, ask again.

use std::time::Duration;

use bytes::Bytes;
use http::{
    HeaderMap, StatusCode,
    header::{LOCATION, RETRY_AFTER},
};
use reqwest::{Client, Response, redirect};
use tokio::time::{Instant, sleep};
use x402_core::{
    Reason, SettleResponse, X402Version,
    client::{Choice, Limits, Offered, Payer, SignedPayment, read_offer},
    header::{PAYMENT_SIGNATURE, X_PAYMENT, read_receipt},
};

use crate::arguments::{Plan, Protocol};

/// How long one answer is waited for.
const TIMEOUT: Duration = Duration::from_secs(90);
/// An offer is no longer than this.
const MAX_OFFER: usize = 1024 * 1024;

/// How it ended.
pub(crate) enum Outcome {
    /// The content came: for the price, for a payment that was presented again, or for nothing.
    Served { status: StatusCode, body: Bytes, paid: Option<Box<Choice>>, receipt: Option<Box<SettleResponse>> },
    /// What it would cost; nothing was paid.
    Priced { choice: Box<Choice>, version: X402Version },
    /// The server answered, and did not serve.
    NotServed { status: StatusCode, reason: Option<String>, body: Bytes },
    /// It could not be asked, or not be paid.
    Failed { why: String },
    /// A payment was sent, and nobody says what became of it. Ours, unless the user gave one in a header.
    Unknown { why: String, payment: Option<Box<SignedPayment>> },
}

pub(crate) async fn run(plan: &Plan) -> Outcome {
    // A redirect could lead a payment to another origin; like curl without -L, none is followed.
    let client = match Client::builder().redirect(redirect::Policy::none()).timeout(TIMEOUT).build() {
        Ok(client) => client,
        Err(error) => return Outcome::Failed { why: told(&error) },
    };
    // Who presents a payment again wants its outcome, and not to pay another time.
    if [PAYMENT_SIGNATURE, X_PAYMENT].iter().any(|name| plan.headers.contains_key(name)) {
        return present(&client, plan, None).await;
    }
    let response = match send(&client, plan, None).await {
        Ok(response) => response,
        Err(error) => return Outcome::Failed { why: told(&error) },
    };
    if response.status().is_redirection() {
        return Outcome::Failed { why: redirected(&response) };
    }
    if response.status() != StatusCode::PAYMENT_REQUIRED {
        return served_or_not(response, None).await.unwrap_or_else(|why| Outcome::Failed { why });
    }
    match prepare(plan, response).await {
        Ok(Prepared::Price(choice, version)) => Outcome::Priced { choice, version },
        Ok(Prepared::Payment(payment)) => present(&client, plan, Some(payment)).await,
        Err(why) => Outcome::Failed { why },
    }
}

enum Prepared {
    Price(Box<Choice>, X402Version),
    Payment(Box<SignedPayment>),
}

/// Reads the offer, and signs a payment for it unless that was not wanted.
async fn prepare(plan: &Plan, response: Response) -> Result<Prepared, String> {
    let headers = response.headers().clone();
    let body = read(response, Some(MAX_OFFER)).await?;
    let offered = offer(plan.protocol, &headers, &body)?;
    let limits = Limits::default().max_per_payment(plan.max_amount.clone());
    let choice = limits.choose(&offered);
    let choice = choice.map_err(|error| match error {
        error @ x402_core::client::NoChoice::TooExpensive { .. } => format!("{error}; --max-amount allows more"),
        error => error.to_string(),
    })?;
    if plan.dry_run {
        return Ok(Prepared::Price(Box::new(choice), offered.version));
    }
    if !plan.may_pay {
        return Err("payments are not sent over http to another machine; --insecure-http does it all the same".into());
    }
    let signer =
        plan.signer.clone().ok_or("it costs money and there is no key to pay with: set PRIVATE_KEY or --key-file")?;
    let payment = Payer::new(signer).limits(limits).sign(&offered, choice).await.map_err(|error| told(&error))?;
    Ok(Prepared::Payment(Box::new(payment)))
}

fn offer(protocol: Protocol, headers: &HeaderMap, body: &[u8]) -> Result<Offered, String> {
    let offered = match protocol {
        Protocol::V1 => Offered::from_v1_body(body),
        Protocol::Auto | Protocol::V2 => read_offer(headers, body),
    };
    let offered = offered.map_err(|error| told(&error))?;
    match (protocol, offered.version) {
        (Protocol::V2, X402Version::V1) => Err("the server offers v1 only".to_owned()),
        _ => Ok(offered),
    }
}

/// Sends the payment. While its outcome is open the same payment is sent again, never another.
async fn present(client: &Client, plan: &Plan, payment: Option<Box<SignedPayment>>) -> Outcome {
    let deadline = Instant::now() + plan.wait;
    let mut was_open = false;
    loop {
        let (why, wait) = match send(client, plan, payment.as_deref()).await {
            // The request may have arrived before the connection broke.
            Err(error) => (told(&error), Duration::from_secs(2)),
            Ok(response) if is_open(response.status()) => {
                let wait = retry_after(response.headers()).unwrap_or(Duration::from_secs(2));
                (format!("the server answered {}", response.status()), wait)
            }
            Ok(response) => match served_or_not(response, payment.as_deref()).await {
                // An earlier attempt of ours may be what used it.
                Ok(Outcome::NotServed { reason: Some(used), .. })
                    if was_open && used == Reason::NONCE_USED.as_str() =>
                {
                    return Outcome::Unknown {
                        why: "the payment is used, and its content did not arrive".into(),
                        payment,
                    };
                }
                Ok(outcome) => return outcome,
                Err(why) => (why, Duration::from_secs(2)),
            },
        };
        was_open = true;
        if wait > deadline.saturating_duration_since(Instant::now()) {
            return Outcome::Unknown { why, payment };
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

async fn send(client: &Client, plan: &Plan, payment: Option<&SignedPayment>) -> Result<Response, reqwest::Error> {
    let mut request = client.request(plan.method.clone(), plan.url.clone()).headers(plan.headers.clone());
    if !plan.body.is_empty() {
        request = request.body(plan.body.clone());
    }
    if let Some(payment) = payment {
        let (name, value) = payment.header();
        request = request.header(name, value);
    }
    request.send().await
}

async fn served_or_not(response: Response, payment: Option<&SignedPayment>) -> Result<Outcome, String> {
    let status = response.status();
    let headers = response.headers().clone();
    let body = read(response, None).await?;
    if status.is_client_error() || status.is_server_error() {
        return Ok(Outcome::NotServed { status, reason: reason(&headers, &body), body });
    }
    let receipt = read_receipt(&headers).map_err(|error| format!("the receipt cannot be read: {error}"))?;
    let paid = payment.map(|payment| Box::new(payment.choice().clone()));
    Ok(Outcome::Served { status, body, paid, receipt: receipt.map(Box::new) })
}

fn redirected(response: &Response) -> String {
    let to = response.headers().get(LOCATION).and_then(|to| to.to_str().ok()).map(str::escape_debug);
    let to = to.map(|to| format!(" to `{to}`")).unwrap_or_default();
    format!("the server answered {}: it redirects{to}, which is not followed", response.status())
}

/// The protocol's code for a refusal, from the receipt or from a fresh offer.
fn reason(headers: &HeaderMap, body: &[u8]) -> Option<String> {
    let receipt = read_receipt(headers).ok().flatten().and_then(|receipt| receipt.error_reason);
    receipt
        .map(|reason| reason.to_string())
        .or_else(|| read_offer(headers, body).ok().and_then(|offered| offered.required.error))
        .map(|reason| reason.escape_debug().collect())
}

async fn read(mut response: Response, most: Option<usize>) -> Result<Bytes, String> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| told(&error))? {
        body.extend_from_slice(&chunk);
        if most.is_some_and(|most| body.len() > most) {
            return Err("the server's offer is too long to be one".to_owned());
        }
    }
    Ok(body.into())
}

/// An error and its causes, on one line.
fn told(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        line = format!("{line}: {error}");
        cause = error.source();
    }
    line
}
