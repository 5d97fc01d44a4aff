#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs_x402, feature(doc_cfg))]

pub mod error;

pub mod version;
pub use version::X402Version;

pub mod network;
pub use network::Network;

pub mod amount;
pub use amount::Amount;

pub mod address;
pub use address::ChainAddress;

pub mod domain;
pub use domain::TokenDomain;

pub mod asset;
pub use asset::Asset;

pub mod price;
pub use price::Price;

pub mod time;
pub use time::{Clock, SystemClock, UnixSeconds};

pub mod reason;
pub use reason::Reason;

pub mod resource;
pub use resource::ResourceInfo;

pub mod verbatim;
pub use verbatim::Verbatim;

pub mod requirements;
pub use requirements::{PaymentRequired, PaymentRequirements, Scheme};

pub mod signature;
pub use signature::Signature;

pub mod exact;

pub mod payload;
pub use payload::PaymentPayload;

pub mod verification;
pub use verification::VerifyResponse;

pub mod settlement;
pub use settlement::{Receipt, SettleResponse, Settlement};

pub mod supported;
pub use supported::{SupportedKind, SupportedResponse};

pub mod facilitator;
pub use facilitator::{Facilitator, FacilitatorRequest, SharedFacilitator};

pub mod wire;

pub mod header;

pub mod claim;

pub mod server;

#[cfg(feature = "client")]
#[cfg_attr(docsrs_x402, doc(cfg(feature = "client")))]
pub mod signer;
#[cfg(feature = "client")]
pub use signer::PaymentSigner;

#[cfg(feature = "client")]
#[cfg_attr(docsrs_x402, doc(cfg(feature = "client")))]
pub mod client;

#[cfg(feature = "testing")]
#[cfg_attr(docsrs_x402, doc(cfg(feature = "testing")))]
pub mod testing;
