//! Ask, and pay if it has a price.

use std::{
    io::IsTerminal,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header::LOCATION};
use reqwest::{Client, ClientBuilder, Request, Response};
use x402_core::{
    X402Version,
    client::{
        Cheapest, Choice, Limits, NoChoice, Offered, Patience, PayError, Payer, PaymentFailure, Selector as _, Served,
        SignedPayment,
    },
    error::chain,
};
use x402_tower::client::{ClientError, PayLayer, Progress, reqwest::PayClient};

use crate::{
    again,
    arguments::{Plan, Protocol},
    content::{self, Broken},
    key::{self, Key},
    outcome::{Outcome, Told},
    report::say,
    stop::Sent,
};

/// How long the next byte of an answer is waited for.
const TIMEOUT: Duration = Duration::from_secs(90);

pub(crate) async fn run(plan: &Plan, sent: &Arc<Sent>) -> Outcome {
    // Who presents a payment again wants its outcome, and not to pay another time.
    if let Some(payment) = &plan.payment {
        return again::present(plan, payment).await;
    }
    let found = Found::default();
    let payer = match plan.dry_run {
        true => found.instead_of_paying(payer(plan)),
        false => at_home(payer(plan), &plan.key),
    };
    let client = match PayClient::build(http(plan), layer(plan, payer, sent)) {
        Ok(client) if plan.location => client.follow_redirects(),
        Ok(client) => client,
        Err(error) => return Outcome::Failed { why: chain(&error) },
    };
    match client.execute(request(plan)).await {
        Ok(response) => {
            let Some(served) = response.extensions().get::<Served>().cloned() else {
                return answered(plan, response, None, Told::default()).await;
            };
            let told = Told::of(&served.payment).receipt(served.receipt);
            sent.tell(&served.payment, told.clone());
            answered(plan, response, Some(served.payment), told).await
        }
        Err(ClientError::NoChoice(NoChoice::NoneSelected)) if plan.dry_run => found.outcome(),
        Err(error) => failed(error),
    }
}

/// The payer, within what the user allowed.
fn payer(plan: &Plan) -> Payer<Key> {
    let mut limits = Limits::default().max_per_payment(plan.max_amount.clone());
    if plan.any_resource {
        limits = limits.any_resource();
    }
    if plan.insecure_http {
        limits = limits.insecure_http();
    }
    Payer::new(plan.key.clone()).limits(limits)
}

/// The sandbox's key pays on this machine only, wherever a redirect leads.
fn at_home(payer: Payer<Key>, key: &Key) -> Payer<Key> {
    if !key.is_sandbox() {
        return payer;
    }
    payer.policy(|_: &Choice, offered: &Offered| match &offered.asked {
        Some(asked) if asked.is_loopback() => Ok(()),
        _ => Err("the sandbox's key is for this machine; set PRIVATE_KEY or --key-file".into()),
    })
}

fn layer(plan: &Plan, payer: Payer<Key>, sent: &Arc<Sent>) -> PayLayer<Key> {
    let sent = Arc::clone(sent);
    let layer =
        PayLayer::new(payer).patience(Patience::default().for_up_to(plan.wait)).watch(move |progress| match progress {
            Progress::Signed(payment) => {
                sent.signed(payment);
                report(progress);
            }
            _ => report(progress),
        });
    match plan.protocol {
        Protocol::Auto => layer,
        Protocol::V1 => layer.only(X402Version::V1),
        Protocol::V2 => layer.only(X402Version::V2),
    }
}

/// What a dry run finds out.
#[derive(Clone, Default)]
struct Found(Arc<Mutex<Option<(Choice, X402Version)>>>);

impl Found {
    /// A payer that selects nothing, so that it cannot pay.
    fn instead_of_paying(&self, payer: Payer<Key>) -> Payer<Key> {
        let (version, found) = (Arc::new(Mutex::new(X402Version::V2)), self.clone());
        let seen = Arc::clone(&version);
        payer
            .policy(move |_: &Choice, offered: &Offered| {
                *seen.lock().unwrap_or_else(PoisonError::into_inner) = offered.version;
                Ok(())
            })
            .selector(move |affordable: &[Choice]| {
                let choice = affordable.get(Cheapest.select(affordable)?)?.clone();
                let version = *version.lock().unwrap_or_else(PoisonError::into_inner);
                *found.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((choice, version));
                None
            })
    }

    fn outcome(&self) -> Outcome {
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            Some((choice, version)) => Outcome::Priced { choice: Box::new(choice), version },
            None => Outcome::Failed { why: chain(&NoChoice::NoneSelected) },
        }
    }
}

/// Says what is going on to a person, and to a log only what lasts.
fn report(progress: &Progress<'_>) {
    let is_person = std::io::stdout().is_terminal();
    match progress {
        Progress::Redirected(origin) if is_person => say(&format!("going on to {origin}")),
        Progress::Chosen(choice) if is_person => say(&format!("paying {choice} to {}", choice.pay_to())),
        Progress::Signed(_) if is_person => say("waiting for the settlement"),
        Progress::Waiting { why, pause } => {
            say(&format!("{why}; presenting the same payment again in {} s", pause.as_secs()));
        }
        _ => {}
    }
}

