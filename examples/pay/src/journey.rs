//! Ask, and pay if it has a price.

use std::{io::IsTerminal, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header::LOCATION};
use reqwest::{Client, Request, Response};
use x402_core::{
    Receipt, X402Version,
    client::{Choice, Limits, NoChoice, Patience, PayError, Payer, PaymentFailure, Served, SignedPayment},
    error::chain,
    header::{PAYMENT_SIGNATURE, X_PAYMENT},
};
use x402_tower::client::{ClientError, PayLayer, Progress, reqwest::PayClient};

use crate::{
    again,
    arguments::{Plan, Protocol},
    key::Key,
};

/// How long one answer is waited for.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(90);

/// How it ended.
pub(crate) enum Outcome {
    /// The content came: for the price, or for nothing.
    Served { status: StatusCode, body: Bytes, paid: Option<Box<Choice>>, receipt: Option<Receipt> },
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
    // Who presents a payment again wants its outcome, and not to pay another time.
    if [PAYMENT_SIGNATURE, X_PAYMENT].iter().any(|name| plan.headers.contains_key(name)) {
        return again::present(plan).await;
    }
    let built = PayClient::build(Client::builder().timeout(TIMEOUT), layer(plan));
    let client = match built {
        Ok(client) => client,
        Err(error) => return Outcome::Failed { why: chain(&error) },
    };
    if plan.dry_run {
        return match client.probe(&request(plan)).await {
            Ok(Some(quote)) => {
                let version = quote.offered().version;
                Outcome::Priced { choice: Box::new(quote.choice().clone()), version }
            }
            // Without a price there is nothing to be dry about.
            Ok(None) => ended(client.execute(request(plan)).await).await,
            Err(error) => failed(error),
        };
    }
    ended(client.execute(request(plan)).await).await
}

/// The payer, within what the user allowed.
fn layer(plan: &Plan) -> PayLayer<Key> {
    let mut limits = Limits::default().max_per_payment(plan.max_amount.clone());
    if plan.any_resource {
        limits = limits.any_resource();
    }
    if plan.insecure_http {
        limits = limits.insecure_http();
    }
    let layer = PayLayer::new(Payer::new(plan.key.clone()).limits(limits))
        .patience(Patience::default().for_up_to(plan.wait))
        .watch(report);
    match plan.protocol {
        Protocol::Auto => layer,
        Protocol::V1 => layer.only(X402Version::V1),
        Protocol::V2 => layer.only(X402Version::V2),
    }
}

/// Says what is going on to a person, and to a log only what lasts.
fn report(progress: &Progress<'_>) {
    let is_person = std::io::stdout().is_terminal();
    match progress {
        Progress::Chosen(choice) if is_person => eprintln!("paying {choice} to {}", choice.pay_to()),
        Progress::Signed(_) if is_person => eprintln!("waiting for the settlement"),
        Progress::Waiting { why, pause } => {
            eprintln!("{why}; presenting the same payment again in {} s", pause.as_secs());
        }
        _ => {}
    }
}

pub(crate) fn request(plan: &Plan) -> Request {
    let mut request = Request::new(plan.method.clone(), plan.url.clone());
    *request.headers_mut() = plan.headers.clone();
    if !plan.body.is_empty() {
        *request.body_mut() = Some(plan.body.clone().into());
    }
    request
}

async fn ended(result: Result<Response, ClientError>) -> Outcome {
    let response = match result {
        Ok(response) => response,
        Err(error) => return failed(error),
    };
    if response.status().is_redirection() {
        return Outcome::Failed { why: redirected(response.headers(), response.status()) };
    }
    let served = response.extensions().get::<Served>().cloned();
    let status = response.status();
    match (response.bytes().await, served) {
        (Ok(body), _) if status.is_client_error() || status.is_server_error() => {
            Outcome::NotServed { status, reason: None, body }
        }
        (Ok(body), served) => {
            let paid = served.as_ref().map(|served| Box::new(served.payment.choice().clone()));
            Outcome::Served { status, body, paid, receipt: served.and_then(|served| served.receipt) }
        }
        // It was paid for, and broke off.
        (Err(error), Some(served)) => Outcome::Unknown { why: chain(&error), payment: Some(Box::new(served.payment)) },
        (Err(error), None) => Outcome::Failed { why: chain(&error) },
    }
}

/// What an error means, and what to do about it.
fn failed(error: ClientError) -> Outcome {
    let why = chain(&error);
    let advice = match error {
        ClientError::Payment(failure) => return not_paid(*failure, why),
        ClientError::NoChoice(NoChoice::TooExpensive { .. }) => "; --max-amount allows more",
        ClientError::NoChoice(NoChoice::ForeignResource { .. }) => "; --any-resource pays for it all the same",
        ClientError::Sign(PayError::Insecure { .. }) => "; --insecure-http does it all the same",
        ClientError::Sign(PayError::Signer(_)) => "; set PRIVATE_KEY or --key-file",
        _ => "",
    };
    Outcome::Failed { why: format!("{why}{advice}") }
}

fn not_paid(failure: PaymentFailure, why: String) -> Outcome {
    match failure {
        PaymentFailure::Refused { status, reason, .. } => Outcome::NotServed { status, reason, body: Bytes::new() },
        PaymentFailure::Unknown { why, payment, .. } => Outcome::Unknown { why, payment: Some(payment) },
        PaymentFailure::Contradiction { payment, .. } => Outcome::Unknown { why, payment: Some(payment) },
        _ => Outcome::Failed { why },
    }
}

pub(crate) fn redirected(headers: &HeaderMap, status: StatusCode) -> String {
    let to = headers.get(LOCATION).and_then(|to| to.to_str().ok()).map(str::escape_debug);
    let to = to.map(|to| format!(" to `{to}`")).unwrap_or_default();
    format!("the server answered {status}: it redirects{to}, which is not followed")
}
