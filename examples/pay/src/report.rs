//! What is printed: content to stdout, everything else to stderr.

use std::{io::Write as _, process::ExitCode};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use x402_core::client::{Choice, SignedPayment};

use crate::{
    content,
    outcome::{Outcome, Told},
};

/// Prints what there is to say of it, and says how the program ends.
pub(crate) fn print(outcome: &Outcome, as_json: bool) -> ExitCode {
    if as_json {
        if let Err(error) = content::write(format!("{}\n", object(outcome)).as_bytes()) {
            say(&format!("pay: stdout cannot be written: {error}"));
            lines(outcome).iter().for_each(|line| say(line));
            if matches!(outcome, Outcome::Served { .. } | Outcome::Priced { .. }) {
                return ExitCode::FAILURE;
            }
        }
    } else {
        lines(outcome).iter().for_each(|line| say(line));
        // What was kept of a refusal; all else was written as it came.
        if let Outcome::NotServed { body, .. } = outcome {
            let _ = content::write(body);
        }
    }
    match outcome {
        Outcome::Served { .. } | Outcome::Priced { .. } => ExitCode::SUCCESS,
        Outcome::NotServed { .. } | Outcome::Failed { .. } => ExitCode::FAILURE,
        Outcome::Unknown { .. } => ExitCode::from(3),
    }
}

/// A line on stderr. That nobody reads it is no reason to stop.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

fn lines(outcome: &Outcome) -> Vec<String> {
    match outcome {
        Outcome::Served { told, .. } if !told.sent => {
            vec!["served without payment".to_owned()]
        }
        Outcome::Served { told, .. } => payment_lines(told, "paid"),
        Outcome::Priced { choice, version } => {
            let to = format!("to: {}", choice.pay_to());
            vec![format!("price: {choice} ({version})"), to, "nothing was paid".to_owned()]
        }
        Outcome::NotServed { status, reason, told, .. } => {
            let reason = reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
            let mut lines = vec![format!("pay: not served: {status}{reason}")];
            if told.sent {
                lines.extend(payment_lines(told, if told.receipt.is_some() { "paid" } else { "payment sent" }));
            }
            lines
        }
        Outcome::Failed { why } => vec![format!("pay: {why}")],
        Outcome::Unknown { why, payment, told } => {
            let mut lines = vec![format!("pay: the payment was sent and its outcome is not known: {why}")];
            if let Some(receipt) = &told.receipt {
                lines.push(format!("pay: by the server's receipt it is settled: {}", receipt.transaction));
            }
            if let Some(named) = &told.named {
                lines.push(format!("pay: the server names a transaction, look it up: {named}"));
            }
            match payment {
                Some(payment) => {
                    lines.push("pay: do not pay again; present the same payment, with this as -H:".to_owned());
                    lines.push(header(payment));
                }
                None => lines.push("pay: do not pay again; present the same payment once more".to_owned()),
            }
            lines
        }
    }
}

fn payment_lines(told: &Told, verb: &str) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(choice) = &told.choice {
        lines.push(format!("{verb}: {choice}"));
        lines.push(format!("to: {}", choice.pay_to()));
    }
    match &told.receipt {
        Some(receipt) => {
            lines.push(format!("payer: {}", receipt.payer));
            lines.push(format!("transaction: {}", receipt.transaction));
        }
        None => lines.push("there is no receipt".to_owned()),
    }
    lines
}

fn header(payment: &SignedPayment) -> String {
    let (name, value) = payment.header();
    format!("{name}: {}", value.to_str().unwrap_or_default())
}

fn object(outcome: &Outcome) -> Value {
    let offer = |choice: &Choice| {
        json!({
            "amount": choice.amount().to_string(),
            "price": choice.to_string(),
            "asset": choice.asset().address().to_string(),
            "network": choice.asset().network().to_string(),
            "payTo": choice.pay_to().to_string(),
        })
    };
    let mut object = Map::new();
    let mut set = |name: &str, value: Value| drop(object.insert(name.to_owned(), value));
    match outcome {
        Outcome::Served { status, .. } => {
            set("outcome", "served".into());
            set("status", status.as_u16().into());
        }
        Outcome::Priced { choice, version } => {
            set("outcome", "priced".into());
            set("x402Version", version.as_u64().into());
            set("offer", offer(choice));
        }
        Outcome::NotServed { status, reason, .. } => {
            set("outcome", "not_served".into());
            set("status", status.as_u16().into());
            set("reason", reason.clone().into());
        }
        Outcome::Failed { why } => {
            set("outcome", "failed".into());
            set("error", why.clone().into());
        }
        Outcome::Unknown { why, payment, .. } => {
            set("outcome", "unknown".into());
            set("error", why.clone().into());
            set("payment", payment.as_deref().map(header).into());
        }
    }
    if let Outcome::Served { told, .. } | Outcome::NotServed { told, .. } | Outcome::Unknown { told, .. } = outcome {
        let transaction = told.receipt.as_ref().map(|receipt| receipt.transaction).or(told.named);
        set("paid", told.choice.as_deref().map(offer).into());
        set("settled", told.receipt.is_some().into());
        set("transaction", transaction.map(|hash| hash.to_string()).into());
    }
    if let Outcome::Served { body, .. } | Outcome::NotServed { body, .. } = outcome {
        match std::str::from_utf8(body) {
            Ok(text) => set("body", text.into()),
            // JSON has no other place for bytes.
            Err(_) => set("bodyBase64", STANDARD.encode(body).into()),
        }
    }
    object.into()
}
