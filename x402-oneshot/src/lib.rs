// The README's example builds the default client, which is there only with its transport.
#![cfg_attr(feature = "reqwest", doc = include_str!("../README.md"))]
#![cfg_attr(not(feature = "reqwest"), doc = "The 1Shot API for Rust.")]
// The guide runs on the sandbox.
#![cfg_attr(all(feature = "reqwest", feature = "sandbox"), doc = include_str!("../GUIDE.md"))]
#![cfg_attr(docsrs_x402, feature(doc_cfg))]

mod id;
pub use id::{
    BusinessId, ContractEventId, CredentialId, DelegationId, DeliveryAttemptId, EndpointId, MethodId, ParamId,
    ParseIdError, PromptId, StructId, TransactionId, TriggerId, UserId, WalletId, WebhookId,
};

mod decode;
pub use decode::DecodeError;

mod api_error;
pub use api_error::ApiError;

mod error;
pub use error::{Error, ErrorKind};
#[doc(no_inline)]
pub use x402_core::facilitator::Reach;

mod credentials;
pub use credentials::{ApiKey, ApiSecret, Credentials};

mod base_url;
pub use base_url::{BaseUrl, BaseUrlError};

mod random;
pub use random::{OsRandom, Random};

mod retry;
pub use retry::RetryPolicy;

mod config;
pub use config::{Config, ConfigError};

mod codec;

mod page;
pub use page::Page;

pub mod transport;

mod token;

mod call;

mod done;

mod client;
pub use client::Client;

pub mod api;

pub mod webhook;

pub mod facilitator;

#[cfg(feature = "signer")]
#[cfg_attr(docsrs_x402, doc(cfg(feature = "signer")))]
pub mod signer;

#[cfg(feature = "sandbox")]
#[cfg_attr(docsrs_x402, doc(cfg(feature = "sandbox")))]
pub mod sandbox;

#[doc(no_inline)]
pub use bytes;
#[doc(no_inline)]
pub use http;
