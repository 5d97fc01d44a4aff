//! What a request costs.

use std::future::{Future, ready};

use http::request::Parts;
use x402_core::{error::BoxError, server::Offers};

/// The price of one request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Quote {
    /// Nothing: the request passes untouched.
    Free,
    /// One of these.
    Priced(Offers),
}

impl From<Offers> for Quote {
    fn from(offers: Offers) -> Self {
        Self::Priced(offers)
    }
}

/// Prices requests: fixed [`Offers`], or a closure that looks at the request's head.
///
/// A price is quoted again when the payment comes, and the payment is compared with that second quote: a price that
/// changes between the two refuses the payment. An error refuses the request with 503; it never makes it free.
///
/// ```
/// use http::request::Parts;
/// use x402_core::{Asset, Network, error::BoxError, server::{Gate, Offer, Offers}, testing::ScriptedFacilitator};
/// use x402_tower::{PaymentLayer, server::Quote};
///
/// # fn main() -> Result<(), BoxError> {
/// # let usdc = Asset::usdc(&Network::BASE).ok_or("not in the table")?;
/// # let pay_to = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C".parse()?;
/// // Built once, shared by all requests.
/// let offers = Offers::new("https://api.example.com/report", [Offer::exact(&usdc, &"$0.01".parse()?, pay_to)?])?;
/// let by_member = move |head: &Parts| {
///     let is_member = head.headers.contains_key("x-member");
///     let offers = offers.clone();
///     async move { Ok::<_, BoxError>(if is_member { Quote::Free } else { offers.into() }) }
/// };
/// let layer = PaymentLayer::priced(Gate::new(ScriptedFacilitator::willing()), by_member);
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    note = "use `Offers`, or a closure `Fn(&http::request::Parts)` whose future is `Result<Quote, BoxError>`"
)]
pub trait Pricing: Send + Sync {
    /// What this request costs.
    fn quote(&self, head: &Parts) -> impl Future<Output = Result<Quote, BoxError>> + Send;

    /// The offers, if they are the same for all requests: then a request without payment costs no work.
    fn fixed(&self) -> Option<&Offers> {
        None
    }
}

impl Pricing for Offers {
    fn quote(&self, _: &Parts) -> impl Future<Output = Result<Quote, BoxError>> + Send {
        ready(Ok(self.clone().into()))
    }

    fn fixed(&self) -> Option<&Offers> {
        Some(self)
    }
}

impl<F, Fut> Pricing for F
where
    F: Fn(&Parts) -> Fut + Send + Sync,
    Fut: Future<Output = Result<Quote, BoxError>> + Send,
{
    fn quote(&self, head: &Parts) -> impl Future<Output = Result<Quote, BoxError>> + Send {
        self(head)
    }
}
