//! The server's journey: admit a payment, then settle it.
//!
//! [`Offers`] is what a route asks. [`Gate::admit`] checks a payment against them, claims it and asks the facilitator;
//! only it makes an [`Admission`]. Settling consumes the admission, so that settling a payment twice, or one that was
//! never verified, does not compile. A [`Refusal`] knows its status and headers.
//!
//! [`Clearing`] does the same for other servers, which ask over a network: it is what stands behind a facilitator's
//! endpoints.
//!
//! No runtime is involved: whoever calls decides where [`Admission::settle`] runs. It should run where a client that
//! hangs up cannot stop it.
//!
//! ```
//! use x402_core::{Asset, Network, server::{Gate, Offer, Offers}, testing::ScriptedFacilitator};
//!
//! # async fn serve(headers: http::HeaderMap) -> Result<http::Response<bytes::Bytes>, Box<dyn std::error::Error>> {
//! let usdc = Asset::usdc(&Network::BASE).ok_or("not in the table")?;
//! let pay_to = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C".parse()?;
//! let offers = Offers::new("https://api.example.com/weather", [Offer::exact(&usdc, &"$0.01".parse()?, pay_to)?])?;
//! let gate = Gate::new(ScriptedFacilitator::willing());
//!
//! let refused = |refusal| offers.refuse(&refusal);
//! let payment = match gate.read_payment(&headers) {
//!     Ok(payment) => payment,
//!     Err(refusal) => return Ok(refused(refusal)),
//! };
//! let admission = match gate.admit(&offers, payment).await {
//!     Ok(admission) => admission,
//!     Err(refusal) => return Ok(refused(refusal)),
//! };
//! // … the work that was paid for …
//! let mut response = http::Response::new("sunny".into());
//! match admission.settle().await {
//!     Ok(settled) => settled.deliver().await.write_headers(response.headers_mut()),
//!     Err(unsettled) => response = refused(unsettled.into_parts().0),
//! }
//! # Ok(response)
//! # }
//! ```

mod admission;
mod answer;
mod browser;
mod case;
mod clearing;
mod gate;
mod hold;
mod hook;
pub(crate) mod identifier;
mod offer;
mod pending;
mod refusal;

pub use self::{
    admission::{Admission, Payment, Settled, Unsettled},
    answer::{Paid, protect},
    browser::is_browser,
    clearing::Clearing,
    gate::Gate,
    hook::{Decision, Hooks},
    identifier::{Identifiers, PaymentIdentifier},
    offer::{Offer, Offers, OffersError},
    pending::{Asked, Pending},
    refusal::{Refusal, RefusalKind},
};
