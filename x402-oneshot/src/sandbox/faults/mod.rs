//! What can go wrong, made to go wrong: when you say so, on the route that you say.
//!
//! [`Sandbox::faults`](super::Sandbox::faults) takes rules. Each names an endpoint, says which requests to strike, and
//! with what [`Fault`]. Transactions can be given other lives than the usual one by a [`Lifecycle`].
//!
//! ```
//! use std::time::Duration;
//! use x402_oneshot::sandbox::Sandbox;
//! use x402_oneshot::sandbox::faults::{Answer, Fault, Lifecycle};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), x402_oneshot::sandbox::SandboxError> {
//! let sandbox = Sandbox::start().await?;
//!
//! // The next execution is recorded, and its answer lost.
//! sandbox.faults().on("POST", "/methods/{id}/execute").once(Fault::Reset { after: true });
//! // Every third question about a transaction meets a server that has enough.
//! let busy = Answer::error(429, "RateLimitError").retryable().retry_after_seconds(1);
//! sandbox.faults().on("GET", "/transactions/{id}").every(3, Fault::Answer(busy));
//! // One request in ten, of any kind, is answered late.
//! sandbox.faults().on("*", "*").percent(10, Fault::Latency(Duration::from_secs(6)));
//! // The transaction after that is sent once more, which changes its hash.
//! sandbox.faults().next_transaction(&Lifecycle::new().pending(2).retrying(3));
//! # Ok(())
//! # }
//! ```
//!
//! The chain does not take part in any of this: whatever the answers say, money moves only by transactions that were
//! executed, and [`Sandbox::balance_of`](super::Sandbox::balance_of) and
//! [`Sandbox::transactions`](super::Sandbox::transactions) tell what really happened. A transaction is `Completed` only
//! if it is, unless a rule of yours [edits](Fault::Edit) the answer.

mod answer;
pub use answer::Answer;

mod edit;
pub use edit::Edit;

mod fault;
pub use fault::Fault;

mod rule;
pub use rule::{Rule, When};

mod lifecycle;
pub use lifecycle::Lifecycle;
pub(super) use lifecycle::{End, Playing};

mod engine;
pub(super) use engine::{Engine, Full, MAX_FAULTS};

mod handle;
pub use handle::{Faults, On};

mod refusal;

mod body;

pub mod admin;
pub(super) use admin::router as admin_router;

mod inject;
pub(super) use inject::inject;
