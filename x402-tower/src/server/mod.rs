//! Selling: a layer that lets a request through when it is paid for.
//!
//! The layer asks [`Gate`] whether to admit a request, calls the service, and settles when the service has answered
//! well. It holds no rule of its own about money; those are in [`x402_core::server`].
//!
//! ```
//! use axum::{Extension, Router, routing::get};
//! use x402_core::{Asset, Network, server::{Gate, Offer, Offers, Payment}, testing::ScriptedFacilitator};
//! use x402_tower::PaymentLayer;
//!
//! async fn weather(Extension(payment): Extension<Payment>) -> String {
//!     format!("sunny, and thank you, {}", payment.payer)
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let usdc = Asset::usdc(&Network::BASE).ok_or("not in the table")?;
//! let pay_to = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C".parse()?;
//! let offer = Offer::exact(&usdc, &"$0.01".parse()?, pay_to)?;
//! let offers = Offers::new("https://api.example.com/weather", [offer])?;
//!
//! // In tests; in production the facilitator is one of x402-oneshot's, or your own.
//! let gate = Gate::new(ScriptedFacilitator::willing());
//! let paid = PaymentLayer::new(gate, offers);
//! let app: Router = Router::new().route("/weather", get(weather).route_layer(paid));
//! # Ok(())
//! # }
//! ```
//!
//! # What counts as served
//!
//! The head of the response: a status below 400, and no `grpc-status` in it but 0. It waits for the settlement, unless
//! the [order](Order) is another; the body then streams, and a body that breaks off, or a gRPC status in the trailers,
//! comes too late to be seen. Work that fails late belongs before the head.
//!
//! # Layer order
//!
//! The price goes around what is sold and nothing else. In axum that is `route_layer` of a method router, as above: it
//! leaves methods that the path does not have free. `layer` does not, nor does `route_layer` of a whole router: they would
//! sell a 405, and with [`Order::Before`] charge for it.
//!
//! A CORS layer belongs outside of this one. `OPTIONS` requests pass unpaid all the same, so that preflights work.

mod bounded;

mod order;

mod pricing;

mod observe;

mod delivered;

mod parking;

mod replay;

mod settlements;

mod settle;

mod stop;

mod work;

mod journey;

mod future;

mod layer;

mod service;

#[doc(no_inline)]
pub use x402_core::server::{Gate, Offer, Offers, Payment};

pub use self::{
    future::ResponseFuture,
    journey::Refused,
    layer::PaymentLayer,
    order::Order,
    pricing::{Pricing, Quote},
    service::PaymentService,
    settlements::Settlements,
};
