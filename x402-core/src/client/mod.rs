//! The client's journey: read the offer of a 402, choose, sign.
//!
//! ```
//! use x402_core::client::{Origin, Payer, read_offer};
//!
//! # async fn pay(headers: http::HeaderMap, body: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
//! # let key = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
//! let signer: alloy_signer_local::PrivateKeySigner = key.parse()?;
//! let payer = Payer::new(signer);
//!
//! let asked = Origin::parse("https://api.example.com/weather").ok_or("no http URL")?;
//! let offer = read_offer(&headers, body)?.asked(asked); // of that server's response with status 402
//! let choice = payer.choose(&offer)?;   // at most $1, unless told otherwise
//! let payment = payer.sign(&offer, choice).await?;
//! let (name, value) = payment.header(); // send the request again with it
//! # Ok(())
//! # }
//! ```
//!
//! What protects the money: [`Limits`] and [`Policy`] say what may be paid at all, a [`Budget`] how much in all, and a
//! [`Presentation`] judges the answers, so that a payment whose outcome is open is presented again and no second one is
//! signed.

mod budget;
mod identifier;
mod limit;
mod offered;
mod origin;
mod patience;
mod payer;
mod policy;
mod presentation;
mod select;
mod signed;
mod verdict;

pub use self::{
    budget::{Budget, BudgetError, Limit, OverBudget, Spending},
    limit::Limits,
    offered::{Offered, OfferedError, read_offer},
    origin::Origin,
    patience::Patience,
    payer::{PayError, Payer},
    policy::{Cheapest, Policy, Selector},
    presentation::{PaymentFailure, Presentation, Served, Step},
    select::{Choice, NoChoice},
    signed::SignedPayment,
    verdict::{Earlier, Verdict},
};
