//! Webhooks that 1Shot sends: what they say, and whether 1Shot said it.
//!
//! 1Shot reports the end of each transaction to the contract method's callback URL: sooner than polling would learn it,
//! and without a call. The body is a JSON object with a `signature` over the rest of it. An [`Event`] is what it says,
//! and its [`execution`](Event::execution) is what that means, for every generation of the API.
//!
//! - [`Verifier`] takes a body and returns a [`Delivery`]. It refuses what is too long, too old, not signed by one of our
//!   own keys, or about somebody else's contract method, and says whether it has seen the like before.
//! - [`MethodKeys`] fetches the keys of our contract methods. Which keys count is settled beforehand and not by what a
//!   webhook claims, and forgeries make no calls beyond one in half a minute.
//! - [`Signer`] is the sender's half, for tests.
//!
//! ```
//! use x402_oneshot::webhook::{ExecutionOutcome, KeySource, Verifier};
//!
//! async fn received<S: KeySource + 'static>(verifier: &Verifier<S>, body: &[u8]) -> http::StatusCode {
//!     let delivery = match verifier.verify(body).await {
//!         Ok(delivery) => delivery,
//!         Err(error) => return error.status(),
//!     };
//!     match delivery.event().execution() {
//!         Some(execution) if execution.outcome == ExecutionOutcome::Succeeded => {
//!             println!("{} is settled in {:?}", execution.transaction_id, execution.transaction_hash);
//!         }
//!         Some(execution) => println!("{}: {:?}", execution.transaction_id, execution.outcome),
//!         None => println!("{}", delivery.event().name),
//!     }
//!     http::StatusCode::OK
//! }
//! ```
//!
//! # Behind a route
//!
//! `x402-tower`'s `WebhookService` reads the body, calls a verifier of any kind, and answers. The two crates do not know
//! each other; what joins them is a closure from a request to a [`Delivery`] or the status of a refusal:
//!
//! ```
//! use bytes::Bytes;
//! use http::{Request, StatusCode};
//! use x402_oneshot::webhook::{Delivery, Signer, Verifier};
//!
//! let verifier = Verifier::new(Signer::from_seed([7; 32]).public_key());
//! let verify = move |request: Request<Bytes>| {
//!     let verifier = verifier.clone();
//!     async move { verifier.verify(request.body()).await.map_err(|error| error.status()) }
//! };
//! // WebhookService::new(verify, |delivery: Delivery| async move { …; Ok(()) })
//! # fn is_verifier<F: Fn(Request<Bytes>) -> T, T: Future<Output = Result<Delivery, StatusCode>> + Send>(_: F) {}
//! # is_verifier(verify);
//! ```

mod event;
#[doc(no_inline)]
pub use crate::api::EventName;
pub use event::Event;

mod execution;
pub use execution::{Execution, ExecutionOutcome};

mod number;

mod document;

mod canonical;
pub use canonical::CanonicalForm;

mod base64;

mod public_key;
pub use public_key::{ParseKeyError, PublicKey};

mod signer;
pub use signer::{SignError, Signer};

mod keys;
pub use keys::{KeySource, KeysError};

mod method_keys;
pub use method_keys::MethodKeys;

mod key_ring;

mod key_cache;

mod verify_error;
pub use verify_error::VerifyError;

mod delivery;
pub use delivery::Delivery;

mod seen;

mod signed;

mod limits;

mod verify;
pub use verify::Verifier;

mod builder;
pub use builder::VerifierBuilder;
