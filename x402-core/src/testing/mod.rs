//! For tests: a facilitator that answers what you tell it, a clock that you set, and the suites that every
//! [`Facilitator`](crate::Facilitator) and every [`ClaimStore`](crate::claim::ClaimStore) should pass.

mod clock;
pub mod conformance;
mod scripted;

pub use self::{clock::ManualClock, scripted::ScriptedFacilitator};
