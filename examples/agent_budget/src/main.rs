//! Many paid calls, one budget: stops when it is spent.
//!
//! Run with
//!
//! ```text
//! cargo run -p agent_budget
//! ```
//!
//! A shop that sells facts for five cents each runs in the same process, over a sandbox. The agent has twenty cents and a
//! list of questions that is longer than that. No server, however it answers, gets more out of it.

mod shop;

use std::error::Error;

use alloy_signer_local::PrivateKeySigner;
use x402_core::client::{Budget, PayError, Payer, Served};
use x402_tower::client::{ClientError, reqwest::PayClient};

const QUESTIONS: [&str; 6] = [
    "the tallest tree",
    "the oldest city",
    "the deepest lake",
    "the driest desert",
    "the longest river",
    "the coldest place",
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // An `Err` says that a provider was installed already, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let shop = shop::open().await?;

    let budget = Budget::new("$0.20".parse()?)?;
    let key = PrivateKeySigner::from_bytes(&shop.buyer_key.into())?;
    let agent = PayClient::new(Payer::new(key).budget(budget.clone()))?;

    for question in QUESTIONS {
        let answer = agent.send(agent.post(&shop.url).body(question)).await;
        match answer {
            Ok(answer) => {
                let paid = answer.extensions().get::<Served>().map(|served| served.payment.choice().to_string());
                let left = budget.spending().remaining();
                println!("{} (paid {}; {left} left)", answer.text().await?.trim(), paid.unwrap_or_default());
            }
            Err(ClientError::Sign(PayError::OverBudget(over))) => {
                println!("stopped before `{question}`: {over}");
                break;
            }
            Err(error) => return Err(error.into()),
        }
    }
    println!("paid in all: {}", budget.spending().settled());
    println!("the shop earned: {}", shop.earned());
    Ok(())
}
