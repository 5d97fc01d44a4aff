//! What is printed: content to stdout, everything else to stderr.

use std::io::Write as _;

use serde_json::{Value, json};
use x402_core::{Receipt, client::Choice};

use crate::journey::Outcome;

pub(crate) fn print(outcome: &Outcome, as_json: bool) {
    if as_json {
        to_stdout(format!("{}\n", object(outcome)).as_bytes());
        return;
    }
    match outcome {
        Outcome::Served { body, paid, receipt, .. } => {
            to_stdout(body);
            if let Some(choice) = paid {
                eprintln!("paid: {choice}");
                eprintln!("to: {}", choice.pay_to());
            }
            match receipt {
                Some(receipt) => receipt_lines(receipt).iter().for_each(|line| eprintln!("{line}")),
                None if paid.is_some() => eprintln!("there is no receipt"),
                None => eprintln!("served without payment"),
            }
        }
        Outcome::Priced { choice, version } => {
            eprintln!("price: {choice} ({version})");
            eprintln!("to: {}", choice.pay_to());
            eprintln!("nothing was paid");
        }
        Outcome::NotServed { status, reason, body } => {
            eprintln!("pay: not served: {status}{}", reason.as_ref().map(|r| format!(": {r}")).unwrap_or_default());
            to_stdout(body);
        }
        Outcome::Failed { why } => eprintln!("pay: {why}"),
        Outcome::Unknown { why, payment } => {
            eprintln!("pay: the payment was sent and its outcome is not known: {why}");
            match payment.as_ref().map(|payment| payment.header()) {
                Some((name, value)) => {
                    eprintln!("pay: do not pay again; present the same payment, with this as -H:");
                    eprintln!("{name}: {}", value.to_str().unwrap_or_default());
                }
                None => eprintln!("pay: do not pay again; present the same payment once more"),
            }
        }
    }
}

fn receipt_lines(receipt: &Receipt) -> [String; 2] {
    [format!("payer: {}", receipt.payer), format!("transaction: {}", receipt.transaction)]
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
    match outcome {
        Outcome::Served { status, body, paid, receipt } => json!({
            "outcome": "served",
            "status": status.as_u16(),
            "paid": paid.as_deref().map(offer),
            "transaction": receipt.as_ref().map(|receipt| receipt.transaction.to_string()),
            "body": String::from_utf8_lossy(body),
        }),
        Outcome::Priced { choice, version } => {
            json!({"outcome": "priced", "x402Version": version.as_u64(), "offer": offer(choice)})
        }
        Outcome::NotServed { status, reason, body } => json!({
            "outcome": "not_served",
            "status": status.as_u16(),
            "reason": reason,
            "body": String::from_utf8_lossy(body),
        }),
        Outcome::Failed { why } => json!({"outcome": "failed", "error": why}),
        Outcome::Unknown { why, payment } => {
            let header = payment.as_ref().map(|payment| {
                let (name, value) = payment.header();
                format!("{name}: {}", value.to_str().unwrap_or_default())
            });
            json!({"outcome": "unknown", "error": why, "payment": header})
        }
    }
}

/// A reader that stopped reading, as `head` does, is no error.
fn to_stdout(bytes: &[u8]) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(bytes).and_then(|()| stdout.flush());
}
