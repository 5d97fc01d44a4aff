//! What every [`ClaimStore`](crate::claim::ClaimStore) and every [`Facilitator`](crate::Facilitator) must do, as suites
//! that an implementation runs in its own tests.
//!
//! Each rule is a function that panics with the rule's name when it is broken; `all` runs all of them.
//!
//! ```
//! use x402_core::{UnixSeconds, claim::MemoryClaims, testing::conformance::claims};
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
//! # runtime.block_on(async {
//! let store = MemoryClaims::default();
//! claims::all(&store, &claims::Fixture::new(UnixSeconds::from_secs(1_700_000_000), 1)).await;
//! # });
//! # Ok::<(), std::io::Error>(())
//! ```

pub mod claims;
pub mod facilitator;
mod join;
