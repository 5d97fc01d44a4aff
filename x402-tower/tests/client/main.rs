//! The paying layer, against servers that mean well and servers that do not.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a panic is how a test reports")]

mod bodies;
mod budget;
mod hostile;
mod hyper;
mod ours;
mod random;
#[cfg(feature = "reqwest")]
mod redirects;
mod shop;
mod slow;
#[cfg(feature = "reqwest")]
mod sockets;
mod support;