/// reqwest, with as much time for an answer as it takes while it comes.
pub(crate) fn http(plan: &Plan) -> ClientBuilder {
    let builder = Client::builder().read_timeout(TIMEOUT);
    // A proxy does not reach this machine's own servers, and should not see what is paid to them.
    if key::is_loopback(&plan.url) { builder.no_proxy() } else { builder }
}

pub(crate) fn request(plan: &Plan) -> Request {
    let mut request = Request::new(plan.method.clone(), plan.url.clone());
    *request.headers_mut() = plan.headers.clone();
    if !plan.body.is_empty() {
        *request.body_mut() = Some(plan.body.clone().into());
    }
    request
}

/// What an answer comes to. `payment` is ours, if one was sent; what is known of it, or of the user's own, is `told`.
pub(crate) async fn answered(plan: &Plan, response: Response, payment: Option<SignedPayment>, told: Told) -> Outcome {
    let status = response.status();
    let redirected = redirected(plan, &told, response.headers(), status);
    let not_served = status.is_client_error() || status.is_server_error() || redirected.is_some();
    // 402 is older than x402, and whatever asks by another protocol cannot be paid.
    let alien = (status == StatusCode::PAYMENT_REQUIRED && !told.sent).then(|| "it makes no x402 offer".to_owned());
    match content::take(response, plan.json).await {
        Ok(body) if not_served => Outcome::NotServed { status, reason: redirected.or(alien), body, told },
        Ok(body) => Outcome::Served { status, body, told },
        Err(Broken::Stdout(why)) => {
            let reason = Some(format!("the content came, and stdout did not take it: {why}"));
            Outcome::NotServed { status, reason, body: Bytes::new(), told }
        }
        // It was paid for, and broke off.
        Err(Broken::Answer(why)) if told.sent => Outcome::Unknown { why, payment: payment.map(Box::new), told },
        Err(Broken::Answer(why)) => Outcome::Failed { why },
    }
}

/// Where an answer leads, and why nobody went there.
fn redirected(plan: &Plan, told: &Told, headers: &HeaderMap, status: StatusCode) -> Option<String> {
    let to = headers.get(LOCATION).filter(|_| status.is_redirection())?;
    let to = String::from_utf8_lossy(to.as_bytes()).escape_debug().to_string();
    let why = match (told.sent, plan.location) {
        (true, _) => "a request with a payment is not followed",
        (false, true) => "ten are followed at most, and none from https to http",
        (false, false) => "-L follows it",
    };
    Some(format!("it redirects to `{to}`; {why}"))
}

/// What an error means, and what to do about it.
fn failed(error: ClientError) -> Outcome {
    let why = chain(&error);
    let advice = match error {
        ClientError::Payment(failure) => return not_paid(*failure, why),
        ClientError::NoChoice(NoChoice::TooExpensive { .. }) => {
            "; --max-amount allows more, in dollars or in that token"
        }
        ClientError::NoChoice(NoChoice::ForeignResource { .. }) => "; --any-resource pays for it all the same",
        ClientError::Sign(PayError::Insecure { .. }) => "; --insecure-http does it all the same",
        ClientError::Sign(PayError::Signer(_)) => "; set PRIVATE_KEY or --key-file",
        ClientError::Version { .. } => "; --protocol auto takes it",
        _ => "",
    };
    Outcome::Failed { why: format!("{why}{advice}") }
}

fn not_paid(failure: PaymentFailure, all: String) -> Outcome {
    let told = |payment: &SignedPayment, receipt: Option<_>| {
        let receipt: Option<Box<_>> = receipt;
        Told::of(payment).answer(payment.payload(), receipt.as_deref())
    };
    match failure {
        PaymentFailure::Refused { status, reason, .. } => {
            Outcome::NotServed { status, reason, body: Bytes::new(), told: Told::default() }
        }
        PaymentFailure::Unknown { why, payment, receipt } => {
            Outcome::Unknown { why, told: told(&payment, receipt), payment: Some(payment) }
        }
        PaymentFailure::Contradiction { payment, receipt, .. } => {
            Outcome::Unknown { why: all, told: told(&payment, receipt), payment: Some(payment) }
        }
        _ => Outcome::Failed { why: all },
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::Address;
    use x402_core::{
        Amount, Asset, Network, PaymentRequired, PaymentRequirements, ResourceInfo, client::Origin, requirements::Extra,
    };

    use super::*;

    #[test]
    fn attack_28_redirect_from_this_machine_does_not_take_the_sandbox_key_along() {
        let usdc = Asset::usdc(&Network::BASE_SEPOLIA).unwrap();
        let (amount, to) = (Amount::from_atomic(1), Address::repeat_byte(1));
        let price = PaymentRequirements::exact(usdc.network(), amount, usdc.address(), to, 60, Extra::new());
        let offer = |from: &str| {
            let required = PaymentRequired::new(ResourceInfo::new("/x"), [price.clone()]);
            Offered::new(X402Version::V2, required).asked(Origin::parse(from).unwrap())
        };
        let sandbox = Key::sandbox();
        let payer = at_home(Payer::new(sandbox.clone()), &sandbox);
        assert!(payer.choose(&offer("http://127.0.0.1:8402")).is_ok());
        let error = payer.choose(&offer("https://shop.example")).unwrap_err().to_string();
        assert!(error.contains("PRIVATE_KEY"), "{error}");
    }
}
