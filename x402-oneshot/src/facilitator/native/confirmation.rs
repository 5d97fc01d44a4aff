//! Whether what 1Shot says is settled is on chain.

use std::{fmt, sync::Arc, time::Duration};

use alloy_primitives::{Address, B256};
use futures_util::{StreamExt, future::ready};
use tokio::time::{sleep_until, timeout_at};
use x402_core::{Clock, SystemClock, UnixSeconds, exact::Authorization};

use super::super::evidence::contradicts;
use crate::{
    BusinessId, Client,
    api::{Report, Transaction, WaitPolicy},
};

/// How far 1Shot's clock and ours may be apart.
const SKEW: Duration = Duration::from_secs(300);

/// How long ago a settlement may be that is asked about later.
const PAST: Duration = Duration::from_secs(24 * 60 * 60);

/// How settlements are looked up among an account's transactions.
#[derive(Clone)]
pub(super) struct Confirmation {
    pub(super) business: BusinessId,
    pub(super) wait: WaitPolicy,
    pub(super) clock: Arc<dyn Clock>,
}

/// A transaction that is said to settle a payment.
pub(super) struct Claimed<'a> {
    pub(super) hash: B256,
    pub(super) chain_id: u64,
    pub(super) token: Address,
    pub(super) signed: &'a Authorization,
}

impl Claimed<'_> {
    /// Whether a transaction is the one, and does not show that it settles something else.
    fn is(&self, listed: &Transaction) -> bool {
        listed.transaction_hash == Some(self.hash)
            && listed.contract_address.is_none_or(|contract| contract == self.token)
            && !contradicts(&listed.logs, self.signed)
    }
}

impl Confirmation {
    pub(super) fn new(business: BusinessId) -> Self {
        Self { business, wait: WaitPolicy::new(), clock: Arc::new(SystemClock) }
    }

    /// The time that a settlement begins at.
    pub(super) fn now(&self) -> UnixSeconds {
        self.clock.now()
    }

    /// How a transaction that was made since then ended; `None` if that is not known at the deadline.
    pub(super) async fn wait(&self, client: &Client, claimed: &Claimed<'_>, since: UnixSeconds) -> Option<Report> {
        let deadline = self.wait.ends();
        loop {
            let found = timeout_at(deadline, self.look_up(client, claimed, since)).await.ok()?;
            if let Some(found) = found.filter(|found| found.status.is_final()) {
                return Some(found);
            }
            let due = self.wait.next_question(client);
            if due >= deadline {
                return None;
            }
            sleep_until(due).await;
        }
    }

    /// What is known now of a transaction that was made some time ago.
    pub(super) async fn past(&self, client: &Client, claimed: &Claimed<'_>) -> Option<Report> {
        self.look_up(client, claimed, self.clock.now().saturating_sub(PAST)).await
    }

    /// What is known now of a transaction. The list cannot be narrowed down to its hash.
    async fn look_up(&self, client: &Client, claimed: &Claimed<'_>, since: UnixSeconds) -> Option<Report> {
        let since = since.saturating_sub(SKEW).as_secs();
        let listed = client.transactions().list(self.business).chain(claimed.chain_id).created_after(since).stream();
        // What cannot be read is not it, or can be read the next time.
        let readable = listed.filter_map(|transaction| ready(transaction.ok()));
        let is_it = |listed: &Transaction| ready(claimed.is(listed));
        readable.filter(is_it).next().await.map(Report::from)
    }
}

impl fmt::Debug for Confirmation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Confirmation")
            .field("business", &self.business)
            .field("wait", &self.wait)
            .finish_non_exhaustive()
    }
}
