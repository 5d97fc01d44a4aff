//! The facilitator: whoever verifies payments and puts them on chain.
//!
//! Implement [`Facilitator`] with plain `async fn`s; share one as a [`SharedFacilitator`].
//!
//! ```
//! use x402_core::facilitator::{Facilitator, FacilitatorError, FacilitatorRequest};
//! use x402_core::{Reason, SettleResponse, SupportedResponse, VerifyResponse};
//!
//! /// Refuses everything.
//! struct Closed;
//!
//! impl Facilitator for Closed {
//!     async fn verify(&self, _: &FacilitatorRequest) -> Result<VerifyResponse, FacilitatorError> {
//!         Ok(VerifyResponse::invalid(Reason::UNSUPPORTED_SCHEME, None))
//!     }
//!
//!     async fn settle(&self, request: &FacilitatorRequest) -> Result<SettleResponse, FacilitatorError> {
//!         let network = request.requirements().network.clone();
//!         Ok(SettleResponse::failed(Reason::UNSUPPORTED_SCHEME, network, None))
//!     }
//!
//!     async fn supported(&self) -> Result<SupportedResponse, FacilitatorError> {
//!         Ok(SupportedResponse::default())
//!     }
//! }
//! ```

mod contract;
mod error;
mod request;
mod shared;

pub use self::{
    contract::Facilitator,
    error::{FacilitatorError, FacilitatorErrorKind, Reach},
    request::FacilitatorRequest,
    shared::SharedFacilitator,
};
