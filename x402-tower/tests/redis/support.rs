//! What the tests share.

use std::{
    future::Future,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use alloy_primitives::{Address, B256, U256};
use tokio::runtime::{Builder, Runtime};
use x402_core::{
    Network, Receipt, UnixSeconds,
    claim::{Claim, ClaimKey, ClaimState, ClaimStore as _, NewClaim, Taken, Ticket},
};
use x402_tower::store::redis::RedisClaims;

use crate::server::Server;

/// Short enough to wait for, and long enough not to lapse while a busy machine gets round to renewing it.
pub(crate) const LEASE: Duration = Duration::from_millis(1500);

pub(crate) async fn store(server: &Server) -> RedisClaims {
    RedisClaims::builder(server.url().parse().unwrap()).lease(LEASE).connect().await.unwrap()
}

/// A payment that nobody has made.
pub(crate) fn fresh() -> NewClaim {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let nonce = B256::from(U256::from(COUNT.fetch_add(1, Ordering::Relaxed)));
    let now = UnixSeconds::from_secs(1_790_000_000);
    NewClaim {
        key: ClaimKey { chain_id: 84532, asset: Address::repeat_byte(1), from: Address::repeat_byte(2), nonce },
        resource: B256::repeat_byte(3),
        starts: true,
        keep_until: now.saturating_add(Duration::from_secs(600)),
        now,
    }
}

pub(crate) fn elsewhere(claim: &NewClaim) -> NewClaim {
    NewClaim { resource: B256::repeat_byte(4), ..claim.clone() }
}

pub(crate) fn only_look(claim: &NewClaim) -> NewClaim {
    NewClaim { starts: false, ..claim.clone() }
}

pub(crate) fn receipt() -> Receipt {
    Receipt::new(B256::repeat_byte(7), Network::BASE_SEPOLIA, Address::repeat_byte(2))
}

pub(crate) async fn take(store: &RedisClaims, claim: &NewClaim) -> Ticket {
    match store.claim(claim).await.unwrap() {
        Claim::Taken(ticket, Taken::Fresh) => ticket,
        other => panic!("{other:?}"),
    }
}

/// Asks until the answer is as it should be, for two minutes at most.
pub(crate) async fn until<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> T {
    let end = tokio::time::Instant::now() + Duration::from_secs(120);
    while tokio::time::Instant::now() < end {
        if let Some(answer) = ask().await {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("waited in vain until {what}");
}

/// Waits until the claim can be taken, and takes it.
pub(crate) async fn until_taken(store: &RedisClaims, claim: &NewClaim) -> (Ticket, Taken) {
    until("the claim is free", || async {
        match store.claim(claim).await {
            Ok(Claim::Taken(ticket, taken)) => Some((ticket, taken)),
            _ => None,
        }
    })
    .await
}

/// Waits until the claim is said to be in this state.
pub(crate) async fn until_held(store: &RedisClaims, claim: &NewClaim, expected: &ClaimState) {
    let asked = only_look(claim);
    until(&format!("the claim is {expected:?}"), || async {
        matches!(store.claim(&asked).await, Ok(Claim::Held { state, .. }) if state == *expected).then_some(())
    })
    .await;
}

/// A process of a server that dies: all its tasks end at once.
pub(crate) struct Process {
    pub(crate) runtime: Runtime,
    pub(crate) store: RedisClaims,
}

impl Process {
    pub(crate) fn start(server: &Server) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let store = runtime.block_on(store(server));
        Self { runtime, store }
    }

    /// Ends it without notice.
    pub(crate) fn kill(self) {
        drop(self.runtime);
    }
}
