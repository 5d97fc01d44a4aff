//! Claims in Redis: many servers behind one address, and a crash that loses nothing.
//!
//! ```no_run
//! use x402_core::server::Gate;
//! use x402_tower::store::redis::RedisClaims;
//!
//! # async fn start(facilitator: x402_core::SharedFacilitator) -> Result<(), Box<dyn std::error::Error>> {
//! let claims = RedisClaims::connect("redis://127.0.0.1:6379").await?;
//! let gate = Gate::new(facilitator).claims(claims);
//! # Ok(())
//! # }
//! ```
//!
//! Any Redis from version 6 on, or Valkey, will do. Every transition of a claim is one script on one key and one round
//! trip. What must be true of the server for money's sake:
//!
//! - **It keeps what it was told.** A claim that is forgotten lets a payment run the handler again. A server that may
//!   be restarted needs `appendonly yes`, with `appendfsync always` if it may lose power; a fail-over to a replica that
//!   lagged forgets the last moments.
//! - **It does not evict.** With `maxmemory` set the policy must be `noeviction`: claims expire by themselves, and an
//!   evicted one is a forgotten one. When a server that does not evict is full, new payments are refused with 503, and
//!   those under way go on.
//!
//! # A server that dies
//!
//! Whoever holds a claim holds it for the length of a [lease](Builder::lease), 30 seconds unless told otherwise. One
//! task of each process renews, at every third of the lease and in one round trip for up to 500 claims, what the
//! process holds. When a process dies its leases lapse. Then a payment that was merely claimed is as good as new; one
//! that was being settled is [unknown](x402_core::claim::ClaimState::Unknown), and the facilitator is asked what became
//! of it when it is presented next; one that settled without being delivered is given to whoever presents it. Leases
//! go by the Redis server's clock, and how long a claim is remembered is handed over as a length of time: the clocks of
//! the processes need not agree.
//!
//! A long lease makes an honest payer wait that long after a crash. A short one lapses when a process or its network
//! stalls: the handler may then run once more for a payment, which can still settle only once, and its content may be
//! handed over once more.
//!
//! # When Redis cannot be reached
//!
//! Claims fail closed, with [`ClaimError::Unavailable`](x402_core::claim::ClaimError::Unavailable), within the
//! [time limit](Builder::timeout): requests are refused with 503 and nobody is charged. One attempt at a time is made
//! to connect again, at most ten in a second, and what could not be written down (that a payment settled, was delivered,
//! or was let go) is kept and written when Redis is back.
//!
//! # Security
//!
//! Whoever can write to that Redis can give content away: by forgetting claims, or by calling a payment settled. Whoever
//! can read it learns who paid for what. Give it a password and an
//! [ACL](https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/) of its own: the commands used are
//! `EVALSHA`, `SCRIPT LOAD`, `HMGET`, `HSET`, `HDEL`, `DEL`, `PEXPIRE` and `TIME`, on keys that begin with the
//! [prefix](Builder::prefix). Over a network that is not yours use TLS: a `rediss://` URL, with the feature
//! `tokio-rustls-comp` of the crate `redis` 1 turned on in your `Cargo.toml` and a default crypto provider of rustls
//! installed. The password of the URL is never shown by `Debug` or in an error.

mod builder;
mod change;
mod claims;
mod codec;
mod error;
mod held;
mod keeper;
mod link;
mod scripts;
mod url;

pub use self::{builder::Builder, claims::RedisClaims, error::ConnectError, url::RedisUrl};
