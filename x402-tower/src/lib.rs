#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs_x402, feature(doc_cfg))]

#[cfg(any(feature = "client", feature = "server"))]
#[cfg_attr(docsrs_x402, doc(cfg(any(feature = "client", feature = "server"))))]
pub mod body;

#[cfg(feature = "client")]
#[cfg_attr(docsrs_x402, doc(cfg(feature = "client")))]
pub mod client;
#[cfg(feature = "client")]
pub use client::{PayLayer, PayService};

#[cfg(feature = "paywall")]
#[cfg_attr(docsrs_x402, doc(cfg(feature = "paywall")))]
pub mod paywall;

#[cfg(feature = "server")]
#[cfg_attr(docsrs_x402, doc(cfg(feature = "server")))]
pub mod server;
#[cfg(feature = "server")]
pub use server::{PaymentLayer, PaymentService};

pub mod store;

#[cfg(feature = "webhook")]
#[cfg_attr(docsrs_x402, doc(cfg(feature = "webhook")))]
pub mod webhook;

#[doc(no_inline)]
pub use x402_core;
